using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Grains.Ledger;

/// <summary>Ledger entries in the canonical form that their hash chain is over: the journal holds exactly what verifies offline.</summary>
internal sealed class LedgerCodec : IJournalCodec<LedgerEntry>
{
    public static LedgerCodec Instance { get; } = new();

    /// <summary>The entry's stable name.</summary>
    public static string NameOf(LedgerEntry entry) => entry switch
    {
        LedgerOpenedInLevels => "ledger.opened.v2",
        LedgerOpened => "ledger.opened.v1",
        ChargeReservedInBlocks => "ledger.reserved.v2",
        ChargeReserved => "ledger.reserved.v1",
        ChargeCommitted => "ledger.committed.v1",
        ChargeRefunded => "ledger.refunded.v1",
        ChargeAborted => "ledger.aborted.v1",
        DisclosureReserved => "ledger.disclosure-reserved.v1",
        DisclosureCommitted => "ledger.disclosure-committed.v1",
        DisclosureRefunded => "ledger.disclosure-refunded.v1",
        DisclosureAborted => "ledger.disclosure-aborted.v1",
        _ => throw new ArgumentException($"{entry.GetType().Name} has no registered name.", nameof(entry)),
    };

    /// <inheritdoc/>
    public JournalEntry Encode(LedgerEntry entry) => new(NameOf(entry), LedgerEntryCodec.Encode(entry));

    /// <inheritdoc/>
    public LedgerEntry Decode(string stream, in RecordedEntry recorded)
    {
        if (!recorded.Type.StartsWith("ledger.", StringComparison.Ordinal))
        {
            throw JournalCodec<LedgerEntry>.Unknown(stream, recorded);
        }

        return LedgerEntryCodec.TryDecode(recorded.Payload.Span, out var entry) ? entry
            : throw JournalCodec<LedgerEntry>.Unreadable(stream, recorded);
    }
}
