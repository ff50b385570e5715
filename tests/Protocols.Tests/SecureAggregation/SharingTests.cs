using FsCheck;
using FsCheck.Fluent;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.SecureAggregation.SecretSharing;

namespace PrivacyGrains.Protocols.Tests.SecureAggregation;

public sealed class SharingTests
{
    [Fact]
    public void Multiply_AllPairs_AgreesWithLongMultiplication()
    {
        // FIPS 197 section 4.2: {57} x {83} = {c1}, {57} x {13} = {fe}.
        Assert.Equal(0xC1, Gf256.Multiply(0x57, 0x83));
        Assert.Equal(0xFE, Gf256.Multiply(0x57, 0x13));
        for (var a = 0; a < 256; a++)
        {
            for (var b = 0; b < 256; b++)
            {
                Assert.Equal(LongMultiply(a, b), Gf256.Multiply((byte)a, (byte)b));
            }

            Assert.Equal(a == 0 ? 0 : 1, Gf256.Multiply((byte)a, Gf256.Inverse((byte)a)));
        }
    }

    [Fact]
    public void Reconstruct_EverySubsetOfTheThresholdOrMore_GivesTheSecret()
    {
        var secret = Enumerable.Range(0, 32).Select(i => (byte)(i * 7)).ToArray();
        byte[] points = [1, 2, 5, 9, 255];
        for (var threshold = 1; threshold <= points.Length; threshold++)
        {
            var shares = ByteShamir.Split(secret, threshold, points, SystemRandomSource.Instance);
            for (var subset = 0; subset < 1 << points.Length; subset++)
            {
                int[] chosen = [.. Enumerable.Range(0, points.Length).Where(i => ((subset >> i) & 1) == 1)];
                if (chosen.Length >= threshold)
                {
                    Assert.True(ByteShamir.TryReconstruct(threshold, Pick(points, chosen), [.. chosen.Select(i => (ReadOnlyMemory<byte>)shares[i])], out var back));
                    Assert.Equal(secret, back);
                }
            }
        }
    }

    [Fact]
    public void Reconstruct_RandomSecrets_GivesThemBack()
    {
        var picks = from length in Gen.Choose(1, 64) from holders in Gen.Choose(1, 255) from threshold in Gen.Choose(1, holders) select (length, holders, threshold);
        Prop.ForAll(picks.ToArbitrary(), pick =>
        {
            var secret = new byte[pick.length];
            SystemRandomSource.Instance.Fill(secret);
            byte[] points = [.. Enumerable.Range(1, pick.holders).Select(i => (byte)i)];
            var shares = ByteShamir.Split(secret, pick.threshold, points, SystemRandomSource.Instance);
            var last = Enumerable.Range(pick.holders - pick.threshold, pick.threshold).ToArray();
            return ByteShamir.TryReconstruct(pick.threshold, Pick(points, last), [.. last.Select(i => (ReadOnlyMemory<byte>)shares[i])], out var back)
                && back.AsSpan().SequenceEqual(secret);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(30));
    }

    [Fact]
    public void Split_BelowTheThreshold_EverySecretIsPossible()
    {
        // With threshold 2, one share s at point x fits each secret by exactly one coefficient: a = (s - secret) / x.
        const byte Point = 3;
        for (var secret = 0; secret < 256; secret++)
        {
            var shares = Enumerable.Range(0, 256).Select(a => ByteShamir.Split([(byte)secret], 2, [Point, 4], new Constant((byte)a))[0][0]);
            Assert.Equal(256, shares.Distinct().Count());
        }
    }

    [Fact]
    public void TryReconstruct_OneWrongShareAboveTheThreshold_IsNoticed()
    {
        byte[] points = [1, 2, 3, 4];
        var shares = ByteShamir.Split(new byte[32], 3, points, SystemRandomSource.Instance);
        for (var wrong = 0; wrong < points.Length; wrong++)
        {
            shares[wrong][31] ^= 1;
            Assert.False(ByteShamir.TryReconstruct(3, points, [.. shares.Select(s => (ReadOnlyMemory<byte>)s)], out var secret));
            Assert.Empty(secret);
            shares[wrong][31] ^= 1;
        }
    }

    [Fact]
    public void Split_WrongArguments_Throws()
    {
        var random = SystemRandomSource.Instance;
        Assert.ThrowsAny<ArgumentException>(() => ByteShamir.Split([], 1, [1], random));
        Assert.ThrowsAny<ArgumentException>(() => ByteShamir.Split([1], 0, [1], random));
        Assert.ThrowsAny<ArgumentException>(() => ByteShamir.Split([1], 2, [1], random));
        Assert.ThrowsAny<ArgumentException>(() => ByteShamir.Split([1], 1, [0], random));
        Assert.ThrowsAny<ArgumentException>(() => ByteShamir.Split([1], 1, [7, 7], random));
        Assert.ThrowsAny<ArgumentException>(() => ByteShamir.TryReconstruct(2, [1], [new byte[1]], out _));
        Assert.ThrowsAny<ArgumentException>(() => ByteShamir.TryReconstruct(2, [1, 2], [new byte[1], new byte[2]], out _));
        Assert.ThrowsAny<ArgumentException>(() => ByteShamir.TryReconstruct(1, [1, 2], [new byte[1]], out _));
    }

    private static byte[] Pick(byte[] points, int[] chosen) => [.. chosen.Select(i => points[i])];

    private static int LongMultiply(int a, int b)
    {
        var product = 0;
        for (; b > 0; b >>= 1)
        {
            product ^= (b & 1) == 1 ? a : 0;
            a = (a << 1) ^ ((a & 0x80) != 0 ? 0x11B : 0);
        }

        return product;
    }

    private sealed class Constant(byte value) : IRandomSource
    {
        public void Fill(Span<byte> destination) => destination.Fill(value);
    }
}
