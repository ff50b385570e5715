using PrivacyGrains.Testing;

namespace PrivacyGrains.Storage.Tests;

/// <summary>One server for all tests that need PostgreSQL.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<PostgresServer>
{
    public const string Name = "postgres";
}

/// <summary>The suite on PostgreSQL.</summary>
[Requires("postgres")]
[Collection(PostgresCollection.Name)]
public sealed class PostgresJournalTests(PostgresServer server) : JournalSuite
{
    private string _connectionString = null!;

    protected override async Task PrepareAsync() => _connectionString = await server.CreateDatabaseAsync("journal");

    protected override async Task<IJournal> OpenAsync(TimeProvider clock) => await PostgresJournal.OpenAsync(_connectionString, "hospital-a", clock, CancellationToken.None);

    protected override Task CloseAsync(IJournal journal) => ((PostgresJournal)journal).DisposeAsync().AsTask();

    protected override Task CleanAsync() => Task.CompletedTask;
}
