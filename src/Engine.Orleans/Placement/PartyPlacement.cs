#pragma warning disable ORLEANSEXP004 // see PlacementAttributes.cs
using Orleans.Placement;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Placement;

namespace PrivacyGrains.Engine.Placement;

/// <summary>Marks grains that follow the party in their key.</summary>
internal sealed class PartyPlacement() : PlacementFilterStrategy(order: 1);

/// <summary>Marks grains that follow the coordinator.</summary>
internal sealed class CoordinatorPlacement() : PlacementFilterStrategy(order: 1);

/// <summary>Leaves the silos that host the party in the grain's key.</summary>
internal sealed class PartyPlacementDirector(SiloParties parties) : IPlacementFilterDirector
{
    public IEnumerable<SiloAddress> Filter(PlacementFilterStrategy filterStrategy, PlacementTarget target, IEnumerable<SiloAddress> silos)
    {
        var key = target.GrainIdentity.Key.ToString()!;
        var party = key.IndexOf('/', StringComparison.Ordinal) is var slash and >= 0 ? key[..slash] : key;
        return silos.Where(silo => parties.Hosts(silo, party));
    }
}

/// <summary>Leaves the silos that host the coordinator.</summary>
internal sealed class CoordinatorPlacementDirector(SiloParties parties) : IPlacementFilterDirector
{
    public IEnumerable<SiloAddress> Filter(PlacementFilterStrategy filterStrategy, PlacementTarget target, IEnumerable<SiloAddress> silos) =>
        silos.Where(silo => parties.Hosts(silo, EngineSiloOptions.CoordinatorParty));
}

/// <summary>Which parties each silo of the cluster hosts, as the silos tell each other in their metadata.</summary>
internal sealed class SiloParties(EngineSiloOptions own, ILocalSiloDetails self, ISiloMetadataCache others)
{
    private const string Prefix = "privacygrains.party:";

    internal static Dictionary<string, string> MetadataOf(EngineSiloOptions options) =>
        options.Parties.Distinct(StringComparer.Ordinal).ToDictionary(p => Prefix + p, _ => "1", StringComparer.Ordinal);

    internal bool Hosts(SiloAddress silo, string party)
    {
        if (silo.Equals(self.SiloAddress)) // needs no message to know
            return own.Parties.Contains(party, StringComparer.Ordinal) || own.Parties.Contains(EngineSiloOptions.AnyParty);

        var told = others.GetSiloMetadata(silo).Metadata;
        return told.ContainsKey(Prefix + party) || told.ContainsKey(Prefix + EngineSiloOptions.AnyParty);
    }

    /// <summary>Whether that silo has told its parties yet; a silo that hosts none tells nothing.</summary>
    internal bool IsKnown(SiloAddress silo) => silo.Equals(self.SiloAddress) || others.GetSiloMetadata(silo).Metadata.Count > 0;
}
