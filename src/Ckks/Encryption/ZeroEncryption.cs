using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Ckks.Hashing;
using PrivacyGrains.Ckks.Keys;
using PrivacyGrains.Ckks.Modular;

namespace PrivacyGrains.Ckks.Encryption;

/// <summary>Encryptions of zero: what every key and every ciphertext is made of.</summary>
/// <remarks>Ring-LWE encryption (Lyubashevsky, Peikert, Regev 2010) in the forms that CKKS (2017), section 3.4, uses.</remarks>
internal static class ZeroEncryption
{
    /// <summary>(-(a s + e), a) with a expanded from a fresh seed: whoever has s decrypts it to -e.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="key">s.</param>
    /// <param name="random">A cryptographic source.</param>
    /// <param name="primeCount">The level.</param>
    /// <param name="destination">Overwritten.</param>
    /// <returns>The 64-byte seed of a: it may travel in a's place.</returns>
    public static byte[] Symmetric(CkksContext context, SecretKey key, IRandomSource random, int primeCount, Ciphertext destination)
    {
        var degree = context.Degree;
        var seed = new byte[SeedExpansion.SeedLength];
        random.Fill(seed);
        destination.Resize(2, primeCount, degree);
        destination.Scale = 1;
        SeedExpansion.Expand(context, SeedExpander.Blake2xb, seed, primeCount, destination.Polynomial(1));
        using var scratch = new SecretScratch<sbyte>(degree);
        var error = scratch.Span;
        Samplers.Error(random, error);
        for (var prime = 0; prime < primeCount; prime++)
        {
            var modulus = context.Moduli[prime];
            var b = destination.Residues(0, prime);
            var a = destination.Residues(1, prime);
            var s = key.Words.Slice(prime * degree, degree);
            Samplers.ToResidues(modulus, error, b);
            context.Transforms[prime].Forward(b);
            ResidueLoops.MultiplyAdd(modulus, a, s, b);
            ResidueLoops.Negate(modulus, b, b);
        }

        return seed;
    }

    /// <summary>(b u + e0, a u + e1) under a public key (b, a), with u ternary.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="key">(b, a) at the key level.</param>
    /// <param name="random">A cryptographic source.</param>
    /// <param name="primeCount">The level.</param>
    /// <param name="destination">Overwritten.</param>
    public static void Asymmetric(CkksContext context, PublicKey key, IRandomSource random, int primeCount, Ciphertext destination)
    {
        var degree = context.Degree;
        using var draws = new SecretScratch<sbyte>(3 * degree);
        using var transformed = new SecretScratch<ulong>(degree);
        var small = draws.Span;
        var u = transformed.Span;
        Samplers.Ternary(random, small[..degree]);
        Samplers.Error(random, small[degree..]);
        destination.Resize(2, primeCount, degree);
        destination.Scale = 1;
        for (var prime = 0; prime < primeCount; prime++)
        {
            var modulus = context.Moduli[prime];
            Samplers.ToResidues(modulus, small[..degree], u);
            context.Transforms[prime].Forward(u);
            for (var polynomial = 0; polynomial < 2; polynomial++)
            {
                var c = destination.Residues(polynomial, prime);
                var k = key.Value.Residues(polynomial, prime);
                Samplers.ToResidues(modulus, small.Slice((1 + polynomial) * degree, degree), c);
                context.Transforms[prime].Forward(c);
                ResidueLoops.MultiplyAdd(modulus, k, u, c);
            }
        }
    }
}
