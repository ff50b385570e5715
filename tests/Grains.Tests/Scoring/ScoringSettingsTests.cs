using PrivacyGrains.Grains.Scoring;

namespace PrivacyGrains.Grains.Tests.Scoring;

public sealed class ScoringSettingsTests
{
    [Theory]
    [InlineData("managed", null)]
    [InlineData("seal", "-p:Seal=true")] // these tests are never built with it
    [InlineData("SEAL", "managed or seal")]
    [InlineData("", "managed or seal")]
    public void Evaluator_ThatIsNotInTheBuild_OrUnknown_IsNamed(string evaluator, string? says)
    {
        var faults = new ScoringSettings { Evaluator = evaluator }.Faults("S").ToList();
        if (says is null)
        {
            Assert.Empty(faults);
            return;
        }

        Assert.Contains(says, Assert.Single(faults), StringComparison.Ordinal);
        Assert.StartsWith("S:Evaluator", faults[0], StringComparison.Ordinal);
    }
}
