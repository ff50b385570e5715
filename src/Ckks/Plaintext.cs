namespace PrivacyGrains.Ckks;

/// <summary>One encoded polynomial at one level, its residues in transformed form. As secret as what was encoded.</summary>
/// <remarks>Words lie as (prime, value). A destination keeps its memory from one use to the next. Not thread-safe.</remarks>
public sealed class Plaintext
{
    private ulong[] _words = [];

    /// <summary>The level: the primes left.</summary>
    public int PrimeCount { get; private set; }

    /// <summary>N.</summary>
    public int Degree { get; private set; }

    /// <summary>What the numbers were multiplied by; positive.</summary>
    public double Scale { get; set; }

    /// <summary>All words.</summary>
    public Span<ulong> Words => _words.AsSpan(0, PrimeCount * Degree);

    /// <summary>Gives it a shape. The words are what happened to be there.</summary>
    /// <param name="primeCount">The level.</param>
    /// <param name="degree">N.</param>
    public void Resize(int primeCount, int degree)
    {
        var length = checked(primeCount * degree);
        if (_words.Length < length)
        {
            _words = GC.AllocateUninitializedArray<ulong>(length);
        }

        (PrimeCount, Degree) = (primeCount, degree);
    }

    /// <summary>The residues modulo one prime.</summary>
    /// <param name="prime">Which.</param>
    /// <returns>N words, each less than the prime.</returns>
    public Span<ulong> Residues(int prime)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)prime, (uint)PrimeCount, nameof(prime));
        return _words.AsSpan(prime * Degree, Degree);
    }
}
