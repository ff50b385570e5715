using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PrivacyGrains.Engine;
using PrivacyGrains.Grains;
using PrivacyGrains.Testing;

namespace PrivacyGrains.EndToEnd.Tests.Clusters;

/// <summary>Silos in processes of their own: a coordinator, two hospitals and a dealer, with journals in files.</summary>
public sealed class SiloClusterTests(PostgresServer postgres) : IClassFixture<PostgresServer>, IAsyncLifetime, IDisposable
{
    private static readonly string[] Parties = ["hospital-1", "hospital-2", "dealer"];
    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, SiloProcess> _silos = new(StringComparer.Ordinal);
    private IHost? _client;

    [FactOnCluster]
    public async Task Silos_OnOneMachine_FormACluster_AndOneKilledLeavesTheOthers()
    {
        var first = Add("coordinator", Founding);
        foreach (var party in Parties)
        {
            Add(party, ("Parties:0", party), ("Engine:PrimarySilo", $"127.0.0.1:{first.SiloPort}"));
        }

        await StartAsync(new EngineClientOptions { Gateways = [$"127.0.0.1:{first.GatewayPort}"] });
        await GrainsRunWhereTheirPartyIs();
        await OneKilledLeavesTheOthers("hospital-2");
    }

    [FactOnCluster("postgres")]
    public async Task Silos_WithADatabase_FormACluster_AndTheFirstKilledLeavesTheOthers()
    {
        var database = await postgres.CreateDatabaseAsync("membership");
        var membership = ("Engine:ClusteringConnectionString", database);
        Add("coordinator", [membership, .. Founding]);
        foreach (var party in Parties)
        {
            Add(party, membership, ("Parties:0", party));
        }

        await StartAsync(new EngineClientOptions { ClusteringConnectionString = database });
        await GrainsRunWhereTheirPartyIs();
        await OneKilledLeavesTheOthers("hospital-2");
        await _silos["coordinator"].KillAsync();
        Assert.Equal("hospital-1", (await Eventually(() => Party("hospital-1").GetAsync())).Silo);
        await _silos["coordinator"].StartAsync(); // founds nothing again: its journal stands
        Assert.Equal(1, (await Eventually(() => Consortium.GetAsync())).Value!.Epoch);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await Task.WhenAll(_silos.Values.Select(s => s.DisposeAsync().AsTask())); // first: a client asks a cluster that lives
        _client?.Dispose();
    }

    public void Dispose() => _folder.Dispose();

    private static (string Key, string Value)[] Founding => [("Coordinator", "true"), ("Founding:OperatorSecretHash", new string('a', 64))];

    private IGrainFactory Grains => _client!.Services.GetRequiredService<IGrainFactory>();

    private IConsortiumGrain Consortium => Grains.GetGrain<IConsortiumGrain>("consortium");

    private IPartyGrain Party(string name) => Grains.GetGrain<IPartyGrain>(name);

    private SiloProcess Add(string name, params (string Key, string Value)[] settings) => _silos[name] = new(name, _folder.Path, settings);

    private async Task StartAsync(EngineClientOptions cluster)
    {
        await _silos["coordinator"].StartAsync();
        await Task.WhenAll(Parties.Select(p => _silos[p].StartAsync()));
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.AddGrainClient(cluster);
        _client = builder.Build();
        await _client.StartAsync();
    }

    private async Task GrainsRunWhereTheirPartyIs()
    {
        foreach (var party in Parties)
        {
            Assert.Equal(party, (await Party(party).GetAsync()).Silo);
            Assert.Null((await Party(party).DescribeDataSetAsync(new("records", 100, ["age"], "records"))).Refusal); // journaled there
            Assert.True(Directory.Exists(Path.Combine(_folder.Path, party, party)));
            Assert.DoesNotContain(_silos.Keys.Where(s => s != party), s => Directory.Exists(Path.Combine(_folder.Path, s, party)));
        }

        Assert.Equal(1, (await Consortium.GetAsync()).Value!.Epoch);
        Assert.Contains("privacygrains_journal_append_duration_seconds_count", await _silos["dealer"].GetAsync("/metrics"), StringComparison.Ordinal);
    }

    private async Task OneKilledLeavesTheOthers(string killed)
    {
        await _silos[killed].KillAsync();
        foreach (var other in _silos.Keys.Where(s => s != killed && s != "coordinator"))
        {
            // The killed silo may have kept the directory's entry of this grain: until the others know that it is gone, a call may fail.
            Assert.Equal(other, (await Eventually(() => Party(other).GetAsync())).Silo);
        }

        await _silos[killed].StartAsync(); // at the ports it had
        var view = await Eventually(() => Party(killed).GetAsync());
        Assert.Equal(killed, view.Silo);
        Assert.Equal("records", Assert.Single(view.DataSets).Name);
    }

    /// <summary>Tries again while the cluster still learns who is there; the thirtieth failure counts.</summary>
    private static async Task<T> Eventually<T>(Func<Task<T>> call)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (Exception e) when (attempt < 30 && e is OrleansException or TimeoutException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System);
            }
        }
    }
}
