using System.Collections.Concurrent;
using PrivacyGrains.Ckks.Evaluation;
using PrivacyGrains.Ckks.Hashing;

namespace PrivacyGrains.Ckks.Keys;

/// <summary>A pair (b, a) under all primes with b + a s = e: encrypts to whoever has s. Public.</summary>
/// <param name="Value">Two polynomials at the key level.</param>
public sealed record PublicKey(Ciphertext Value)
{
    /// <summary>What the second polynomial is expanded from, where that is known.</summary>
    public ExpansionSeed Seed { get; init; }
}

/// <summary>What turns c s' into a ciphertext under s: for each data prime an encryption of its share of P s'. Public to the evaluator; of use only to it.</summary>
/// <remarks>The words of entry j are two polynomials modulo all primes. Beside them lie Shoup's quotients where the evaluator has computed them (<see cref="Prepare"/>): twice the memory, half the time.</remarks>
public sealed class SwitchingKey
{
    private readonly Lock _lock = new();
    private volatile ulong[][]? _quotients;

    /// <summary>Takes the entries over.</summary>
    /// <param name="entries">One for each data prime, at the key level, size 2.</param>
    public SwitchingKey(IReadOnlyList<Ciphertext> entries) => Entries = entries;

    /// <summary>One encryption for each data prime.</summary>
    public IReadOnlyList<Ciphertext> Entries { get; }

    /// <summary>What the entries' second polynomials are expanded from, one for each; none at all where that is not known.</summary>
    public IReadOnlyList<ExpansionSeed> Seeds { get; init; } = [];

    /// <summary>Shoup's quotients of each entry's words, in the same order; computed at the first call.</summary>
    /// <param name="context">The parameters.</param>
    /// <returns>One array for each entry.</returns>
    internal ulong[][] Prepare(CkksContext context) => _quotients ?? Compute(context);

    // Apart: what this captures would be allocated at each use of the key.
    private ulong[][] Compute(CkksContext context)
    {
        lock (_lock)
        {
            return _quotients ??= [.. Entries.Select(e => Quotients(context, e))];
        }
    }

    private static ulong[] Quotients(CkksContext context, Ciphertext entry)
    {
        var words = entry.Words;
        var quotients = GC.AllocateUninitializedArray<ulong>(words.Length);
        for (var i = 0; i < words.Length; i++)
        {
            quotients[i] = context.Moduli[(i / entry.Degree) % entry.PrimeCount].ShoupQuotient(words[i]);
        }

        return quotients;
    }
}

/// <summary>Switches s^2 back to s after a product.</summary>
/// <param name="Key">For the square.</param>
public sealed record RelinearizationKeys(SwitchingKey Key);

/// <summary>Keys for the automorphisms X -> X^e that rotations and conjugation are made of.</summary>
/// <param name="Keys">By Galois element e: odd, less than 2N.</param>
public sealed record GaloisKeys(IReadOnlyDictionary<int, SwitchingKey> Keys)
{
    private readonly ConcurrentDictionary<int, int[]> _places = new();

    /// <summary>The Galois element of a rotation.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="steps">To the left where positive, as in SEAL; less than the slots either way; not zero.</param>
    /// <returns>3^steps modulo 2N.</returns>
    public static int ElementOf(CkksContext context, int steps)
    {
        var slots = context.SlotCount;
        if (steps == 0 || steps <= -slots || steps >= slots)
        {
            throw new ArgumentOutOfRangeException(nameof(steps), steps, $"A rotation is by 1 to {slots - 1} steps, either way.");
        }

        var (element, mask) = (1, (2 * context.Degree) - 1);
        for (var i = steps > 0 ? steps : slots + steps; i > 0; i--)
        {
            element = (element * 3) & mask;
        }

        return element;
    }

    /// <summary>The Galois element of complex conjugation.</summary>
    /// <param name="context">The parameters.</param>
    /// <returns>2N - 1.</returns>
    public static int ConjugationOf(CkksContext context) => (2 * context.Degree) - 1;

    /// <summary>The permutation of an element that there is a key for: kept as long as the keys, which are far larger.</summary>
    internal int[] Places(CkksContext context, int element) => _places.GetOrAdd(element, static (e, degree) => Automorphism.Permutation(degree, e), context.Degree);
}
