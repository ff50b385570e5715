using System.Collections.Immutable;
using PrivacyGrains.Privacy.Ledger;

namespace PrivacyGrains.Grains.Ledger;

/// <summary>A ledger, and where each of its charges stood when it last changed: what receipts state. Immutable.</summary>
internal sealed record LedgerBook(BudgetLedger Ledger, ImmutableDictionary<string, LedgerMark> Marks)
{
    /// <summary>A ledger that was not opened.</summary>
    public static LedgerBook Empty { get; } = new(BudgetLedger.Empty, ImmutableDictionary.Create<string, LedgerMark>(StringComparer.Ordinal));

    /// <summary>The book after one durable entry.</summary>
    /// <exception cref="InvalidDataException">The entry breaks the chain: the store was changed by another hand.</exception>
    public LedgerBook Apply(LedgerEntry entry)
    {
        var ledger = Ledger.Apply(entry);
        return IdOf(entry) is { } id
            ? new LedgerBook(ledger, Marks.SetItem(id, new LedgerMark(entry.Version, entry.Hash!, ledger.EpsilonSoFar, ledger.EpsilonLeft)))
            : this with { Ledger = ledger };
    }

    /// <summary>The charge or disclosure that an entry is about; null for the opening.</summary>
    public static string? IdOf(LedgerEntry entry) => entry switch
    {
        ChargeReserved e => e.ChargeId,
        ChargeCommitted e => e.ChargeId,
        ChargeRefunded e => e.ChargeId,
        ChargeAborted e => e.ChargeId,
        DisclosureReserved e => e.DisclosureId,
        DisclosureCommitted e => e.DisclosureId,
        DisclosureRefunded e => e.DisclosureId,
        DisclosureAborted e => e.DisclosureId,
        _ => null,
    };
}

/// <summary>Where the ledger stood after the entry that made a charge's present state.</summary>
internal sealed record LedgerMark(long Version, string Hash, double EpsilonSoFar, double EpsilonLeft);
