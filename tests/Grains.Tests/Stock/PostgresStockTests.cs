using Npgsql;
using PrivacyGrains.Grains.Tests.Hosting;
using PrivacyGrains.Storage;
using PrivacyGrains.Testing;
using static PrivacyGrains.Grains.Tests.Hosting.TestConsortium;

namespace PrivacyGrains.Grains.Tests.Stock;

/// <summary>One server for the tests of grains that need PostgreSQL.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<PostgresServer>
{
    public const string Name = "postgres";
}

/// <summary>A lot is taken once where journals lie in PostgreSQL too, each party's in its own database: the primary key is the fence. Lots stay files of the party.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresStockTests(PostgresServer server)
{
    private static readonly string[] Owners = [IStores.ConsortiumOwner, "h-1", "h-2", StockWorld.Dealer];

    [RequiresFact("postgres")]
    public async Task Lot_ServesOneSession()
    {
        await using var world = await StockWorld.StartAsync(stores: Stores(await DatabasesAsync(server.CreateDatabaseAsync)));
        var lot = await world.DealAsync();
        Value(await world.Stock("h-1").TakeAsync(world.Pool, lot, "s-1"));
        await world.Consortium.Cluster.DeactivateAllAsync();
        Assert.Equal("stock.lot-gone", Code(await world.Stock("h-1").TakeAsync(world.Pool, lot, "s-1")));
        Assert.Empty(world.FilesOf("h-1"));
    }

    [RequiresFact("postgres")]
    public async Task TwoActivations_WithConnectionsOfTheirOwn_GiveALotOutOnce()
    {
        var databases = await DatabasesAsync(server.CreateDatabaseAsync);
        await using var world = await StockWorld.StartAsync(stores: Stores(databases));
        await using var others = Stores(databases);
        await OnceRules.TwoActivationsAsync(world, others, rounds: 8);
    }

    [KillFact("postgres")]
    public async Task Take_KilledAtEachAwait_IsNeverAnsweredTwice()
    {
        await using var world = await StockWorld.StartAsync(stores: Stores(await DatabasesAsync(server.CreateDatabaseAsync)));
        await OnceRules.KilledAtEachAwaitAsync(world, turns => 1 + (turns / 5));
    }

    [RequiresTheory("postgres")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Take_WhoseAppendFails_GivesNothingOut_AndTheLotServesOnceAtMost(bool afterWriting)
    {
        await using var world = await StockWorld.StartAsync(stores: Stores(await DatabasesAsync(server.CreateDatabaseAsync)));
        await OnceRules.AppendFailsAsync(world, afterWriting);
    }

    [RequiresFact("postgres-programs")]
    public async Task Take_WhileTheDatabaseIsKilled_IsAnsweredOnceAtMost()
    {
        await using var own = await CrashingServer.StartAsync();
        await using var world = await StockWorld.StartAsync(stores: Stores(await DatabasesAsync(name => CreateAsync(own.ConnectionString, name, template: "template0"))));
        for (var round = 0; round < 2; round++)
        {
            var lot = await world.DealAsync();
            world.Consortium.Stores.BeforeAppend = stream => round == 0 && stream.StartsWith("h-1/stock/", StringComparison.Ordinal) ? own.CrashAsync() : Task.CompletedTask;
            world.Consortium.Stores.AfterAppend = stream => round == 1 && stream.StartsWith("h-1/stock/", StringComparison.Ordinal) ? own.CrashAsync() : Task.CompletedTask;
            var (answers, refusal) = (0, default(string));
            for (var attempt = 0; attempt < 10 && refusal is null; attempt++)
            {
                try
                {
                    var reply = await world.Stock("h-1").TakeAsync(world.Pool, lot, $"s-{round}-{attempt}");
                    (answers, refusal) = (answers + (reply.Value is null ? 0 : 1), Code(reply));
                    Assert.True(answers <= 1, $"{answers} sessions have {lot}");
                    await world.Consortium.Cluster.DeactivateAllAsync();
                }
                catch (Exception e) when (e is not Xunit.Sdk.XunitException)
                {
                    // Its outcome is unknown, and an engine may hand on the database's failure as one of its own: what was not answered serves nobody, or the next who asks.
                }

                (world.Consortium.Stores.BeforeAppend, world.Consortium.Stores.AfterAppend) = (static _ => Task.CompletedTask, static _ => Task.CompletedTask);
            }

            Assert.Equal("stock.lot-gone", refusal);
        }
    }

    [RequiresFact("postgres")]
    public async Task RestoredCopy_OfAPartysDatabaseAndFiles_IsNotUsed_UntilANewEpochBegins()
    {
        var databases = await DatabasesAsync(server.CreateDatabaseAsync);
        await using var world = await StockWorld.StartAsync(stores: Stores(databases));
        var lot = await world.DealAsync();
        var (home, backup, older) = (Path.Combine(world.Consortium.Folder, "h-1"), Path.Combine(world.Consortium.Folder, "backup"), "");
        await world.Consortium.Cluster.DeactivateAllAsync();
        await world.Consortium.Stores.TamperAsync("h-1", _ => OnceRules.Copy(home, backup));
        older = await CreateAsync(databases["h-1"], "older", template: new NpgsqlConnectionStringBuilder(databases["h-1"]).Database!);
        Value(await world.Stock("h-1").TakeAsync(world.Pool, lot, "s-1"));

        await world.Consortium.Cluster.DeactivateAllAsync();
        await world.Consortium.Stores.TamperAsync("h-1", _ =>
        {
            Directory.Delete(home, recursive: true);
            OnceRules.Copy(backup, home);
            databases["h-1"] = older;
        });
        Assert.Equal(lot, Assert.Single(world.FilesOf("h-1")));
        Assert.Equal("stock.rolled-back", Code(await world.Stock("h-1").TakeAsync(world.Pool, lot, "s-2")));
        Assert.Equal("stock.rolled-back", Code(await world.Stock("h-1").HeldAsync(world.Pool)));

        Value(await world.Consortium.Book.BeginEpochAsync(world.Epoch, "h-1 was restored"));
        await world.SeeEpochAsync();
        Value(await world.Stock("h-1").TakeAsync(world.Pool, await world.DealAsync(), "s-3"));
    }

    private static TestStores Stores(IReadOnlyDictionary<string, string> databases) => new(() => new PostgresStores(owner => databases.GetValueOrDefault(owner)), static owner => owner);

    private static async Task<Dictionary<string, string>> DatabasesAsync(Func<string, Task<string>> create)
    {
        var databases = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var owner in Owners)
        {
            databases[owner] = await create(owner);
        }

        return databases;
    }

    /// <summary>One more database on the same server, from a template that nobody is connected to.</summary>
    private static async Task<string> CreateAsync(string connectionString, string name, string template)
    {
        var way = new NpgsqlConnectionStringBuilder(connectionString);
        var database = $"{name.Replace('-', '_')}_{Guid.NewGuid():N}";
        way.Database = "postgres";
        way.Pooling = false;
        NpgsqlConnection.ClearAllPools();
        await using var connection = new NpgsqlConnection(way.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE \"{database}\" TEMPLATE \"{template}\"", connection);
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(connectionString) { Database = database }.ConnectionString;
    }
}
