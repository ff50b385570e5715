using PrivacyGrains.Protocols.Identity;

namespace PrivacyGrains.Protocols.Rosters;

/// <summary>What a member does in a session or round; one member may do several.</summary>
[Flags]
public enum RosterRoles
{
    /// <summary>Nothing: refused in a roster.</summary>
    None = 0,

    /// <summary>Computes on shares.</summary>
    Compute = 1,

    /// <summary>Makes correlated randomness. Excludes <see cref="Compute"/>, <see cref="Coordinator"/> and <see cref="Gateway"/>: the dealer knows every mask.</summary>
    Dealer = 2,

    /// <summary>Plans, collects status and relays; sees no share and no opening in clear.</summary>
    Coordinator = 4,

    /// <summary>Gives an input or an update, and holds shares of the others' round keys.</summary>
    Contributor = 8,

    /// <summary>Receives the output.</summary>
    Receiver = 16,

    /// <summary>Countersigns ledger heads.</summary>
    Witness = 32,

    /// <summary>Runs the gateway.</summary>
    Gateway = 64,
}

/// <summary>One member of a roster.</summary>
/// <param name="Party">Who it is.</param>
/// <param name="Roles">What it does; at least one role.</param>
/// <param name="Key">The key that its signatures are checked with; public.</param>
public sealed record RosterMember(PartyId Party, RosterRoles Roles, VerificationKey Key)
{
    /// <summary>Every role that exists.</summary>
    internal const RosterRoles AllRoles = (RosterRoles)127;
}
