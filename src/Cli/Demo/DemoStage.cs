using PrivacyGrains.Client;

namespace PrivacyGrains.Cli.Demo;

/// <summary>What every act has before it: the consortium's door, everybody's own connection, the sample, and who tells the story.</summary>
internal sealed class DemoStage(
    DemoFolder folder, DemoSample sample, DemoNarrator narrator, Uri gateway, GatewayClient operators, IReadOnlyDictionary<string, DemoParty> parties, TimeProvider clock) : IDisposable
{
    public DemoFolder Folder { get; } = folder;

    public DemoPlan Plan => Folder.Plan;

    public DemoSample Sample { get; } = sample;

    public DemoNarrator Narrator { get; } = narrator;

    public Uri Gateway { get; } = gateway;

    public GatewayClient Operator { get; } = operators;

    public IReadOnlyDictionary<string, DemoParty> Parties { get; } = parties;

    public IEnumerable<DemoParty> Hospitals => DemoCast.Hospitals.Select(name => Parties[name]);

    public TimeProvider Clock { get; } = clock;

    /// <inheritdoc/>
    public void Dispose()
    {
        Operator.Dispose();
        foreach (var party in Parties.Values)
        {
            party.Dispose();
        }
    }
}
