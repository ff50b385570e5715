using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Scoring;
using PrivacyGrains.Testing;

namespace PrivacyGrains.Gateway.Tests.Scoring;

/// <summary>A secret key on its owner's disk, and nowhere else.</summary>
public sealed class ScoringKeyFileTests
{
    [Fact]
    public async Task Keys_InAFile_AreTheirUsersAlone_AndGoOn()
    {
        using var folder = new TempFolder();
        var path = Path.Combine(folder.Path, "k.json");
        await using var world = await ScoringWorld.StartAsync();
        using var gateway = world.AsClient();
        using (var first = await EncryptedScoringClient.OpenAsync(gateway.EncryptedModels, ScoringWorld.Model, null, ["batched"]))
        {
            ScoringKeyFile.Write(first, path);
            Assert.DoesNotContain("secretKey\":\"\"", await File.ReadAllTextAsync(path), StringComparison.Ordinal);
        }

        using (var second = await EncryptedScoringClient.ResumeAsync(gateway.EncryptedModels, path, new ScoringOptions { Layout = "batched" }))
        {
            var rows = ScoringWorld.Rows(5);
            var scored = await second.ScoreAsync(rows);
            Assert.All(scored.Scores.Zip(rows), pair => Assert.Equal(ScoringWorld.Score(pair.Second), pair.First[0], scored.ErrorBound));
            Assert.Equal("scoring.out-of-bound", (await Assert.ThrowsAsync<InputException>(() => second.ScoreAsync([[0, 9, 0]]))).Code);
            Assert.Equal("scoring.out-of-bound", (await Assert.ThrowsAsync<InputException>(() => second.ScoreAsync([[0, double.NaN, 0]]))).Code);
            Assert.Equal("scoring.wrong-columns", (await Assert.ThrowsAsync<InputException>(() => second.ScoreAsync([[0]]))).Code);
        }

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.OtherRead);
            Assert.Equal("scoring.bad-key-file", Assert.Throws<InputException>(() => ScoringKeyFile.Read(path)).Code);
        }
    }
}
