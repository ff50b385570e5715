using Microsoft.Extensions.DependencyInjection;
using PrivacyGrains.Grains.Consortium;
using PrivacyGrains.Grains.Hosting;
using PrivacyGrains.Grains.Parties;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Storage;
using PrivacyGrains.Testing;

namespace PrivacyGrains.Grains.Tests.Hosting;

/// <summary>A consortium in one test's process: a cluster, real journals in a folder, real keys, and members that have joined.</summary>
internal sealed class TestConsortium : IAsyncDisposable
{
    public const string Name = "breast";
    private readonly TempFolder _folder = new();

    private TestConsortium(TimeProvider clock, TestStores? stores)
    {
        Clock = clock;
        Stores = stores ?? new TestStores(_folder.Path, clock);
        Keys = new PartyKeyFiles(_folder.Path);
    }

    public TimeProvider Clock { get; }

    public string Folder => _folder.Path;

    public TestStores Stores { get; }

    public PartyKeyFiles Keys { get; }

    public GrainTestCluster Cluster { get; private set; } = null!;

    public IConsortiumGrain Book => Cluster.Grains.GetGrain<IConsortiumGrain>(Name);

    public IAuditLogGrain Audit => Cluster.Grains.GetGrain<IAuditLogGrain>(Name);

    public static Task<TestConsortium> StartAsync(params string[] parties) => StartWithAsync(TimeProvider.System, parties);

    /// <summary>As <see cref="StartAsync"/>, under another clock; a manual one stops every timer of grains until it is advanced.</summary>
    public static Task<TestConsortium> StartWithAsync(TimeProvider clock, params string[] parties) => StartWithAsync(clock, static _ => { }, null, parties);

    /// <summary>As <see cref="StartAsync"/>, with other services, and over other journals than files.</summary>
    public static async Task<TestConsortium> StartWithAsync(TimeProvider clock, Action<IServiceCollection> configure, TestStores? stores, params string[] parties)
    {
        var consortium = new TestConsortium(clock, stores);
        consortium.Keys.EnsureCreated(IStores.ConsortiumOwner);
        consortium.Cluster = await GrainTestCluster.StartAsync(new GrainTestClusterOptions
        {
            ConfigureServices = services => configure(services
                .AddPrivacyGrains(new GrainSettings(Name, "silo"))
                .AddSingleton<IStores>(consortium.Stores)
                .AddSingleton<IPartyKeys>(consortium.Keys)
                .AddPartyFiles(consortium._folder.Path)),
            Clock = clock,
        });
        if (parties.Length > 0)
        {
            Value(await consortium.Book.EnsureCreatedAsync(consortium.Founding));
            foreach (var party in parties)
            {
                await consortium.JoinAsync(party);
            }
        }

        return consortium;
    }

    public ConsortiumFounding Founding => new("Breast", "operator", Hash("operator"), Keys.EnsureCreated(IStores.ConsortiumOwner).Spki);

    public IPartyGrain Party(string party) => Cluster.Grains.GetGrain<IPartyGrain>(party);

    public IBudgetLedgerGrain Ledger(string party, string budget = "records") => Cluster.Grains.GetGrain<IBudgetLedgerGrain>($"{party}/{budget}");

    public async Task<MemberView> JoinAsync(string party, params string[] roles)
    {
        Value(await Book.InviteAsync(new Invitation(party, party, roles is [] ? ["data", "compute"] : [.. roles], Hash("token " + party))));
        return Value(await Book.JoinAsync(await RequestAsync(party)));
    }

    public async Task<JoinRequest> RequestAsync(string party)
    {
        Keys.EnsureCreated(party);
        var key = await Keys.GetAsync(party);
        var token = Hash("token " + party);
        return new JoinRequest(party, token, key.PublicKey.Spki, JoinProof.Sign(key, Name, party, token), party + "-agent", Hash("secret " + party));
    }

    public async Task<IReadOnlyList<string>> AuditKindsAsync(string contains = "") =>
        [.. (await Audit.ReadAsync(0, 1000)).Where(e => e.Json.Contains(contains, StringComparison.Ordinal)).Select(KindOf)];

    public static string Hash(string secret) => Sha256Hex.Of(System.Text.Encoding.UTF8.GetBytes(secret));

    public static T Value<T>(Reply<T> reply)
        where T : class
    {
        Assert.Null(reply.Refusal);
        return reply.Value!;
    }

    public static string? Code<T>(Reply<T> reply)
        where T : class => reply.Refusal?.Code;

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        await Stores.DisposeAsync();
        Keys.Dispose();
        _folder.Dispose();
    }

    private static string KindOf(AuditEntryView entry)
    {
        using var json = System.Text.Json.JsonDocument.Parse(entry.Json);
        return json.RootElement.GetProperty("kind").GetString()!;
    }
}
