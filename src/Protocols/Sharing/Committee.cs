using System.Collections.Immutable;

namespace PrivacyGrains.Protocols.Sharing;

/// <summary>Who computes together, in which order, under which scheme, and which of them this is.</summary>
/// <remarks>
/// Public. Parties are kept in ordinal order of their names, so that every party derives the same indices from the same set. The members and their keys
/// are vouched for by the session's signed roster, not by this type.
/// </remarks>
public sealed class Committee
{
    private Committee(SharingScheme scheme, ImmutableArray<PartyId> parties, int self)
    {
        Scheme = scheme;
        Parties = parties;
        Self = self;
    }

    /// <summary>How values are shared.</summary>
    public SharingScheme Scheme { get; }

    /// <summary>All members in ordinal order; the place is the party's index.</summary>
    public ImmutableArray<PartyId> Parties { get; }

    /// <summary>This party's index.</summary>
    public int Self { get; }

    /// <summary>This party's name.</summary>
    public PartyId SelfId => Parties[Self];

    /// <summary>Everybody else, in order.</summary>
    public IEnumerable<PartyId> Peers => Parties.Where((_, index) => index != Self);

    /// <summary>Checks the members and puts them in order.</summary>
    /// <param name="scheme">Its number of parties is the number of members.</param>
    /// <param name="parties">All members in any order, this party included.</param>
    /// <param name="self">This party.</param>
    /// <exception cref="ArgumentException">The count is not the scheme's, a member is doubled, or this party is not among them.</exception>
    public static Committee Create(SharingScheme scheme, IEnumerable<PartyId> parties, PartyId self)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        ArgumentNullException.ThrowIfNull(parties);
        ImmutableArray<PartyId> ordered = [.. parties.Order()];
        if (ordered.Length != scheme.Parties || ordered.Distinct().Count() != ordered.Length)
        {
            throw new ArgumentException($"{scheme} needs {scheme.Parties} different parties; these are {string.Join(", ", ordered)}.", nameof(parties));
        }

        var index = ordered.IndexOf(self);
        return index >= 0
            ? new Committee(scheme, ordered, index)
            : throw new ArgumentException($"{self} is none of {string.Join(", ", ordered)}.", nameof(self));
    }

    /// <summary>The index of a party, or -1 where it is no member.</summary>
    public int IndexOf(PartyId party) => Parties.IndexOf(party);

    /// <inheritdoc/>
    public override string ToString() => $"{SelfId} of {string.Join(", ", Parties)}, {Scheme}";
}
