using System.Globalization;
using System.Text.Json;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.FunctionSharing;
using PrivacyGrains.Protocols.Tests.Sharing;

namespace PrivacyGrains.Protocols.Tests.FunctionSharing;

public sealed class PointFunctionTests
{
    [Fact]
    public void Evaluate_EightBits_EveryPointAgainstEveryHiddenPoint_IsTheValueThereAndZeroElsewhere()
    {
        var layout = new PointKeyLayout(256, 8);
        ulong[] alpha = [.. Enumerable.Range(0, 256).Select(a => (ulong)a)];
        var (roots, beta, common) = Keys(layout, alpha, seed: 1);
        for (var x = 0; x < 256; x++)
        {
            AssertFunction(alpha, beta, [.. Enumerable.Repeat((ulong)x, 256)], roots, layout, common);
        }
    }

    // More than two tiles; one bit apart, for each bit: a level that is forgotten answers "equal".
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(40)]
    [InlineData(64)]
    public void Evaluate_RandomAndNeighbouringPoints_IsExact(int bits)
    {
        var layout = new PointKeyLayout(600, bits);
        var mask = ulong.MaxValue >> (64 - bits);
        var alpha = Schemes.Uniform(WordAlgebra.Ring64, 600, 2).Select(word => word & mask).ToArray();
        (alpha[0], alpha[1], alpha[2]) = (0, mask, mask / 2);
        var (roots, beta, common) = Keys(layout, alpha, seed: 3);
        var random = Schemes.Uniform(WordAlgebra.Ring64, 600, 4).Select(word => word & mask).ToArray();
        ulong[][] all = [random, alpha, [.. alpha.Select((a, i) => a ^ (1UL << (i % bits)))]];
        foreach (var points in all)
        {
            AssertFunction(alpha, beta, points, roots, layout, common);
        }
    }

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, 4)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void KeysAndShares_AreThePythonOnes(int index)
    {
        using var vectors = Vectors.Read("function-sharing/v1/point.json");
        var c = vectors.RootElement[index];
        var layout = new PointKeyLayout(c.GetProperty("count").GetInt32(), c.GetProperty("bits").GetInt32());
        ulong[][] roots = [.. c.GetProperty("roots").EnumerateArray().Select(Words)];
        var common = PointKeyMaker.Make(layout, roots, Words(c.GetProperty("alpha")), Words(c.GetProperty("beta")));
        Assert.Equal(Words(c.GetProperty("common")), common);
        for (var step = 0; step < c.GetProperty("points").GetArrayLength(); step++)
        {
            var shares = Evaluate(layout, roots, common, Words(c.GetProperty("points")[step]));
            Assert.Equal(c.GetProperty("shares")[step].EnumerateArray().Select(Words), shares);
        }
    }

    // A smoke test and no proof: a party's share at the hidden point and beside it must look alike, as must correction words.
    [Fact]
    public void Evaluate_OnePartysSharesAndTheCommonWords_AreBalancedBitByBit()
    {
        var layout = new PointKeyLayout(4096, 20);
        var alpha = new ulong[layout.Count];
        alpha.AsSpan().Fill(1 << 19);
        var roots = new[] { Schemes.Uniform(WordAlgebra.Ring64, layout.RootWords, 5), Schemes.Uniform(WordAlgebra.Ring64, layout.RootWords, 6) };
        var common = PointKeyMaker.Make(layout, roots, alpha, [.. Enumerable.Repeat(1UL, layout.Count)]);
        var share = new ulong[layout.Count];
        foreach (var point in new ulong[] { 0, (1 << 19) - 1, 1 << 19, (1 << 19) + 1 })
        {
            for (var party = 0; party < 2; party++)
            {
                PointFunction.Evaluate(party, layout, roots[party], common, [.. alpha.Select(_ => point)], share);
                AssertBalanced(share);
            }
        }

        AssertBalanced(common);
    }

    private static ulong[] Words(JsonElement row) => [.. row.EnumerateArray().Select(word => ulong.Parse(word.GetString()!, CultureInfo.InvariantCulture))];

    private static (ulong[][] Roots, ulong[] Beta, ulong[] Common) Keys(PointKeyLayout layout, ulong[] alpha, byte seed)
    {
        ulong[][] roots = [Schemes.Uniform(WordAlgebra.Ring64, layout.RootWords, seed), Schemes.Uniform(WordAlgebra.Ring64, layout.RootWords, (byte)(seed + 100))];
        var beta = Schemes.Uniform(WordAlgebra.Ring64, layout.Count, (byte)(seed + 50));
        return (roots, beta, PointKeyMaker.Make(layout, roots, alpha, beta));
    }

    private static ulong[][] Evaluate(PointKeyLayout layout, ulong[][] roots, ulong[] common, ulong[] points) =>
    [
        .. Enumerable.Range(0, 2).Select(party =>
        {
            var shares = new ulong[layout.Count];
            PointFunction.Evaluate(party, layout, roots[party], common, points, shares);
            return shares;
        }),
    ];

    private static void AssertFunction(ulong[] alpha, ulong[] beta, ulong[] points, ulong[][] roots, PointKeyLayout layout, ulong[] common)
    {
        var shares = Evaluate(layout, roots, common, points);
        for (var i = 0; i < beta.Length; i++)
        {
            Assert.Equal(points[i] == alpha[i] ? beta[i] : 0, unchecked(shares[0][i] + shares[1][i]));
        }
    }

    // Five standard deviations either way: a false alarm in about 1 of 10^3 choices of seeds, and the seeds are fixed.
    private static void AssertBalanced(ulong[] words)
    {
        for (var bit = 0; bit < 64; bit++)
        {
            var ones = words.Count(word => ((word >> bit) & 1) != 0);
            Assert.InRange(ones - (words.Length / 2.0), -2.5 * Math.Sqrt(words.Length), 2.5 * Math.Sqrt(words.Length));
        }
    }
}
