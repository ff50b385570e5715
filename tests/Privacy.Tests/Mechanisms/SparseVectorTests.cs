using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Accounting.Plans;
using PrivacyGrains.Privacy.Audits;
using PrivacyGrains.Privacy.Mechanisms;
using PrivacyGrains.Privacy.Mechanisms.Sensitivities;

namespace PrivacyGrains.Privacy.Tests.Mechanisms;

/// <summary>The sparse vector against its law, summed out; a goodness of fit fails by chance with probability 1e-4 over the choice of its seed.</summary>
public class SparseVectorTests
{
    private static readonly Sensitivity Counts = ContributionBound.OfCounts().Sensitivity(NeighbouringRelation.AddRemove);
    private static readonly Sensitivity Exchanged = ContributionBound.OfCounts().Sensitivity(NeighbouringRelation.ReplaceOne);

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void Answers_FollowTheirLaw(int cutOff, bool monotone)
    {
        long[] values = [3, -2, 5];
        var law = Law(values, 4, 2, cutOff, monotone);
        var counts = new long[law.Count];
        var patterns = law.Keys.Order(StringComparer.Ordinal).ToList();
        using var random = new TestRandom(cutOff);
        for (var i = 0; i < 60_000; i++)
        {
            counts[patterns.IndexOf(Run(values, 4, ExactRatio.Create(2), cutOff, monotone ? Counts : Exchanged, random.Source))]++;
        }

        Assert.InRange(ChiSquare.PValue(counts, [.. patterns.Select(p => law[p])]), 1e-4, 1);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(2, false)]
    public void Law_OfNeighbours_DiffersByAtMostEpsilon(int cutOff, bool monotone)
    {
        // Every pattern of answers, for queries that move by up to 1 each: the claim itself.
        var worst = 0.0;
        long[][] changes = monotone ? [[1, 1, 1], [0, 1, 1], [1, 0, 0]] : [[1, 1, -1], [-1, -1, 1], [1, -1, 1], [1, 1, 1]];
        foreach (var values in new long[][] { [0, 0, 0], [-1, 0, 2], [2, 3, -4] })
        {
            var law = Law(values, 1, 1, cutOff, monotone);
            foreach (var change in changes)
            {
                var other = Law([.. values.Zip(change, (v, c) => v + c)], 1, 1, cutOff, monotone);
                worst = Math.Max(worst, law.Max(p => Math.Abs(Math.Log(p.Value / other[p.Key]))));
            }
        }

        Assert.InRange(worst, 0.25, 1 + 1e-9);
    }

    [Fact]
    public void CutOff_Reached_AnswersNothingMore()
    {
        using var stream = new SparseVector(Counts, ExactRatio.Create(1), 2, SystemRandomSource.Instance);
        Assert.True(stream.IsAbove(1 << 20, 0));
        Assert.False(stream.IsAbove(-(1 << 20), 0));
        Assert.True(stream.IsAbove(1 << 20, 0));
        Assert.Equal(0, stream.Left);
        Assert.Throws<InvalidOperationException>(() => stream.IsAbove(-(1 << 20), 0));
        Assert.InRange(Assert.IsType<PrivacyEvent.Pure>(stream.Loss.Event).Epsilon, 1, 1 + 1e-12);
    }

    [Fact]
    public void BadParameters_AreRefusedByName()
    {
        Assert.Throws<ArgumentOutOfRangeException>("cutOff", () => new SparseVector(Counts, ExactRatio.Create(1), 0, SystemRandomSource.Instance));
        Assert.Throws<ArgumentOutOfRangeException>("cutOff", () => new SparseVector(Counts, ExactRatio.Create(1), -3, SystemRandomSource.Instance));
        Assert.Throws<ArgumentOutOfRangeException>("epsilon", () => new SparseVector(Counts, default, 1, SystemRandomSource.Instance));
        Assert.Throws<ArgumentNullException>("source", () => new SparseVector(Counts, ExactRatio.Create(1), 1, null!));
    }

    private static string Run(long[] values, long threshold, ExactRatio epsilon, int cutOff, Sensitivity sensitivity, IRandomSource source)
    {
        using var stream = new SparseVector(sensitivity, epsilon, cutOff, source);
        var pattern = string.Empty;
        foreach (var value in values)
        {
            pattern += stream.Left == 0 ? '.' : stream.IsAbove(value, threshold) ? '1' : '0';
        }

        return pattern;
    }

    // Sums over the threshold's noise; given that, answers are independent.
    private static Dictionary<string, double> Law(long[] values, long threshold, double epsilon, int cutOff, bool monotone)
    {
        var (first, second) = (2 / epsilon, (monotone ? 2 : 4) * cutOff / epsilon);
        var law = new Dictionary<string, double>();
        for (var rho = -400L; rho <= 400; rho++)
        {
            Walk(string.Empty, Laws.Laplace(rho, first), cutOff);

            void Walk(string pattern, double chance, int left)
            {
                if (pattern.Length == values.Length || left == 0)
                {
                    var whole = pattern.PadRight(values.Length, '.');
                    law[whole] = law.GetValueOrDefault(whole) + chance;
                    return;
                }

                var above = AtLeast(threshold + rho - values[pattern.Length], second);
                Walk(pattern + '1', chance * above, left - 1);
                Walk(pattern + '0', chance * (1 - above), left);
            }
        }

        return law;
    }

    // The chance that two-sided geometric noise is at least m.
    private static double AtLeast(long m, double scale) => m > 0 ? Math.Exp(-m / scale) / (1 + Math.Exp(-1 / scale)) : 1 - (Math.Exp((m - 1) / scale) / (1 + Math.Exp(-1 / scale)));
}
