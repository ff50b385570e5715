using System.Text.Json;

namespace PrivacyGrains.EndToEnd.Tests.CommandLine;

[Collection(CommandLineCollection.Name)]
public class AuditPrivacyTests
{
    [Fact]
    public async Task Privacy_AllMechanisms_PrintsClaimedAndMeasured()
    {
        // By default a run fails by chance once in a million at most.
        var document = (await CommandRun.OfAsync("audit", "privacy", "--draws", "2000", "--json")).Good().Document();
        Assert.True(document.GetProperty("holds").GetBoolean());
        Assert.Equal(0.999999, document.GetProperty("confidence").GetDouble(), 12);
        Assert.Equal(1e-6, document.GetProperty("falseAlarm").GetDouble(), 12);
        var mechanisms = document.GetProperty("mechanisms").EnumerateArray().ToList();
        var names = mechanisms.Select(m => m.GetProperty("name").GetString()!.Split('/')[0]).Distinct().ToList();
        string[] all =
        [
            "geometric", "discrete-gaussian", "randomized-response", "exponential", "permute-and-flip", "report-noisy-max", "quantiles", "sparse-vector", "tree-aggregation", "partition-selection", "private-selection", "query",
        ];
        Assert.Equal(all.Order(StringComparer.Ordinal), names.Order(StringComparer.Ordinal));
        Assert.All(mechanisms, m => Assert.True(m.GetProperty("measuredEpsilon").GetDouble() <= m.GetProperty("claimedEpsilon").GetDouble()));
        Assert.Equal(14, document.GetProperty("sensitivities").GetArrayLength());
        var training = document.GetProperty("training");
        Assert.Equal((400, 80), (training.GetProperty("canaries").GetInt32(), training.GetProperty("guesses").GetInt32()));

        // Guesses by the update itself are right far more often than a coin: of 80, 50 or fewer with probability below 1e-4.
        Assert.InRange(training.GetProperty("correct").GetInt32(), 51, 80);
        Assert.InRange(training.GetProperty("claimedEpsilon").GetDouble(), 3.9, 4);
    }

    [Fact]
    public async Task Privacy_OneMechanism_RunsThatAlone()
    {
        var document = (await CommandRun.OfAsync("audit", "privacy", "--draws", "400", "--confidence", "0.99999", "--only", "sparse-vector", "--json")).Good().Document();
        Assert.Equal(4, document.GetProperty("mechanisms").GetArrayLength());
        Assert.Equal(0, document.GetProperty("sensitivities").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, document.GetProperty("training").ValueKind);
        var table = (await CommandRun.OfAsync("audit", "privacy", "--draws", "400", "--only", "geometric")).Good().Output;
        Assert.Contains("No claim is exceeded", table, StringComparison.Ordinal);
        Assert.Contains("a probability of at most 1E-06", table, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("audit.unknown-mechanism", "--only", "laplace")]
    [InlineData("audit.bad-range", "--draws", "10")]
    [InlineData("audit.bad-range", "--confidence", "NaN")]
    [InlineData("audit.bad-range", "--confidence", "1")]
    public async Task Privacy_BadInput_ExitsTwoAndNamesIt(string code, string option, string value)
    {
        var run = await CommandRun.OfAsync("audit", "privacy", option, value);
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith(code, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BenchDp_EverySampler_FitsItsLaw()
    {
        // Thirteen samplers, each below 1e-6 by chance once in a million runs.
        var document = (await CommandRun.OfAsync("bench", "dp", "--draws", "16384", "--json")).Good().Document();
        var results = document.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(13, results.Count);
        Assert.All(results, r => Assert.True(r.GetProperty("pValue").GetDouble() > 1e-6, r.ToString()));
        Assert.All(results, r => Assert.True(r.GetProperty("drawsPerSecond").GetDouble() > 0));
        Assert.Equal(2, (await CommandRun.OfAsync("bench", "dp", "--only", "none")).ExitCode);
    }
}
