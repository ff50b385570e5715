using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using PrivacyGrains.Engine.Tests.Grains;
using PrivacyGrains.Testing;

namespace PrivacyGrains.Engine.Tests.Clusters;

/// <summary>Silos with sockets, membership and reminders in PostgreSQL, and TLS: what a test cluster leaves out.</summary>
public sealed class ClusterTests(PostgresServer postgres) : IClassFixture<PostgresServer>, IAsyncLifetime, IDisposable
{
    private readonly Probe _probe = new();
    private readonly TempFolder _folder = new();
    private readonly List<IHost> _hosts = [];
    private string _database = "";

    public async Task InitializeAsync()
    {
        if (!EngineInfo.SupportsClustering || Requirement.Missing("postgres") is not null)
            return;

        _database = await postgres.CreateDatabaseAsync("cluster");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => EngineHosting.MigrateClusteringAsync(_database, CancellationToken.None)));
    }

    public async Task DisposeAsync()
    {
        foreach (var host in Enumerable.Reverse(_hosts))
            await StopAsync(host);
    }

    public void Dispose() => _folder.Dispose();

    [FactOnCluster("postgres")]
    public async Task Silos_WithOneDatabase_PlaceGrainsByParty_ForClientsToo()
    {
        await StartSiloAsync("north", null, "alpha", EngineSiloOptions.CoordinatorParty);
        await StartSiloAsync("south", null, "gamma");
        var grains = await StartClientAsync(null);

        Assert.Equal("north", await grains.GetGrain<IPartysGrain>("alpha").WhereAsync());
        Assert.Equal("south", await grains.GetGrain<IPartysGrain>("gamma/session").WhereAsync());
        Assert.Equal("north", await grains.GetGrain<IPartysGrain>("gamma").AskCoordinatorAsync("job"));
    }

    [FactOnCluster("postgres")]
    public async Task Reminder_InTheDatabase_TicksAndOutlivesTheCluster()
    {
        var grains = await StartSiloAsync("north", null, EngineSiloOptions.AnyParty);
        await grains.GetGrain<IClockGrain>("a").RemindAsync("soon", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2));
        await grains.GetGrain<IClockGrain>("a").RemindAsync("later", TimeSpan.FromHours(1), TimeSpan.FromHours(1));
        await grains.GetGrain<IClockGrain>("a").RemindAsync("later", TimeSpan.FromHours(2), TimeSpan.FromHours(2)); // replaces the first
        await _probe.Reached("a reminded of soon");
        await StopAsync(_hosts[0]);

        grains = await StartSiloAsync("south", null, EngineSiloOptions.AnyParty);
        Assert.True(await grains.GetGrain<IClockGrain>("a").ForgetAsync("later"));
        Assert.False(await grains.GetGrain<IClockGrain>("a").ForgetAsync("later"));
        Assert.False(await grains.GetGrain<IClockGrain>("b").ForgetAsync("soon"));
        Assert.Equal(1L, await CountAsync("OrleansRemindersTable"));
    }

    [FactOnCluster("postgres")]
    public async Task Tls_MembersOfOneAuthority_FormACluster_AndStrangersGetNothing()
    {
        var authority = new TestAuthority(Path.Combine(_folder.Path, "ours"));
        await StartSiloAsync("north", authority.Issue("north"), "alpha");
        await StartSiloAsync("south", authority.Issue("south"), "gamma");
        var grains = await StartClientAsync(authority.Issue("gateway"));
        Assert.Equal("south", await grains.GetGrain<IPartysGrain>("gamma").WhereAsync());

        await IsRefusedAsync(null);
        await IsRefusedAsync(new TestAuthority(Path.Combine(_folder.Path, "theirs")).Issue("gateway"));
        var misled = authority.Issue("misled");
        await IsRefusedAsync(new()
        {
            CertificatePath = misled.CertificatePath,
            KeyPath = misled.KeyPath,
            AuthorityPath = misled.AuthorityPath,
            TargetHost = "somebody-else", // whom this client wants to see, and the silos are not
        });
    }

    private async Task IsRefusedAsync(EngineTlsOptions? tls)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(3)); // a client goes on trying until its host gives up
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            var grains = await StartClientAsync(tls, patience.Token);
            await grains.GetGrain<IPartysGrain>("alpha").WhereAsync();
        });
    }

    private async Task<IGrainFactory> StartSiloAsync(string name, EngineTlsOptions? tls, params string[] parties)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddSingleton(_probe).AddSingleton(new SiloName(name));
        builder.AddGrainSilo(new()
        {
            SiloName = name,
            Parties = parties,
            SiloPort = FreePort.Next(),
            GatewayPort = FreePort.Next(),
            ClusteringConnectionString = _database,
            Tls = tls,
        });
        return await StartAsync(builder, CancellationToken.None);
    }

    private async Task<IGrainFactory> StartClientAsync(EngineTlsOptions? tls, CancellationToken cancellationToken = default)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.AddGrainClient(new() { ClusteringConnectionString = _database, Tls = tls, ResponseTimeout = TimeSpan.FromSeconds(5) });
        return await StartAsync(builder, cancellationToken);
    }

    private async Task<IGrainFactory> StartAsync(HostApplicationBuilder builder, CancellationToken cancellationToken)
    {
        var host = builder.Build();
        _hosts.Add(host);
        await host.StartAsync(cancellationToken);
        return host.Services.GetRequiredService<IGrainFactory>();
    }

    private async Task StopAsync(IHost host)
    {
        _hosts.Remove(host);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await host.StopAsync(patience.Token);
        host.Dispose();
    }

    private async Task<object?> CountAsync(string table)
    {
        await using var source = NpgsqlDataSource.Create(_database);
        await using var command = source.CreateCommand($"SELECT count(*) FROM {table}");
        return await command.ExecuteScalarAsync();
    }
}
