using System.Security.Cryptography;
using System.Text;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Queries;

namespace PrivacyGrains.Privacy.Tests.Queries;

public class StatisticsQuerySpecTests
{
    private static StatisticsQuerySpec Count(double rho = 0.01, int contributors = 5, int colluding = 0, int dropping = 1) =>
        StatisticsQuerySpec.Create("how-many", "analyst", StatisticsQuery.Count(), Rho.Create(rho), contributors, colluding, dropping);

    [Fact]
    public void TryDecode_OwnText_GivesTheSameQuery_AndTheDigestIsTheTextsSha256()
    {
        var text = Count().Encode();
        Assert.StartsWith("{\"statisticsQuery\":1,\"spec\":{\"id\":\"how-many\",\"analyst\":\"analyst\",\"query\":{\"kind\":\"Count\"", text, StringComparison.Ordinal);
        Assert.True(StatisticsQuerySpec.TryDecode(text, out var spec, out var fault), fault);
        Assert.Equal(text, spec.Encode());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))), spec.Digest());
    }

    [Theory]
    [InlineData(0.01, 1.05)]
    [InlineData(0.1, 1.05)]
    [InlineData(0.5, 2)] // near the least variance a sum of discrete Gaussians costs more than one Gaussian: tau of proposition 14
    [InlineData(20, 1.05)]
    public void Create_NoiseIsTheLeastThatTheChargeCovers(double rho, double slack)
    {
        var spec = Count(rho);
        var plan = spec.Plan();
        Assert.True(plan.IsCoveredBy(Rho.Create(rho)));

        // One record moves a count by 1: the four that are counted need a variance of 1 / (2 rho) together, and each draws at least 1/4.
        var needed = Math.Max(0.25, 1 / (2 * rho) / 4);
        Assert.InRange(plan.LocalVariance.ToDouble(), needed, needed * slack);
    }

    [Theory]
    [InlineData(5, 0, 1)]
    [InlineData(5, 1, 1)]
    [InlineData(3, 0, 0)]
    public void Create_CountsTheNoiseOfHonestSurvivorsAlone(int contributors, int colluding, int dropping)
    {
        var variance = Count(0.01, contributors, colluding, dropping).Plan().LocalVariance.ToDouble();
        Assert.InRange(variance * (contributors - colluding - dropping), 50, 52.5);
    }

    [Fact]
    public void TryDecode_LessNoiseThanTheChargeCovers_IsRefused()
    {
        var greedy = Count() with { VarianceNumerator = Count().VarianceNumerator / 2 };
        Assert.False(StatisticsQuerySpec.TryDecode(greedy.Encode(), out var spec, out var fault));
        Assert.Null(spec);
        Assert.Contains("does not cover", fault, StringComparison.Ordinal);
    }

    public static TheoryData<string> Foreign()
    {
        var text = Count().Encode();
        return
        [
            "", "null", "{}", text + " ",
            text.Replace(":1,\"spec\"", ":2,\"spec\"", StringComparison.Ordinal),
            text.Replace("\"id\":\"how-many\"", "\"id\":null", StringComparison.Ordinal),
            text.Replace("\"id\":\"how-many\",", "", StringComparison.Ordinal),
            text.Replace("\"id\"", "\"extra\":1,\"id\"", StringComparison.Ordinal),
            text.Replace("\"Count\"", "\"count\"", StringComparison.Ordinal),
            text.Replace("\"Count\"", "\"Median\"", StringComparison.Ordinal),
            (Count() with { Relation = "other" }).Encode(),
            (Count() with { Unit = "" }).Encode(),
            (Count() with { Contributors = 1 }).Encode(),
            (Count() with { Colluding = -1 }).Encode(),
            (Count() with { Dropping = 5 }).Encode(),
            (Count() with { VarianceDenominator = 0 }).Encode(),
            (Count() with { VarianceNumerator = 0 }).Encode(),
            (Count() with { Rho = -1 }).Encode(),
            (Count() with { Query = StatisticsQuery.Count() with { Column = "radius" } }).Encode(),
        ];
    }

    [Theory]
    [MemberData(nameof(Foreign))]
    public void TryDecode_AnyOtherTextOrFigures_IsRefused(string text)
    {
        Assert.False(StatisticsQuerySpec.TryDecode(text, out var spec, out var fault));
        Assert.Null(spec);
        Assert.NotEmpty(fault);
    }

    [Fact]
    public void Create_Mean_IsCovered_AndHasTwoWords()
    {
        var spec = StatisticsQuerySpec.Create("how-large", "analyst", StatisticsQuery.Mean("radius", 0, 30), Rho.Create(0.1), 5, 1, 1);
        Assert.Equal(2, spec.VectorLength);
        Assert.True(StatisticsQuerySpec.TryDecode(spec.Encode(), out _, out var fault), fault);
    }
}
