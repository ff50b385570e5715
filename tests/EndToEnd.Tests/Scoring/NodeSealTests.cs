using System.Text.Json;
using PrivacyGrains.Testing;

namespace PrivacyGrains.EndToEnd.Tests.Scoring;

/// <summary>node-seal, which shares no code with us, makes keys and encrypts; the gateway scores; node-seal decrypts.</summary>
[Collection(ScoringCollection.Name)]
public sealed class NodeSealTests(ScoringWorld world)
{
    private const double Wanted = 1e-5;

    [RequiresFact("node-seal")]
    public async Task Batched_Scores_AreThoseInTheClear_ForEveryDegree_Compression_SeededOrNot()
    {
        var (exit, output, error) = await world.RunAsync("matrix.mjs", world.Url, world.KeyFile, world.Input, "linear-4096", "linear-8192", "linear-16384");
        Assert.True(exit == 0, error);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3 * 3 * 2, lines.Length);
        Assert.All(lines, line =>
        {
            using var document = JsonDocument.Parse(line);
            AssertClose([.. world.Probabilities.Select(p => new[] { p })], [.. document.RootElement.GetProperty("scores").EnumerateArray().Select(v => new[] { v.GetDouble() })], Wanted);
        });
        Assert.Equal(lines.Length, lines.Select(line => line[..line.IndexOf("bytesUp", StringComparison.Ordinal)]).Distinct(StringComparer.Ordinal).Count());
    }

    [RequiresTheory("node-seal")]
    [InlineData(4096, true)]
    [InlineData(8192, false)]
    public async Task Packed_ScoresOfOneRow_AreThoseInTheClear(int degree, bool isSeeded)
    {
        var document = await ScoreAsync(["--model", $"linear-{degree}", "--layout", "packed", "--rows", "2", .. isSeeded ? (string[])[] : ["--unseeded"]]);
        AssertClose([.. world.Probabilities.Take(2).Select(p => new[] { p })], Scores(document), Wanted);
    }

    [RequiresTheory("node-seal")]
    [InlineData("batched", "none")]
    [InlineData("packed", "zstd")]
    public async Task Network_OfTwoLayers_WithRelinearisationAndRotation_IsRight(string layout, string compression)
    {
        var document = await ScoreAsync(["--model", "network", "--layout", layout, "--compression", compression, "--rows", "3"]);
        var bound = document.GetProperty("errorBound").GetDouble(); // as the gateway states it, flooding included
        Assert.InRange(bound, 1e-9, 0.05);
        AssertClose(world.Outputs[..3], Scores(document), bound);
    }

    [RequiresFact("node-seal")]
    public async Task UnknownModel_IsRefusedByName()
    {
        var (exit, _, error) = await world.ScoreAsync("--model", "nobody");
        Assert.Equal(1, exit);
        Assert.StartsWith("scoring.unknown-version:", error, StringComparison.Ordinal);
    }

    private static void AssertClose(double[][] wanted, double[][] scores, double within)
    {
        Assert.Equal(wanted.Length, scores.Length);
        Assert.All(wanted.Zip(scores), pair => Assert.Equal(pair.First.Length, pair.Second.Length));
        Assert.All(wanted.SelectMany(row => row).Zip(scores.SelectMany(row => row)), pair => Assert.InRange(pair.First - pair.Second, -within, within));
    }

    private static double[][] Scores(JsonElement document) => [.. document.GetProperty("scores").EnumerateArray().Select(row => row.EnumerateArray().Select(v => v.GetDouble()).ToArray())];

    private async Task<JsonElement> ScoreAsync(IEnumerable<string> options)
    {
        var (exit, output, error) = await world.ScoreAsync(options);
        Assert.True(exit == 0, error);
        using var document = JsonDocument.Parse(output);
        return document.RootElement.Clone();
    }
}
