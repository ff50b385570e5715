using PrivacyGrains.Client.Errors;
using PrivacyGrains.Messages.Parties;

namespace PrivacyGrains.Client.Inferences;

/// <summary>Who computes and who deals in a session.</summary>
/// <param name="ComputeParties">In ordinal order.</param>
/// <param name="Dealer">None of them, nor the asker.</param>
public sealed record InferenceCast(IReadOnlyList<string> ComputeParties, string Dealer)
{
    /// <summary>Chooses among the members that are there, where the caller has not chosen.</summary>
    /// <param name="client">A member's connection.</param>
    /// <param name="self">The asker: computes only where the others are too few, and never deals.</param>
    /// <param name="parties">How many compute.</param>
    /// <param name="compute">The caller's choice, or null.</param>
    /// <param name="dealer">The caller's choice, or null: a member with the role of a dealer, else the last one that has no other part.</param>
    /// <param name="cancel">Cancels the request.</param>
    /// <exception cref="InputException"><c>inference.too-few-parties</c> or <c>inference.no-dealer</c>.</exception>
    public static async Task<InferenceCast> ChooseAsync(
        GatewayClient client, string self, int parties, IReadOnlyList<string>? compute, string? dealer, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        var members = (await client.Parties.ListAsync(cancel)).Where(party => party.Member.Status == "member").ToList();
        return Choose(members, self, parties, compute, dealer);
    }

    /// <summary>The same rule over a list of members.</summary>
    /// <param name="members">As a gateway lists them.</param>
    /// <param name="self">The asker.</param>
    /// <param name="parties">How many compute.</param>
    /// <param name="compute">The caller's choice, or null.</param>
    /// <param name="dealer">The caller's choice, or null.</param>
    public static InferenceCast Choose(IReadOnlyList<PartyBody> members, string self, int parties, IReadOnlyList<string>? compute, string? dealer)
    {
        ArgumentNullException.ThrowIfNull(members);
        var there = members.Where(party => party.Available).Select(party => party.Member).ToList();
        var away = Away(members);
        bool Deals(MemberBody member) => member.Roles.Contains("dealer");
        bool IsFree(MemberBody member) => member.Party != self && compute?.Contains(member.Party) != true;
        var chosen = dealer
            ?? there.FirstOrDefault(member => IsFree(member) && Deals(member))?.Party
            ?? there.FirstOrDefault(member => IsFree(member) && member.Party.StartsWith("dealer", StringComparison.Ordinal))?.Party
            ?? (there.Count(member => !Deals(member)) > parties ? there.LastOrDefault(IsFree)?.Party : null)
            ?? throw new InputException("inference.no-dealer", $"No member is there to deal.{away} Invite one ('party invite dealer --role dealer') and let it join, or name one with --dealer.");
        if (compute is not null)
        {
            return compute.Count == parties
                ? new InferenceCast([.. compute.Order(StringComparer.Ordinal)], chosen)
                : throw new InputException("inference.too-few-parties", $"{compute.Count} compute parties are named, and the shares are for {parties}.");
        }

        var able = there.Where(member => member.Party != chosen && member.Roles.Contains("compute")).OrderBy(member => member.Party == self).ThenBy(member => member.Party, StringComparer.Ordinal).ToList();
        return able.Count >= parties
            ? new InferenceCast([.. able.Take(parties).Select(member => member.Party).Order(StringComparer.Ordinal)], chosen)
            : throw new InputException("inference.too-few-parties", $"{parties} parties are to compute, and {able.Count} members that can are there beside the dealer {chosen}.{away} Let others join, or take fewer.");
    }

    private static string Away(IReadOnlyList<PartyBody> members)
    {
        var names = string.Join(", ", members.Where(party => !party.Available).Select(party => party.Member.Party).Order(StringComparer.Ordinal));
        return names.Length == 0 ? string.Empty : $" Members that cannot be reached: {names}; start their silos, with the folders that hold the keys they joined with.";
    }
}
