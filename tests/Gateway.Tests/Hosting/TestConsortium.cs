using Microsoft.Extensions.DependencyInjection;
using PrivacyGrains.Client;
using PrivacyGrains.Client.Http;
using PrivacyGrains.Client.Parties;
using PrivacyGrains.Gateway.Hosting;
using PrivacyGrains.Grains;
using PrivacyGrains.Grains.Hosting;
using PrivacyGrains.Grains.Parties;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Messages.Keys;
using PrivacyGrains.Messages.Parties;
using PrivacyGrains.Storage;
using PrivacyGrains.Testing;

namespace PrivacyGrains.Gateway.Tests.Hosting;

/// <summary>Real grains on the engine under test, a real gateway before them on a loopback socket, and folders of parties that joined through it.</summary>
public sealed class TestConsortium : IAsyncDisposable
{
    public const string Name = "test";
    private readonly TempFolder _folder = new();
    private FileStores _stores = null!;
    private PartyKeyFiles _keys = null!;

    public GrainTestCluster Cluster { get; private set; } = null!;

    public GatewayHost Gateway { get; private set; } = null!;

    /// <summary>The operator's API key.</summary>
    public static string Operator { get; } = ApiKey.Format("operator", new byte[ApiKey.SecretBytes]);

    public string Data => _folder.Path;

    public static Task<TestConsortium> StartAsync(GatewaySettings? settings = null, params string[] parties) => StartAsync(settings, null, parties);

    /// <summary>With a clock for the grains; the gateway keeps the machine's.</summary>
    public static Task<TestConsortium> StartAsync(GatewaySettings? settings, TimeProvider? clock, params string[] parties) => StartAsync(settings, clock, null, parties);

    /// <summary>With more services, or others.</summary>
    public static async Task<TestConsortium> StartAsync(GatewaySettings? settings, TimeProvider? clock, Action<IServiceCollection>? more, params string[] parties)
    {
        var consortium = new TestConsortium();
        consortium._stores = new FileStores(consortium.Data);
        consortium._keys = new PartyKeyFiles(consortium.Data);
        var coordinator = consortium._keys.EnsureCreated(IStores.ConsortiumOwner);
        consortium.Cluster = await GrainTestCluster.StartAsync(new GrainTestClusterOptions
        {
            Clock = clock,
            ConfigureServices = services =>
            {
                services
                    .AddPrivacyGrains(new GrainSettings(Name, "silo"))
                    .AddSingleton<IStores>(consortium._stores)
                    .AddSingleton<IPartyKeys>(consortium._keys)
                    .AddPartyFiles(consortium.Data);
                more?.Invoke(services);
            },
        });
        var founding = new ConsortiumFounding("Test consortium", "operator", ApiKey.HashSecret(new byte[ApiKey.SecretBytes]), coordinator.Spki);
        Assert.Null((await consortium.Cluster.Grains.GetGrain<IConsortiumGrain>(Name).EnsureCreatedAsync(founding)).Refusal);
        consortium.Gateway = await GatewayHost.StartAsync(consortium.Cluster.Grains, (settings ?? new GatewaySettings()) with { Consortium = Name });
        foreach (var party in parties)
        {
            await consortium.JoinAsync(party);
        }

        return consortium;
    }

    public GatewayClient AsOperator() => Gateway.Client(Operator);

    public string KeyOf(string party) => PartyFolder.Open(FolderOf(party)).ReadApiKey();

    public GatewayClient As(string party) => Gateway.Client(KeyOf(party));

    public string FolderOf(string party) => Path.Combine(Data, party);

    public async Task<string> InviteAsync(string party)
    {
        using var gateway = AsOperator();
        return (await gateway.Parties.InviteAsync(new InviteRequest(party, party, ["data", "compute"]))).Invitation;
    }

    public async Task<PartyFolder> JoinAsync(string party) =>
        await PartyFolder.JoinAsync(FolderOf(party), new GatewayOptions { BaseAddress = Gateway.Address, Attempts = 1 }, await InviteAsync(party));

    public static BudgetTermsBody Terms(double epsilon = 3) => new(epsilon, 1e-6, "add-remove", "patient-record", new Dictionary<string, long> { ["score"] = 5 });

    public static ReserveChargeRequest Charge(string id, double rho = 0.01) =>
        new(id, "charge", "training", "hospital-1", new string('a', 64), new LossBody("zcdp", rho));

    public async Task<string> KeyAsync(params string[] scopes)
    {
        using var gateway = AsOperator();
        return (await gateway.Keys.CreateAsync(new CreateKeyRequest(scopes))).ApiKey;
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Cluster.DisposeAsync();
        await _stores.DisposeAsync();
        _keys.Dispose();
        _folder.Dispose();
    }
}

/// <summary>One consortium with two members and an open budget, for the tests of a class that do not disturb each other.</summary>
public sealed class SharedConsortium : IAsyncLifetime
{
    public TestConsortium Consortium { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Consortium = await TestConsortium.StartAsync(null, "hospital-1", "hospital-2");
        using var first = Consortium.As("hospital-1");
        await first.Budgets.OpenAsync("hospital-1", "records", TestConsortium.Terms());
    }

    public async Task DisposeAsync() => await Consortium.DisposeAsync();
}
