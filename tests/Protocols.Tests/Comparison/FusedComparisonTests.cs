using System.Collections.Immutable;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Comparison;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Tests.Sharing;

namespace PrivacyGrains.Protocols.Tests.Comparison;

public sealed class FusedComparisonTests
{
    public static TheoryData<string> Grid => Schemes.Names;

    [Theory]
    [MemberData(nameof(Grid))]
    public void Fused_EdgesWithManyMasks_TruncatesWithinOneUnit_AndComparesExactly(string name)
    {
        var scheme = Schemes.Named(name);
        var algebra = scheme.Algebra;
        foreach (var bits in scheme.Kind == SharingKind.Additive ? [64, 40, 20] : new[] { 61 })
        {
            var edge = (1L << (bits - 2)) - 1 - (scheme.Kind == SharingKind.Shamir ? 70000 : 0); // the difference to a threshold counts in F_p
            long[] edges = [0, 1, -1, edge, -edge, 1 << 16, -1 << 16, edge / 2, -edge / 2, 70000, -70000];
            ulong[] x = [.. Enumerable.Repeat(edges, 30).SelectMany(e => e).Select(algebra.FromSigned)];
            ImmutableArray<long> thresholds = [0, 70000];
            var run = new Simulation(scheme).Deal(FusedComparison.Requests(scheme, x.Length, 2, 16, bits));
            var xs = run.Split(x);
            var results = run.RunAll(i => FusedComparison.Begin(run.Committees[i], xs[i], thresholds, 16, bits, run.Correlations[i]));
            var truncated = run.Open(results.Select(result => result.Truncated));
            for (var t = 0; t < thresholds.Length; t++)
            {
                var got = BitShares.Reconstruct([.. results.Select(result => result.AtLeast[t])]).Value;
                for (var i = 0; i < x.Length; i++)
                {
                    Assert.True(PackedBits.Get(got, i) == (algebra.ToSigned(x[i]) >= thresholds[t]), $"{algebra.ToSigned(x[i])} >= {thresholds[t]} of {bits} bits");
                }
            }

            for (var i = 0; i < x.Length; i++)
            {
                Assert.InRange(((Int128)algebra.ToSigned(truncated[i]) << 16) - algebra.ToSigned(x[i]), -65535, 65535);
            }

            Assert.Equal(FusedComparison.WordsPerRound(scheme, x.Length, 2, bits), run.WordsPerRound.AsEnumerable());
            Assert.Equal(bits == 20 ? 6 : 7, run.WordsPerRound.Count);
        }
    }
}
