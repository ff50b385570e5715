using PrivacyGrains.Client.Scoring;

namespace PrivacyGrains.Gateway.Tests.Scoring;

public sealed class EncryptedScoringTests
{
    [Theory]
    [InlineData("batched", 100)]
    [InlineData("packed", 2)]
    public async Task Rows_EncryptedByTheClient_AreScoredAsInTheClear(string layout, int count)
    {
        await using var world = await ScoringWorld.StartAsync();
        using var gateway = world.AsClient();
        using var client = await EncryptedScoringClient.OpenAsync(gateway.EncryptedModels, ScoringWorld.Model, new ScoringOptions { Layout = layout });
        var rows = ScoringWorld.Rows(count);

        var scored = await client.ScoreAsync(rows);

        Assert.Equal(count, scored.Scores.Length);
        Assert.InRange(scored.ErrorBound, 0, 0.02);
        Assert.All(scored.Scores.Zip(rows), pair => Assert.Equal(ScoringWorld.Score(pair.Second), pair.First[0], scored.ErrorBound));
        var counts = client.Version.Layouts.Single(l => l.Layout == layout).RowsCounted;
        Assert.Equal((layout == "batched" ? 1 : count) * counts, scored.RowsCounted);
        Assert.Equal(1_000_000 - scored.RowsCounted, scored.RowsLeft);
        Assert.Equal(scored.RowsCounted, (await gateway.EncryptedModels.GetAsync(ScoringWorld.Model)).Quota.Used);
    }
}
