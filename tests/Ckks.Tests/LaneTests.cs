using System.Runtime.Intrinsics;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Ckks.Hashing;
using PrivacyGrains.Ckks.Modular;
using PrivacyGrains.Ckks.Modular.Lanes;
using PrivacyGrains.Ckks.Transforms;

namespace PrivacyGrains.Ckks.Tests;

/// <summary>Every width gives the same words, at the edges of what a word holds too.</summary>
public sealed class LaneTests
{
    public static TheoryData<int, int> Sizes => new()
    {
        { 1024, 27 }, { 2048, 54 }, { 4096, 40 }, { 8192, 60 }, { 16384, 60 }, { 32768, 59 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Transforms_AtEveryWidth_AreTheSame(int degree, int bits)
    {
        var modulus = new Modulus(Primes.Choose(degree, [bits])[0]);
        var transform = new NumberTheoreticTransform(modulus, degree);
        // Forward takes words below 16 q, inverse below 4 q: the largest ones are among them.
        foreach (var (limit, forward) in new[] { (16UL, true), (4UL, false) })
        {
            var words = Words(degree, limit * modulus.Value);
            var expected = words.ToArray();
            Apply(transform.Forward64, transform.Inverse64, forward, expected);
            if (Lanes256.IsSupported)
            {
                var actual = words.ToArray();
                Apply(transform.Forward256, transform.Inverse256, forward, actual);
                Assert.Equal(expected, actual);
            }

            if (Lanes512.IsSupported)
            {
                var actual = words.ToArray();
                Apply(transform.Forward512, transform.Inverse512, forward, actual);
                Assert.Equal(expected, actual);
            }
        }
    }

    [Theory]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(59)]
    [InlineData(60)]
    public void Loops_AtEveryWidth_AreArithmetic(int bits)
    {
        var modulus = new Modulus(Primes.Choose(1024, [bits])[0]);
        Check<ulong, Lanes64>(modulus);
        if (Lanes256.IsSupported)
        {
            Check<Vector256<ulong>, Lanes256>(modulus);
        }

        if (Lanes512.IsSupported)
        {
            Check<Vector512<ulong>, Lanes512>(modulus);
        }
    }

    [Fact]
    public void Blake2xb_AtEveryWidth_IsTheSame()
    {
        var root = new ulong[8];
        var state = new ulong[8];
        Blake2xb.Begin(new byte[64], state);
        Blake2xb.Root(state, 7, root);
        // The same by the plain hash.
        var digest = new byte[64];
        byte[] parameters = [64, 64, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16, .. new byte[50]];
        Blake2b.Hash(parameters, new byte[64], [7, 0, 0, 0, 0, 0, 0, 0], digest);
        Assert.Equal(digest, System.Runtime.InteropServices.MemoryMarshal.AsBytes(root.AsSpan()).ToArray());
        var (one, four, eight) = (new ulong[512], new ulong[512], new ulong[512]);
        Blake2xb.Expand<ulong, Lanes64>(root, one);
        if (Lanes256.IsSupported)
        {
            Blake2xb.Expand<Vector256<ulong>, Lanes256>(root, four);
            Assert.Equal(one, four);
        }

        if (Lanes512.IsSupported)
        {
            Blake2xb.Expand<Vector512<ulong>, Lanes512>(root, eight);
            Assert.Equal(one, eight);
        }
    }

    private delegate void Transform(Span<ulong> values);

    private static void Apply(Transform forward, Transform inverse, bool isForward, ulong[] values) => (isForward ? forward : inverse)(values);

    private static ulong[] Words(int count, ulong limit)
    {
        var bytes = new byte[8 * count];
        SystemRandomSource.Instance.Fill(bytes);
        var words = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ulong>(bytes).ToArray();
        for (var i = 0; i < count; i++)
        {
            words[i] = i % 5 == 0 ? limit - 1 : i % 7 == 0 ? 0 : words[i] % limit;
        }

        return words;
    }

    private static void Check<TVector, TLanes>(Modulus modulus)
        where TVector : struct
        where TLanes : struct, IWordLanes<TVector>
    {
        const int Count = 1024;
        var q = modulus.Value;
        var (a, b, c, d) = (Words(Count, q), Words(Count, q), Words(Count, q), Words(Count, q));
        c[0] = d[0] = b[0] = q - 1;
        var (x, y, z) = (new ulong[Count], new ulong[Count], new ulong[Count]);
        void All(Func<int, UInt128> expected, ulong[] actual) => Assert.All(Enumerable.Range(0, Count), i => Assert.Equal((ulong)(expected(i) % q), actual[i]));

        LaneLoops<TVector, TLanes>.Add(modulus, a, b, x);
        All(i => (UInt128)a[i] + b[i], x);
        LaneLoops<TVector, TLanes>.Subtract(modulus, a, b, x);
        All(i => (UInt128)a[i] + q - b[i], x);
        LaneLoops<TVector, TLanes>.Negate(modulus, a, x);
        All(i => (UInt128)q - a[i], x);
        LaneLoops<TVector, TLanes>.AddScalar(modulus, a, q - 1, x);
        All(i => (UInt128)a[i] + q - 1, x);
        LaneLoops<TVector, TLanes>.Multiply(modulus, a, b, x);
        All(i => (UInt128)a[i] * b[i], x);
        c.CopyTo(x, 0);
        LaneLoops<TVector, TLanes>.MultiplyAdd(modulus, a, b, x);
        All(i => ((UInt128)a[i] * b[i]) + c[i], x);
        LaneLoops<TVector, TLanes>.Tensor(modulus, a, b, c, d, x, y, z);
        All(i => (UInt128)a[i] * c[i], x);
        All(i => ((UInt128)a[i] * d[i]) + ((UInt128)b[i] * c[i]), y);
        All(i => (UInt128)b[i] * d[i], z);
        LaneLoops<TVector, TLanes>.MultiplyScalar(modulus, a, q - 2, x);
        All(i => (UInt128)a[i] * (q - 2), x);

        var lazy = Words(Count, 8 * q);
        lazy.CopyTo(x, 0);
        var any = Words(Count, ulong.MaxValue);
        LaneLoops<TVector, TLanes>.MultiplyScalarAddLazily(modulus, any, q - 3, x);
        Assert.All(x, w => Assert.True(w < 8 * q));
        LaneLoops<TVector, TLanes>.Settle(modulus, x);
        All(i => ((UInt128)any[i] * (q - 3)) + lazy[i], x);
        lazy.CopyTo(x, 0);
        LaneLoops<TVector, TLanes>.MultiplyShoupAddLazily(modulus, any, b, [.. b.Select(modulus.ShoupQuotient)], false, x);
        Assert.All(x, w => Assert.True(w < 8 * q));
        LaneLoops<TVector, TLanes>.Settle(modulus, x);
        All(i => ((UInt128)any[i] * b[i]) + lazy[i], x);
        LaneLoops<TVector, TLanes>.ReduceLazily(modulus, any, q - 1, x);
        Assert.All(x, w => Assert.True(w < 5 * q));
        LaneLoops<TVector, TLanes>.Settle(modulus, x);
        All(i => (UInt128)any[i] + q - 1, x);
        LaneLoops<TVector, TLanes>.SubtractMultiply(modulus, lazy, b, q - 4, x);
        All(i => ((UInt128)lazy[i] + q - b[i]) * (q - 4), x);
        var places = Enumerable.Range(0, Count).Select(i => i * 5 % Count).ToArray();
        LaneLoops<TVector, TLanes>.Permute(a, places, x);
        Assert.Equal(places.Select(i => a[i]), x);
    }
}
