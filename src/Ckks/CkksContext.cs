using System.Collections.Immutable;
using PrivacyGrains.Ckks.Modular;
using PrivacyGrains.Ckks.Parameters;
using PrivacyGrains.Ckks.Transforms;

namespace PrivacyGrains.Ckks;

/// <summary>Parameters with everything that is computed from them once: moduli, transforms, and the ids of their levels. Immutable and thread-safe. Public.</summary>
/// <remarks>
/// A level is named by how many primes are left, always the first ones. Ciphertexts begin at <see cref="DataPrimeCount"/>, each rescaling takes one away; keys have all <see cref="PrimeCount"/>.
/// </remarks>
public sealed class CkksContext
{
    private readonly ImmutableArray<ParametersId> _ids;
    private readonly ImmutableArray<int> _bits;

    /// <summary>Computes the tables: a few milliseconds, and 32 N bytes for each prime.</summary>
    /// <param name="parameters">Checked parameters.</param>
    public CkksContext(CkksParameters parameters)
    {
        Parameters = parameters;
        Moduli = [.. parameters.Primes.Select(p => new Modulus(p))];
        Transforms = [.. Moduli.Select(m => new NumberTheoreticTransform(m, parameters.Degree))];
        _ids = [.. Enumerable.Range(1, parameters.Primes.Length).Select(n => ParametersId.Of(parameters.Degree, parameters.Primes.AsSpan(0, n)))];
        _bits = [.. Enumerable.Range(1, parameters.Primes.Length).Select(n => Bits(parameters.Primes.Take(n)))];
    }

    /// <summary>The parameters.</summary>
    public CkksParameters Parameters { get; }

    /// <summary>N.</summary>
    public int Degree => Parameters.Degree;

    /// <summary>N / 2: how many numbers one ciphertext holds.</summary>
    public int SlotCount => Parameters.SlotCount;

    /// <summary>All primes, the special one included.</summary>
    public int PrimeCount => Parameters.Primes.Length;

    /// <summary>The primes of a fresh ciphertext.</summary>
    public int DataPrimeCount => Parameters.DataPrimeCount;

    /// <summary>Whether there is a special prime: without it nothing is relinearised or rotated.</summary>
    public bool CanSwitchKeys => PrimeCount > 1;

    /// <summary>The primes, the special one last.</summary>
    public ImmutableArray<Modulus> Moduli { get; }

    /// <summary>A transform for each prime.</summary>
    public ImmutableArray<NumberTheoreticTransform> Transforms { get; }

    /// <summary>The special prime.</summary>
    public Modulus SpecialModulus => Moduli[^1];

    /// <summary>The id of a level.</summary>
    /// <param name="primeCount">The primes left: 1 to <see cref="PrimeCount"/>.</param>
    /// <returns>The id.</returns>
    public ParametersId IdOf(int primeCount) => _ids[primeCount - 1];

    /// <summary>Finds a level.</summary>
    /// <param name="id">As it came.</param>
    /// <param name="primeCount">The primes left, or 0.</param>
    /// <returns>Whether it is one of these parameters' levels.</returns>
    public bool TryFindLevel(ParametersId id, out int primeCount)
    {
        primeCount = _ids.IndexOf(id) + 1;
        return primeCount > 0;
    }

    /// <summary>The bits of a level's modulus.</summary>
    /// <param name="primeCount">The primes left.</param>
    /// <returns>Of their product.</returns>
    public int ModulusBits(int primeCount) => _bits[primeCount - 1];

    private static int Bits(IEnumerable<ulong> primes) => (int)primes.Aggregate(System.Numerics.BigInteger.One, (product, p) => product * p).GetBitLength();
}
