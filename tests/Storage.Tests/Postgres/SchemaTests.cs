using Npgsql;
using PrivacyGrains.Testing;

namespace PrivacyGrains.Storage.Tests;

/// <summary>Migration, ownership, and what the schema itself refuses.</summary>
[Collection(PostgresCollection.Name)]
public sealed class SchemaTests(PostgresServer server)
{
    [RequiresFact("postgres")]
    public async Task Open_ManyAtOnceOnAnEmptyDatabase_MigratesOnce()
    {
        var database = await server.CreateDatabaseAsync("migrate");

        var journals = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => OpenAsync(database))));
        foreach (var journal in journals)
        {
            await journal.DisposeAsync();
        }

        Assert.Equal(1L, await ScalarAsync(database, "SELECT count(*) FROM journal.schema_version"));
        Assert.Equal("hospital-a", await ScalarAsync(database, "SELECT name FROM journal.owner"));
        await using var again = await OpenAsync(database);
        Assert.Equal(1L, await ScalarAsync(database, "SELECT count(*) FROM journal.schema_version"));
    }

    [RequiresFact("postgres")]
    public async Task Open_DatabaseOfAnotherOwner_IsRefusedNamingBoth()
    {
        var database = await server.CreateDatabaseAsync("owner");
        await using var journal = await OpenAsync(database);

        var refusal = await Assert.ThrowsAsync<UnknownOwnerException>(() => PostgresJournal.OpenAsync(database, "hospital-b", clock: null, CancellationToken.None));

        Assert.Equal("hospital-b", refusal.Owner);
        Assert.Contains("'hospital-a'", refusal.Message, StringComparison.Ordinal);
    }

    [RequiresFact("postgres")]
    public async Task Open_SchemaOfANewerProgram_IsRefused()
    {
        var database = await server.CreateDatabaseAsync("newer");
        await using (await OpenAsync(database))
        {
            await ExecuteAsync(database, "INSERT INTO journal.schema_version (version, name) VALUES (99, 'from the future')");
        }

        Assert.Contains("99", (await Assert.ThrowsAsync<InvalidOperationException>(() => OpenAsync(database))).Message, StringComparison.Ordinal);
    }

    [RequiresFact("postgres")]
    public async Task Open_ServerThatAcknowledgesTooEarly_IsRefused()
    {
        var database = await server.CreateDatabaseAsync("forgetful");

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => OpenAsync(database + ";Options=-c synchronous_commit=off"));

        Assert.Contains("synchronous_commit = off", refusal.Message, StringComparison.Ordinal);
    }

    [RequiresFact("postgres")]
    public async Task Open_WrongPassword_FailsAtOnceWithoutShowingIt()
    {
        var database = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync("password")) { Password = "not-the-password" };

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => OpenAsync(database.ConnectionString));

        Assert.DoesNotContain("not-the-password", refusal.ToString(), StringComparison.Ordinal);
    }

    [RequiresFact("postgres")]
    public async Task Entries_ChangedAtAConsole_AreRefusedByTheDatabase()
    {
        var database = await server.CreateDatabaseAsync("console");
        await using var journal = await OpenAsync(database);
        await journal.AppendAsync("s", 0, "first");

        foreach (var sql in new[] { "UPDATE journal.entry SET version = 7", "DELETE FROM journal.entry", "TRUNCATE journal.entry" })
        {
            Assert.Contains("append-only", (await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(database, sql))).Message, StringComparison.Ordinal);
        }

        Assert.Equal(["first"], await journal.TextsAsync("s"));
    }

    [RequiresFact("postgres")]
    public async Task Read_EntryMissing_IsDamage()
    {
        var database = await server.CreateDatabaseAsync("missing");
        await using var journal = await OpenAsync(database);
        await journal.AppendAsync("s", 0, "1", "2", "3");
        await journal.WriteSnapshotAsync("s", new JournalSnapshot(3, "t", default), CancellationToken.None);
        await ExecuteAsync(database, "SET session_replication_role = replica; DELETE FROM journal.entry WHERE version = 2");

        var damage = await Assert.ThrowsAsync<JournalDamagedException>(() => journal.AllAsync("s"));
        Assert.Contains("version 2 of stream 's'", damage.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("assword", damage.Message, StringComparison.Ordinal);

        await ExecuteAsync(database, "SET session_replication_role = replica; DELETE FROM journal.entry WHERE version = 3");
        await Assert.ThrowsAsync<JournalDamagedException>(() => journal.ReadSnapshotAsync("s", CancellationToken.None));
    }

    [RequiresFact("postgres")]
    public async Task List_MoreThanOnePage_IsComplete()
    {
        var database = await server.CreateDatabaseAsync("pages");
        await using var journal = await OpenAsync(database);
        await ExecuteAsync(
            database,
            "INSERT INTO journal.entry SELECT 'round-' || lpad(i::text, 5, '0'), 1, 't', '', now(), gen_random_uuid() FROM generate_series(1, 2500) AS i");

        Assert.Equal(Enumerable.Range(1, 2500).Select(i => $"round-{i:00000}"), await journal.ListAsync("round-"));
    }

    private static Task<PostgresJournal> OpenAsync(string connectionString) => PostgresJournal.OpenAsync(connectionString, "hospital-a", clock: null, CancellationToken.None);

    private static async Task ExecuteAsync(string database, string sql) => await ScalarAsync(database, sql);

    private static async Task<object?> ScalarAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
