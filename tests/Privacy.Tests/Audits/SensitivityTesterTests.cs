using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Privacy.Audits;

namespace PrivacyGrains.Privacy.Tests.Audits;

public class SensitivityTesterTests
{
    [Fact]
    public void Queries_NeverExceedWhatTheyDeclare_AndComeNear()
    {
        using var random = new TestRandom(41);
        var findings = SensitivityTester.Run(QuerySensitivityTrials.All(), 300, random.Source);
        Assert.Equal(14, findings.Count);
        Assert.All(findings, finding => Assert.True(finding.Holds, finding.ToString()));
        Assert.All(findings, finding => Assert.True(finding.MeasuredL2 >= 0.7 * finding.DeclaredL2, finding.ToString()));
    }

    [Fact]
    public void ADeclarationThatForgetsTheRowsOfAUnit_IsFound()
    {
        // A sum of two rows of up to 5 that declares one.
        var trial = new SensitivityTrial("wrong", 5, 25, source =>
        {
            var bytes = new byte[2];
            source.Fill(bytes);
            return ([(bytes[0] % 6) + (bytes[1] % 6)], [0]);
        });
        var finding = Assert.Single(SensitivityTester.Run([trial], 500, SystemRandomSource.Instance));
        Assert.False(finding.Holds);
        Assert.Equal(10, finding.MeasuredL1);
        Assert.Throws<ArgumentOutOfRangeException>("pairs", () => SensitivityTester.Run([trial], 0, SystemRandomSource.Instance));
    }
}
