using System.Collections.Immutable;
using PrivacyGrains.Ckks.Modular;

namespace PrivacyGrains.Ckks.Parameters;

/// <summary>The degree and the primes of one use of CKKS: at least 128 bits of classical security by the homomorphic encryption standard's table. Public.</summary>
/// <remarks>
/// Source of the limits: "Homomorphic Encryption Security Standard" (Albrecht et al. 2018), table 1, ternary secrets. The last prime of two or more serves key switching alone ("special prime").
/// </remarks>
public sealed record CkksParameters
{
    /// <summary>The smallest degree.</summary>
    public const int SmallestDegree = 1024;

    /// <summary>The largest degree.</summary>
    public const int LargestDegree = 32768;

    /// <summary>The most primes.</summary>
    public const int MostPrimes = 44;

    private CkksParameters(int degree, ImmutableArray<ulong> primes) => (Degree, Primes) = (degree, primes);

    /// <summary>N: the degree of the ring Z[X]/(X^N + 1).</summary>
    public int Degree { get; }

    /// <summary>All primes, the special one last.</summary>
    public ImmutableArray<ulong> Primes { get; }

    /// <summary>How many numbers one ciphertext holds: N / 2.</summary>
    public int SlotCount => Degree / 2;

    /// <summary>The primes that ciphertexts are made of: all but the special one.</summary>
    public int DataPrimeCount => Math.Max(1, Primes.Length - 1);

    /// <summary>The most bits that all primes together may have.</summary>
    /// <param name="degree">N.</param>
    /// <returns>By the table; 0 for a degree that it does not have.</returns>
    public static int MostBits(int degree) => degree switch
    {
        1024 => 27,
        2048 => 54,
        4096 => 109,
        8192 => 218,
        16384 => 438,
        32768 => 881,
        _ => 0,
    };

    /// <summary>Checks parameters as they came.</summary>
    /// <param name="degree">N.</param>
    /// <param name="primes">All primes, the special one last.</param>
    /// <param name="parameters">The parameters, or null.</param>
    /// <returns>Null, or what is wrong, naming <c>degree</c> or <c>primes</c>.</returns>
    public static string? TryCreate(int degree, ImmutableArray<ulong> primes, out CkksParameters? parameters)
    {
        parameters = null;
        var most = MostBits(degree);
        if (most == 0)
        {
            return $"degree is a power of two from {SmallestDegree} to {LargestDegree}; it is {degree}";
        }

        if (primes.IsDefault || primes.Length is < 1 or > MostPrimes)
        {
            return $"primes are 1 to {MostPrimes}";
        }

        for (var i = 0; i < primes.Length; i++)
        {
            if (primes[i] >> Modulus.MostBits != 0 || primes[i] % (2UL * (ulong)degree) != 1 || !Modular.Primes.IsPrime(primes[i]))
            {
                return $"primes[{i}] is a prime of at most {Modulus.MostBits} bits that is 1 modulo {2 * degree}; it is {primes[i]}";
            }
        }

        if (primes.Distinct().Count() != primes.Length)
        {
            return "primes are all different";
        }

        var bits = TotalBits(primes);
        if (bits > most)
        {
            return $"primes have {bits} bits together; degree {degree} allows {most} for 128 bits of security: take fewer or shorter primes, or a larger degree";
        }

        parameters = new CkksParameters(degree, primes);
        return null;
    }

    /// <summary>Makes parameters.</summary>
    /// <param name="degree">N.</param>
    /// <param name="primes">All primes, the special one last.</param>
    /// <returns>The parameters.</returns>
    /// <exception cref="ArgumentException">What <see cref="TryCreate"/> says.</exception>
    public static CkksParameters Create(int degree, ImmutableArray<ulong> primes) =>
        TryCreate(degree, primes, out var parameters) is { } fault ? throw new ArgumentException(fault) : parameters!;

    /// <summary>Makes parameters of primes with given lengths, the ones that SEAL chooses.</summary>
    /// <param name="degree">N.</param>
    /// <param name="bits">The lengths, the special prime's last.</param>
    /// <returns>The parameters.</returns>
    /// <exception cref="ArgumentException">What <see cref="TryCreate"/> says.</exception>
    public static CkksParameters OfBits(int degree, params ReadOnlySpan<int> bits) => Create(degree, MostBits(degree) == 0 ? [] : Modular.Primes.Choose(degree, bits));

    /// <inheritdoc/>
    public bool Equals(CkksParameters? other) => other is not null && Degree == other.Degree && Primes.AsSpan().SequenceEqual(other.Primes.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Degree, Primes.Length, Primes[0]);

    private static int TotalBits(ImmutableArray<ulong> primes)
    {
        var product = System.Numerics.BigInteger.One;
        foreach (var prime in primes)
        {
            product *= prime;
        }

        return (int)product.GetBitLength();
    }
}
