using System.Globalization;
using System.Text.Json;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.FunctionSharing;
using PrivacyGrains.Protocols.Tests.Sharing;

namespace PrivacyGrains.Protocols.Tests.FunctionSharing;

public sealed class ComparisonFunctionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Evaluate_EightBits_EveryPointAgainstEveryHiddenPoint_IsThePayloadBelowAndZeroElsewhere(int payload)
    {
        const int Levels = 8;
        const int Size = 1 << Levels;
        var layout = new ComparisonKeyLayout(Size, Levels, payload);
        ulong[] alpha = [.. Enumerable.Range(0, Size).Select(a => (ulong)a)];
        var (roots, beta, common) = Keys(layout, alpha, seed: 1);
        for (var x = 0; x < Size; x++)
        {
            ulong[] points = [.. Enumerable.Repeat((ulong)x, Size)];
            AssertFunction(layout, alpha, beta, points, Evaluate(layout, roots, common, points));
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(40, 2)]
    [InlineData(63, 1)]
    [InlineData(63, 4)]
    [InlineData(63, 7)]
    public void Evaluate_RandomAndNeighbouringPoints_IsExact(int levels, int payload)
    {
        var layout = new ComparisonKeyLayout(700, levels, payload);
        var mask = (1UL << levels) - 1;
        var alpha = Schemes.Uniform(WordAlgebra.Ring64, 700, 2).Select(word => word & mask).ToArray();
        (alpha[0], alpha[1], alpha[2]) = (0, mask, mask / 2);
        var (roots, beta, common) = Keys(layout, alpha, seed: 3);
        var random = Schemes.Uniform(WordAlgebra.Ring64, 700, 4).Select(word => word & mask).ToArray();
        ulong[][] all = [random, alpha, [.. alpha.Select(a => unchecked(a - 1) & mask)], [.. alpha.Select(a => (a + 1) & mask)], [.. alpha.Select(_ => mask)], new ulong[700]];
        foreach (var points in all)
        {
            AssertFunction(layout, alpha, beta, points, Evaluate(layout, roots, common, points));
        }
    }

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, 4)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void KeysAndShares_AreThePythonOnes(int index)
    {
        using var vectors = Vectors.Read("function-sharing/v1/comparison.json");
        var c = vectors.RootElement[index];
        var layout = new ComparisonKeyLayout(c.GetProperty("count").GetInt32(), c.GetProperty("levels").GetInt32(), c.GetProperty("payload").GetInt32());
        ulong[][] roots = [.. c.GetProperty("roots").EnumerateArray().Select(Words)];
        var common = ComparisonKeyMaker.Make(layout, roots, Words(c.GetProperty("alpha")), Words(c.GetProperty("beta")));
        Assert.Equal(Words(c.GetProperty("common")), common);
        for (var step = 0; step < c.GetProperty("points").GetArrayLength(); step++)
        {
            var shares = Evaluate(layout, roots, common, Words(c.GetProperty("points")[step]));
            Assert.Equal(c.GetProperty("shares")[step].EnumerateArray().Select(Words), shares);
        }
    }

    // A smoke test and no proof: secrecy is theorem 1 of the paper. A party's share of 1 and of 0 must look alike, as must correction words.
    [Fact]
    public void Evaluate_OnePartysSharesAndTheCommonWords_AreBalancedBitByBit()
    {
        var layout = new ComparisonKeyLayout(4096, 20, 1);
        var alpha = new ulong[layout.Count];
        alpha.AsSpan().Fill(1 << 19);
        var roots = new[] { Schemes.Uniform(WordAlgebra.Ring64, layout.RootWords, 5), Schemes.Uniform(WordAlgebra.Ring64, layout.RootWords, 6) };
        ulong[] beta = [.. Enumerable.Repeat(1UL, layout.Count)];
        var common = ComparisonKeyMaker.Make(layout, roots, alpha, beta);
        var share = new ulong[layout.Count];
        foreach (var point in new ulong[] { 0, (1 << 19) - 1, 1 << 19, (1 << 20) - 1 })
        {
            for (var party = 0; party < 2; party++)
            {
                ComparisonFunction.Evaluate(party, layout, roots[party], common, [.. alpha.Select(_ => point)], share);
                AssertBalanced(share);
            }
        }

        AssertBalanced(common);
    }

    private static ulong[] Words(JsonElement row) => [.. row.EnumerateArray().Select(word => ulong.Parse(word.GetString()!, CultureInfo.InvariantCulture))];

    private static (ulong[][] Roots, ulong[] Beta, ulong[] Common) Keys(ComparisonKeyLayout layout, ulong[] alpha, byte seed)
    {
        ulong[][] roots = [Schemes.Uniform(WordAlgebra.Ring64, layout.RootWords, seed), Schemes.Uniform(WordAlgebra.Ring64, layout.RootWords, (byte)(seed + 100))];
        var beta = Schemes.Uniform(WordAlgebra.Ring64, layout.Count * layout.Payload, (byte)(seed + 50));
        return (roots, beta, ComparisonKeyMaker.Make(layout, roots, alpha, beta));
    }

    private static ulong[][] Evaluate(ComparisonKeyLayout layout, ulong[][] roots, ulong[] common, ulong[] points) =>
    [
        .. Enumerable.Range(0, 2).Select(party =>
        {
            var shares = new ulong[layout.Count * layout.Payload];
            ComparisonFunction.Evaluate(party, layout, roots[party], common, points, shares);
            return shares;
        }),
    ];

    private static void AssertFunction(ComparisonKeyLayout layout, ulong[] alpha, ulong[] beta, ulong[] points, ulong[][] shares)
    {
        for (var i = 0; i < beta.Length; i++)
        {
            var function = i % layout.Count;
            Assert.Equal(points[function] < alpha[function] ? beta[i] : 0, unchecked(shares[0][i] + shares[1][i]));
        }
    }

    // Five standard deviations either way, 64 bits in each of a few calls: a false alarm in about 1 of 10^3 choices of seeds, and the seeds are fixed.
    private static void AssertBalanced(ulong[] words)
    {
        for (var bit = 0; bit < 64; bit++)
        {
            var ones = words.Count(word => ((word >> bit) & 1) != 0);
            Assert.InRange(ones - (words.Length / 2.0), -2.5 * Math.Sqrt(words.Length), 2.5 * Math.Sqrt(words.Length));
        }
    }
}
