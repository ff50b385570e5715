using System.Numerics;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Tests.Sharing;

namespace PrivacyGrains.Protocols.Tests.Functions;

public sealed class TruncatedSelectionTests
{
    public static TheoryData<string> Grid => Schemes.Names;

    // Each number many times, so that masks of both top bits and with and without a wrap occur; every other bit is 1.
    [Theory]
    [MemberData(nameof(Grid))]
    public void Select_OverTheHeadroomAndItsEdges_IsZeroOrTheTruncatedNumberWithinAUnit(string name)
    {
        var scheme = Schemes.Named(name);
        var edge = 1L << scheme.Algebra.HeadroomBits;
        long[] numbers = [0, 1, -1, 65535, 65536, -65536, 123456789, edge - 1, 1 - edge, edge / 2, -(edge / 2) - 3];
        long[] x = [.. Enumerable.Repeat(numbers, 41).SelectMany(n => n)];
        foreach (var shift in new[] { 1, 16, 37, 58 })
        {
            var run = Select(scheme, x, shift, out var got);
            Assert.Equal([x.Length + PackedBits.WordsFor(x.Length)], run.WordsPerRound);
            for (var i = 0; i < x.Length; i++)
            {
                Assert.True(i % 2 == 0 ? got[i] == 0 : BigInteger.Abs((new BigInteger(got[i]) << shift) - x[i]) < BigInteger.One << shift, $"{x[i]} by {shift} bits gave {got[i]}");
            }
        }
    }

    // A piece of a spline may be any element outside its place.
    [Theory]
    [MemberData(nameof(Grid))]
    public void Select_AnyElementWhereTheBitIsZero_IsZero(string name)
    {
        var scheme = Schemes.Named(name);
        long[] x = [.. Schemes.Uniform(scheme.Algebra, 500, 3).Select((word, i) => i % 2 == 0 ? scheme.Algebra.ToSigned(word) : 0)];
        Select(scheme, x, 20, out var got);
        Assert.All(got, value => Assert.Equal(0, value));
    }

    private static Simulation Select(SharingScheme scheme, long[] x, int shift, out long[] got)
    {
        var run = new Simulation(scheme).Deal(CorrelationRequest.TruncatedSelection(x.Length, shift));
        var xs = run.Split([.. x.Select(scheme.Algebra.FromSigned)]);
        var packed = new ulong[PackedBits.WordsFor(x.Length)];
        for (var i = 1; i < x.Length; i += 2)
        {
            PackedBits.Set(packed, i, true);
        }

        using var random = Schemes.Random(7);
        var bits = BitShares.Split(scheme.Parties, packed, x.Length, random);
        var results = run.RunAll(i => Phase<ShareTensor>.Start(
            run.Committees[i], slot => TruncatedSelection.Script(run.Committees[i], xs[i], bits[i], run.Correlations[i].TakeTruncatedSelection(x.Length, shift), slot)));
        got = [.. run.Open(results).Select(scheme.Algebra.ToSigned)];
        return run;
    }
}
