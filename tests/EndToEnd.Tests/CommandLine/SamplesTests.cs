using System.Diagnostics;
using PrivacyGrains.Testing;

namespace PrivacyGrains.EndToEnd.Tests.CommandLine;

/// <summary>The scenarios of <c>samples/</c>: their scripts run as their pages say.</summary>
[Collection(CommandLineCollection.Name)]
public class SamplesTests
{
    private static readonly string Built = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Cli", new DirectoryInfo(AppContext.BaseDirectory).Name, "privacygrains.dll"));

    [Theory]
    [InlineData("city-earnings", "Northeast", "Answered before on the same data", "ledger.over-budget")]
    [InlineData("city-routes", "D4", "2026-Q2: the three busiest cells", "of the block 2026-Q1, and 1.06", "for rows of 2026-Q2", "query.unbounded-time", "block 2026-Q2")]
    [InlineData("three-hospitals", "malignant", "paid for by by-diagnosis: at no further cost", "A dry run", "committed")]
    [InlineData("credit", "4096 applications", "largest difference from scores in the clear", "encrypted-model.scored  credit/1", "scoring.quota-used-up")]
    [InlineData("digits", "0 leave an interval", "in the clear, with tanh: 462 of 500 digits right", "encrypted, with polynomials: 4")]
    public async Task Run_SaysWhatItsPageSays(string sample, params string[] words)
    {
        using var folder = new TempFolder();
        using var run = Process.Start(new ProcessStartInfo("bash", [Path.Combine(Root(), "samples", sample, "run"), folder.Path])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PRIVACYGRAINS"] = $"dotnet {Built}", ["PORT"] = "0" },
        })!;
        var said = await Task.WhenAll(run.StandardOutput.ReadToEndAsync(), run.StandardError.ReadToEndAsync());
        await run.WaitForExitAsync();
        var all = string.Concat(said);
        Assert.True(run.ExitCode == 0, all);
        Assert.All(words, w => Assert.Contains(w, all, StringComparison.Ordinal));
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "PrivacyGrains.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests are not run from within the repository.");
        }

        return folder.FullName;
    }
}
