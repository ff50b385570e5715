using PrivacyGrains.Privacy.Audits;

namespace PrivacyGrains.Privacy.Tests.Audits;

/// <summary>Against the paper's formula at 40 digits, summed out in another program.</summary>
public class OneRunAuditTests
{
    [Theory]
    [InlineData(100, 100, 80, 0, 0.95, 0.958392045292)]
    [InlineData(1000, 100, 100, 0, 0.95, 3.49296543115)]
    [InlineData(1000, 100, 100, 1e-5, 0.95, 3.46537634781)]
    [InlineData(1000, 1000, 600, 1e-5, 0.95, 0.297226953719)]
    [InlineData(200, 50, 25, 1e-5, 0.95, 0)]
    [InlineData(500, 200, 190, 1e-6, 0.99, 2.21698591637)]
    public void EpsilonLowerBound_MatchesTheFormula(int canaries, int guesses, int correct, double delta, double confidence, double expected) =>
        Assert.InRange(OneRunAudit.EpsilonLowerBound(canaries, guesses, correct, delta, confidence), expected - 1e-7, expected + 1e-11);

    [Fact]
    public void PValue_MatchesTheFormula_AndFallsWithRightGuesses()
    {
        Assert.Equal(0.72925368904272, OneRunAudit.PValue(100, 100, 60, 0.5, 1e-3), 1e-8);
        Assert.True(OneRunAudit.PValue(100, 100, 80, 1, 1e-6) < OneRunAudit.PValue(100, 100, 70, 1, 1e-6));
        Assert.Equal(1, OneRunAudit.PValue(100, 0, 0, 1, 1e-6));
    }

    [Fact]
    public void RandomisedResponse_IsBoundedBelowItsEpsilon_AsOftenAsStated()
    {
        // Guesses that are right with probability e/(e + 1), epsilon 1: at confidence 0.95, 5 of 100 bounds are expected above 1 at most; beyond 17 with probability below 1e-5.
        using var random = new TestRandom(51);
        var bounds = Enumerable.Range(0, 100).Select(_ => OneRunAudit.EpsilonLowerBound(
            400, 400, Enumerable.Range(0, 400).Count(_ => random.Unit() < Math.E / (Math.E + 1)), 0, 0.95)).ToList();
        Assert.InRange(bounds.Count(b => b > 1), 0, 17);
        Assert.True(bounds.Average() > 0.7);
    }

    [Fact]
    public void BadParameters_AreRefusedByName()
    {
        Assert.Throws<ArgumentOutOfRangeException>("canaries", () => OneRunAudit.PValue(0, 0, 0, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>("guesses", () => OneRunAudit.PValue(10, 11, 1, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>("correct", () => OneRunAudit.PValue(10, 10, 11, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>("correct", () => OneRunAudit.PValue(10, 10, -1, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>("epsilon", () => OneRunAudit.PValue(10, 10, 1, double.NaN, 0));
        Assert.Throws<ArgumentOutOfRangeException>("delta", () => OneRunAudit.PValue(10, 10, 1, 1, -0.1));
        Assert.Throws<ArgumentOutOfRangeException>("confidence", () => OneRunAudit.EpsilonLowerBound(10, 10, 1, 0, 1));
    }
}
