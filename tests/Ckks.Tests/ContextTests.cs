using PrivacyGrains.Ckks.Hashing;
using PrivacyGrains.Ckks.Modular;
using PrivacyGrains.Ckks.Parameters;
using PrivacyGrains.Ckks.Transforms;

namespace PrivacyGrains.Ckks.Tests;

public sealed class ContextTests
{
    // RFC 7693, appendix A.
    [Fact]
    public void Blake2b_OfTheRfcsExample_IsItsDigest()
    {
        var digest = new byte[64];
        Blake2b.Hash("abc"u8, digest);
        Assert.Equal(
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
            Convert.ToHexStringLower(digest));
    }

    // SEAL 4's CoeffModulus::Create(8192, {60, 40, 40, 60}), and the roots of its transforms.
    [Fact]
    public void Choose_TakesThePrimesThatSealTakes_WithItsRoots()
    {
        var context = new CkksContext(CkksParameters.OfBits(8192, 60, 40, 40, 60));

        Assert.Equal((ulong[])[1152921504606748673, 1099510890497, 1099511480321, 1152921504606830593], context.Parameters.Primes);
        Assert.Equal((ulong[])[100406242475323, 5405730, 30370987, 25959043411404], context.Transforms.Select(t => t.Root));
    }

    [Theory]
    [InlineData(8192, new[] { 60, 40, 60, 60 }, "218")]
    [InlineData(8000, new[] { 60 }, "degree")]
    public void Create_OfParametersBelowTheSecurityTable_IsRefused(int degree, int[] bits, string part) =>
        Assert.Contains(part, Assert.Throws<ArgumentException>(() => CkksParameters.OfBits(degree, bits)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(1024, 27)]
    [InlineData(4096, 60)]
    public void Forward_IsEvaluationAtTheOddPowersOfTheRoot_AndInverseUndoesIt(int degree, int bits)
    {
        var modulus = new Modulus(Primes.Choose(degree, [bits])[0]);
        var transform = new NumberTheoreticTransform(modulus, degree);
        var random = new ulong[degree];
        for (var i = 0; i < degree; i++)
        {
            random[i] = modulus.Multiply((ulong)i + 12345, 0x0123456789abcdef % modulus.Value);
        }

        var values = random.ToArray();
        transform.Forward(values);

        foreach (var i in (int[])[0, 1, 77, degree - 1])
        {
            var logDegree = System.Numerics.BitOperations.Log2((uint)degree);
            var point = modulus.Power(transform.Root, (2 * (ulong)BitReversal.Of(i, logDegree)) + 1);
            var expected = random.Reverse().Aggregate(0UL, (sum, c) => modulus.Add(modulus.Multiply(sum, point), c));
            Assert.Equal(expected, values[i]);
        }

        transform.Inverse(values);
        Assert.Equal(random, values);
    }

    [Fact]
    public void Arithmetic_AgreesWithBigIntegers()
    {
        var modulus = new Modulus(1152921504606830593);
        var words = new ulong[] { 0, 1, 2, modulus.Value - 1, modulus.Value / 2, 0x0fedcba987654321 % modulus.Value };
        foreach (var a in words)
        {
            foreach (var b in words)
            {
                Assert.Equal((ulong)((UInt128)a * b % modulus.Value), modulus.Multiply(a, b));
                Assert.Equal((ulong)((UInt128)a * b % modulus.Value), modulus.MultiplyShoup(a, b, modulus.ShoupQuotient(b)));
                Assert.Equal((ulong)((new UInt128(a, b)) % modulus.Value), modulus.Reduce(a, b));
                Assert.Equal(a, b == 0 ? a : modulus.Multiply(modulus.Multiply(a, b), modulus.Invert(b)));
            }
        }
    }
}
