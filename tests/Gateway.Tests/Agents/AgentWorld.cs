using PrivacyGrains.Gateway.Tests.Hosting;

namespace PrivacyGrains.Gateway.Tests.Agents;

/// <summary>Five hospitals that have joined: over real sockets, on real grains. Each test has a <see cref="AgentScene"/> of its own in it.</summary>
[CollectionDefinition(Collection)]
public sealed class AgentWorld : IAsyncLifetime, ICollectionFixture<AgentWorld>
{
    public const string Collection = "agents";

    public static readonly string[] Hospitals = [.. Enumerable.Range(1, 5).Select(i => $"hospital-{i}")];

    public TestConsortium Consortium { get; private set; } = null!;

    public async Task InitializeAsync() => Consortium = await TestConsortium.StartAsync(null, Hospitals);

    public async Task DisposeAsync() => await Consortium.DisposeAsync();
}
