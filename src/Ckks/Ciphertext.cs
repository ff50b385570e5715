namespace PrivacyGrains.Ckks;

/// <summary>Polynomials that decrypt to c0 + c1 s + c2 s^2 ... at one level, each residue in transformed form. Holds no key; what it encrypts is secret.</summary>
/// <remarks>Words lie as (polynomial, prime, value): the order of SEAL's files. An operation's destination keeps its memory from one use to the next. Not thread-safe.</remarks>
public sealed class Ciphertext
{
    /// <summary>The most polynomials: a product that was not relinearised.</summary>
    public const int MostPolynomials = 3;

    private ulong[] _words = [];

    /// <summary>How many polynomials: 2, or 3 for a product before relinearisation.</summary>
    public int Size { get; private set; }

    /// <summary>The level: the primes left.</summary>
    public int PrimeCount { get; private set; }

    /// <summary>N.</summary>
    public int Degree { get; private set; }

    /// <summary>What the encrypted numbers were multiplied by; positive.</summary>
    public double Scale { get; set; }

    /// <summary>All words.</summary>
    public Span<ulong> Words => _words.AsSpan(0, Size * PrimeCount * Degree);

    /// <summary>Gives it a shape. The words are what happened to be there.</summary>
    /// <param name="size">2 or 3.</param>
    /// <param name="primeCount">The level.</param>
    /// <param name="degree">N.</param>
    public void Resize(int size, int primeCount, int degree)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, MostPolynomials);
        var length = checked(size * primeCount * degree);
        if (_words.Length < length)
        {
            _words = GC.AllocateUninitializedArray<ulong>(length);
        }

        (Size, PrimeCount, Degree) = (size, primeCount, degree);
    }

    /// <summary>The residues of one polynomial modulo one prime.</summary>
    /// <param name="polynomial">Which.</param>
    /// <param name="prime">Which.</param>
    /// <returns>N words, each less than the prime.</returns>
    public Span<ulong> Residues(int polynomial, int prime)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)polynomial, (uint)Size, nameof(polynomial));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)prime, (uint)PrimeCount, nameof(prime));
        return _words.AsSpan(((polynomial * PrimeCount) + prime) * Degree, Degree);
    }

    /// <summary>The residues of one polynomial modulo all primes of the level.</summary>
    /// <param name="polynomial">Which.</param>
    /// <returns>N words for each prime.</returns>
    public Span<ulong> Polynomial(int polynomial)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)polynomial, (uint)Size, nameof(polynomial));
        return _words.AsSpan(polynomial * PrimeCount * Degree, PrimeCount * Degree);
    }

    /// <summary>Becomes a copy of another.</summary>
    /// <param name="source">The other; itself changes nothing.</param>
    public void CopyFrom(Ciphertext source)
    {
        if (!ReferenceEquals(source, this))
        {
            Resize(source.Size, source.PrimeCount, source.Degree);
            source.Words.CopyTo(Words);
            Scale = source.Scale;
        }
    }

    /// <summary>Becomes a copy of the first two polynomials of another.</summary>
    internal void CopyPairFrom(Ciphertext source)
    {
        if (ReferenceEquals(source, this))
        {
            Size = 2;
            return;
        }

        Resize(2, source.PrimeCount, source.Degree);
        source.Words[..Words.Length].CopyTo(Words);
        Scale = source.Scale;
    }

    /// <summary>Takes another's words and shape, and leaves it the memory that was its own: nothing is copied.</summary>
    internal void TakeFrom(Ciphertext source)
    {
        if (!ReferenceEquals(source, this))
        {
            (_words, source._words) = (source._words, _words);
            (Size, PrimeCount, Degree, Scale) = (source.Size, source.PrimeCount, source.Degree, source.Scale);
            source.Size = 0;
        }
    }
}
