using PrivacyGrains.Testing;

namespace PrivacyGrains.Storage.Tests;

/// <summary>A process that is killed during and between appends loses nothing that it had acknowledged, and leaves nothing half.</summary>
public sealed class FileCrashTests
{
    [Fact]
    public async Task Kill_DuringAndBetweenAppends_LosesNothingAcknowledged()
    {
        using var folder = new TempFolder();
        await CrashRounds.RunAsync("file", folder.Path, kills: 20, async () =>
        {
            await using var journal = FileJournal.Open(folder.Path);
            return await CrashWriter.CheckAsync(journal);
        });
    }

    [Fact]
    public async Task Open_WhileAnotherProcessHoldsTheFolder_IsRefusedNamingIt()
    {
        using var folder = new TempFolder();

        await CrashedProcess.RunAsync("file", folder.Path, appends: 1, isPaced: true, whileRunning: id =>
            Assert.Contains($"process {id} ", Assert.Throws<JournalLockedException>(() => FileJournal.Open(folder.Path)).Message, StringComparison.Ordinal));

        await using var journal = FileJournal.Open(folder.Path);
        Assert.Equal(1, await CrashWriter.CheckAsync(journal));
    }
}

/// <summary>The same on PostgreSQL.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresCrashTests(PostgresServer server)
{
    [RequiresFact("postgres")]
    public async Task Kill_DuringAndBetweenAppends_LosesNothingAcknowledged()
    {
        var place = await server.CreateDatabaseAsync("crash");
        await CrashRounds.RunAsync("postgres", place, kills: 20, async () =>
        {
            await using var journal = await PostgresJournal.OpenAsync(place, "hospital-a", clock: null, CancellationToken.None);
            return await CrashWriter.CheckAsync(journal);
        });
    }
}

internal static class CrashRounds
{
    /// <summary>Kills a writer again and again, and checks after each time what it left.</summary>
    public static async Task RunAsync(string journal, string place, int kills, Func<Task<long>> check)
    {
        for (var kill = 0; kill < kills; kill++)
        {
            var isPaced = kill % 4 == 3;
            var acknowledged = await CrashedProcess.RunAsync(journal, place, appends: kill * 7 % 23, isPaced);

            var found = await check();

            // Beyond what was acknowledged there may be the one append that was under way.
            Assert.InRange(found, acknowledged, isPaced ? acknowledged : acknowledged + CrashWriter.AppendLength(acknowledged));
        }
    }
}
