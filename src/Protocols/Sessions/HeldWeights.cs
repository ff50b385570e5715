using System.Collections.Immutable;
using System.Security.Cryptography;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Sessions;

/// <summary>What a model's owner allows whoever uses the weights that it lets the compute parties hold. Part of the opening's statement, which the owner signs.</summary>
/// <param name="Receivers">Who may ask for outputs; 1 to 256 different parties, ascending.</param>
/// <param name="Sessions">How many sessions, of all receivers together; 1 to <see cref="MaximumSessions"/>. A session has at most as many records as the opening's plan.</param>
/// <param name="Until">From then on none begins: seconds since 1970 (UTC).</param>
public sealed record WeightTerms(ImmutableArray<PartyId> Receivers, long Sessions, long Until)
{
    /// <summary>The most sessions.</summary>
    public const long MaximumSessions = 1_000_000_000;

    private const int MaximumReceivers = 256;

    /// <summary>Checks the parts.</summary>
    /// <returns>Null, or the fault.</returns>
    public ProtocolFault? Check() =>
        Receivers.IsDefault || Receivers.Length is < 1 or > MaximumReceivers || Receivers.Zip(Receivers.Skip(1)).Any(pair => pair.First >= pair.Second)
            || Sessions is < 1 or > MaximumSessions || Until < 0
            ? new ProtocolFault("inference.invalid-terms", null, $"1 to {MaximumReceivers} receivers in ascending order and 1 to {MaximumSessions} sessions", $"{(Receivers.IsDefault ? 0 : Receivers.Length)} receivers, {Sessions} sessions")
            : null;

    internal void Write(WireWriter writer)
    {
        writer.Int32(Receivers.Length);
        foreach (var receiver in Receivers)
        {
            writer.Text(receiver.Value);
        }

        writer.UInt64(checked((ulong)Sessions)).UInt64(checked((ulong)Until));
    }
}

/// <summary>Weights that the compute parties of a session hold from an opening before it.</summary>
/// <param name="Opening">The opening's session: the name by which the model's owner let them be held.</param>
/// <param name="Epoch">The consortium's epoch in which they were opened. Once an operator has begun a later one, as after a restored backup, they are of no use; members that join or leave do not touch them.</param>
public sealed record HeldWeights(SessionId Opening, long Epoch)
{
    /// <summary>The masks of an opening: its own alone, since its roster names session, epoch, statement, members and their keys.</summary>
    /// <param name="plan">The opening's.</param>
    /// <param name="roster">The opening's.</param>
    /// <returns>The masks' plan, or null where no product of the plan has masks: degrees are reduced without a dealer.</returns>
    /// <remarks>
    /// An opening that came to nothing and is begun again has another name and so another mask: no two openings, of the same weights or of others, share one, whatever an owner calls its versions.
    /// </remarks>
    public static WeightMaskPlan? MasksOf(InferencePlan plan, Roster roster)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(roster);
        return plan.MaskPlan(SHA256.HashData(new WireWriter("weights.version", 1).Text(roster.Terms.Session.Value).Bytes(plan.Digest()).Written.Span), roster.Digest.Span);
    }

    /// <summary>What must be the same in an opening and in each session over what it opened: consortium, who computes and deals, and their keys.</summary>
    /// <param name="roster">Of either.</param>
    /// <returns>SHA-256.</returns>
    public static byte[] HoldersOf(Roster roster)
    {
        ArgumentNullException.ThrowIfNull(roster);
        var writer = new WireWriter("weights.holders", 1).Text(roster.Terms.Consortium);
        foreach (var member in roster.Members)
        {
            if ((member.Roles & (RosterRoles.Compute | RosterRoles.Dealer)) is var role and not RosterRoles.None)
            {
                writer.Text(member.Party.Value).Int32((int)role).Bytes(member.Key.Spki.Span);
            }
        }

        return SHA256.HashData(writer.Written.Span);
    }

    /// <summary>Whether a session's plan is the opened one, for at most as many records, with the weights that were opened.</summary>
    /// <param name="opened">The opening's plan.</param>
    /// <param name="masks">Its masks.</param>
    /// <param name="plan">The session's.</param>
    public static bool Fits(InferencePlan opened, WeightMaskPlan masks, InferencePlan plan)
    {
        ArgumentNullException.ThrowIfNull(opened);
        ArgumentNullException.ThrowIfNull(masks);
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Rows <= opened.Rows && opened.WithRows(plan.Rows).WithMasks(masks).ToBytes().AsSpan().SequenceEqual(plan.ToBytes());
    }
}
