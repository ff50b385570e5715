using System.Globalization;
using Npgsql;
using PrivacyGrains.Testing;

namespace PrivacyGrains.Storage.Tests;

/// <summary>A connection that breaks neither doubles an append nor turns it into a conflict with itself.</summary>
[Collection(PostgresCollection.Name)]
public sealed class LostConnectionTests(PostgresServer server)
{
    private const string Stream = "hospital-a/budget";

    [RequiresFact("postgres")]
    public async Task Append_AnswerLostAfterTheCommit_IsAcknowledgedOnce()
    {
        var database = await server.CreateDatabaseAsync("answer");
        await using var proxy = new BreakingProxy(database);
        await using var journal = await OpenAsync(proxy.ConnectionString);
        await journal.AppendAsync(Stream, 0, "first");

        proxy.BreakNextAnswer(() => Task.CompletedTask);
        var outcome = await journal.AppendAsync(Stream, 1, "second", "third");

        Assert.Equal(1, proxy.Broken);
        Assert.Equal(new AppendOutcome.Appended(3), outcome);
        Assert.Equal(["first", "second", "third"], await journal.TextsAsync(Stream));
    }

    [RequiresFact("postgres")]
    public async Task Append_AnswerLostAndARivalWentOn_IsStillAcknowledged()
    {
        var database = await server.CreateDatabaseAsync("rival");
        await using var proxy = new BreakingProxy(database);
        await using var journal = await OpenAsync(proxy.ConnectionString);
        await using var rival = await OpenAsync(database);
        await journal.AppendAsync(Stream, 0, "first");

        proxy.BreakNextAnswer(() => rival.AppendAsync(Stream, 2, "the rival's"));
        var outcome = await journal.AppendAsync(Stream, 1, "second");

        Assert.Equal(new AppendOutcome.Appended(2), outcome);
        Assert.Equal(["first", "second", "the rival's"], await journal.TextsAsync(Stream));
    }

    [RequiresFact("postgres")]
    public async Task Append_RequestLost_IsMadeOnce()
    {
        var database = await server.CreateDatabaseAsync("request");
        await using var proxy = new BreakingProxy(database);
        await using var journal = await OpenAsync(proxy.ConnectionString);
        await journal.AppendAsync(Stream, 0, "first");

        proxy.BreakNextRequest(() => Task.CompletedTask);

        Assert.Equal(new AppendOutcome.Appended(2), await journal.AppendAsync(Stream, 1, "second"));
        Assert.Equal(1, proxy.Broken);
        Assert.Equal(["first", "second"], await journal.TextsAsync(Stream));
    }

    [RequiresFact("postgres")]
    public async Task Append_RequestLostAndARivalWroteTheSame_IsAConflict()
    {
        var database = await server.CreateDatabaseAsync("same");
        await using var proxy = new BreakingProxy(database);
        await using var journal = await OpenAsync(proxy.ConnectionString);
        await using var rival = await OpenAsync(database);
        await journal.AppendAsync(Stream, 0, "first");

        proxy.BreakNextRequest(() => rival.AppendAsync(Stream, 1, "second"));

        Assert.Equal(new AppendOutcome.Conflict(2), await journal.AppendAsync(Stream, 1, "second"));
        Assert.Equal(["first", "second"], await journal.TextsAsync(Stream));
    }

    [RequiresFact("postgres")]
    public async Task Append_WhileConnectionsAreTerminated_EachOnceAndInOrder()
    {
        var database = await server.CreateDatabaseAsync("storm");
        await using var journal = await OpenAsync(database);
        using var stop = new CancellationTokenSource();
        var storm = TerminateAsync(database, stop.Token);

        for (var i = 0; i < 60; i++)
        {
            Assert.Equal(new AppendOutcome.Appended(i + 1), await journal.AppendAsync(Stream, i, i.ToString(CultureInfo.InvariantCulture)));
        }

        await stop.CancelAsync();
        Assert.True(await storm > 0);
        Assert.Equal(Enumerable.Range(0, 60).Select(i => $"{i}"), await journal.TextsAsync(Stream));
    }

    [RequiresFact("postgres-programs")]
    public async Task Append_WhileTheServerCrashes_LosesNothingAcknowledged()
    {
        // A server process killed with kill -9 makes PostgreSQL throw out everyone and recover from its log.
        await using var crashing = await CrashingServer.StartAsync();
        await using var journal = await OpenAsync(crashing.ConnectionString);
        for (var i = 0; i < 60; i++)
        {
            if (i % 30 == 15)
            {
                // More idle connections than there are attempts: each of them will turn out to be dead.
                await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => Task.Run(() => journal.AllAsync(Stream))));
                await crashing.CrashAsync();
            }

            await AppendOrReloadAsync(journal, i);
        }

        Assert.Equal(Enumerable.Range(0, 60).Select(i => $"{i}"), await journal.TextsAsync(Stream));
    }

    /// <summary>Appends as a grain does: where the recovery outlasts the journal's patience, it reads again, and appends only what is not there.</summary>
    private static async Task AppendOrReloadAsync(IJournal journal, int i)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                var known = (await journal.AllAsync(Stream)).Count;
                if (known == i)
                {
                    Assert.Equal(new AppendOutcome.Appended(i + 1), await journal.AppendAsync(Stream, i, $"{i}"));
                }

                Assert.InRange(known, i, tries == 0 ? i : i + 1);
                return;
            }
            catch (NpgsqlException) when (tries < 5)
            {
                // not yet
            }
        }
    }

    private static Task<PostgresJournal> OpenAsync(string connectionString) => PostgresJournal.OpenAsync(connectionString, "hospital-a", clock: null, CancellationToken.None);

    private static async Task<int> TerminateAsync(string database, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false;Application Name=storm");
        await connection.OpenAsync(CancellationToken.None);
        var terminated = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            await using var command = new NpgsqlCommand(
                "SELECT count(pg_terminate_backend(pid))::int FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()", connection);
            terminated += (int)(await command.ExecuteScalarAsync(CancellationToken.None))!;
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }

        return terminated;
    }
}
