using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using PrivacyGrains.Grains.Hosting;
using PrivacyGrains.Grains.Parties;
using PrivacyGrains.Grains.Stock;
using PrivacyGrains.Grains.Tests.Hosting;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sessions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Storage;
using PrivacyGrains.Testing;
using static PrivacyGrains.Grains.Tests.Hosting.TestConsortium;

namespace PrivacyGrains.Grains.Tests.Stock;

/// <summary>Two parties that compute and one that deals.</summary>
internal sealed class StockWorld : IAsyncDisposable
{
    public const string Dealer = "dealer";

    private StockWorld(TestConsortium consortium) => Consortium = consortium;

    public TestConsortium Consortium { get; }

    public long Epoch { get; private set; }

    public static InferencePlan Plan { get; } = InferencePlan.Create(SharingScheme.Additive(2), 2, 3, [PlanLayer.Dense(1, true, 8, 8), PlanLayer.Sigmoid], 16, 8);

    public static InferencePlan OtherPlan { get; } = InferencePlan.Create(SharingScheme.Additive(2), 1, 3, [PlanLayer.Dense(1, true, 8, 8)], 16, 8);

    public StockOrder Order => OrderOf(Plan);

    public string Pool => PoolOf(Plan);

    public IStockKeeperGrain Keeper => Consortium.Cluster.Grains.GetGrain<IStockKeeperGrain>(Name);

    public static StockReserve Reserve(int lots) => new("scores", Plan.ToBytes(), ["h-1", "h-2"], Dealer, lots);

    public static async Task<StockWorld> StartAsync(StockSettings? settings = null, TestStores? stores = null)
    {
        var consortium = await TestConsortium.StartWithAsync(TimeProvider.System, services => services.AddSingleton(settings ?? new StockSettings()), stores, "h-1", "h-2");
        await consortium.JoinAsync(Dealer, "dealer");
        var world = new StockWorld(consortium);
        await world.SeeEpochAsync();
        return world;
    }

    public async Task SeeEpochAsync() => Epoch = Value(await Consortium.Book.GetAsync()).Epoch;

    public StockOrder OrderOf(InferencePlan plan) => StockOrders.Of(TermsOf(plan), Epoch);

    public string PoolOf(InferencePlan plan) => TermsOf(plan).Pool(Name, Epoch).Value;

    public IStockGrain Stock(string party, GrainTestCluster? cluster = null) => (cluster ?? Consortium.Cluster).Grains.GetGrain<IStockGrain>($"{party}/{Epoch}");

    /// <summary>One more lot at both parties.</summary>
    public async Task<string> DealAsync(InferencePlan? plan = null)
    {
        var before = await KnownAsync("h-2");
        Value(await Consortium.Cluster.Grains.GetGrain<IStockDealerGrain>(Dealer).OrderAsync(OrderOf(plan ?? Plan)));
        ImmutableArray<string> fresh = [];
        await UntilAsync(async () => !(fresh = [.. (await KnownAsync("h-2")).Except(before)]).IsEmpty && (await KnownAsync("h-1")).Contains(fresh[0]));
        return Assert.Single(fresh);

        // An activation that has not reached the audit log yet says nothing.
        async Task<ImmutableArray<string>> KnownAsync(string party)
        {
            ImmutableArray<string>? lots = null;
            await UntilAsync(async () => (lots = (await Stock(party).HeldAsync(PoolOf(plan ?? Plan))).Value?.Lots) is not null);
            return lots!.Value;
        }
    }

    public async Task<ImmutableArray<string>> HeldAsync(string party, InferencePlan? plan = null) => Value(await Stock(party).HeldAsync(PoolOf(plan ?? Plan))).Lots;

    /// <summary>Another cluster over the same keys and files, and these stores: a second activation of whatever is asked there.</summary>
    public Task<GrainTestCluster> SecondClusterAsync(TestStores stores) => GrainTestCluster.StartAsync(new GrainTestClusterOptions
    {
        ConfigureServices = services => services
            .AddPrivacyGrains(new GrainSettings(Name, "second"))
            .AddSingleton<IStores>(stores)
            .AddSingleton<IPartyKeys>(Consortium.Keys)
            .AddPartyFiles(Consortium.Folder),
    });

    public string[] FilesOf(string party) => Directory.Exists(Path.Combine(Consortium.Folder, party, "stock", $"{Epoch}"))
        ? [.. Directory.EnumerateFiles(Path.Combine(Consortium.Folder, party, "stock", $"{Epoch}")).Select(path => Path.GetFileName(path)!)]
        : [];

    public static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while (!await isSo())
        {
            Assert.False(patience.IsCancellationRequested, "It never came to be so.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }
    }

    public ValueTask DisposeAsync() => Consortium.DisposeAsync();

    public static StockTerms TermsOf(InferencePlan plan) => new(plan.Preprocessing, [PartyId.Create("h-1"), PartyId.Create("h-2")], PartyId.Create(Dealer));
}
