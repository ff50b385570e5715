using System.Security.Cryptography;

namespace PrivacyGrains.Privacy.Ledger;

/// <summary>Where a ledger stands: what other members witness, so that it cannot be rolled back unseen.</summary>
/// <param name="Party">Whose ledger.</param>
/// <param name="Budget">Which budget.</param>
/// <param name="Version">How many entries; zero before the first.</param>
/// <param name="Hash">Hash of the last entry, 64 lower-case hex digits; zeros before the first.</param>
public sealed record LedgerHead(string Party, string Budget, long Version, string Hash)
{
    /// <summary>The previous hash of a first entry.</summary>
    public const string GenesisHash = "0000000000000000000000000000000000000000000000000000000000000000";
}

/// <summary>What a check of a chain found.</summary>
/// <param name="IsOk">Whether every entry is in its place.</param>
/// <param name="BadIndex">The first entry that is not, from zero; -1 where all are.</param>
/// <param name="Reason">What is wrong with it; empty where all are.</param>
public readonly record struct ChainVerdict(bool IsOk, int BadIndex, string Reason)
{
    /// <summary>All entries are in their place.</summary>
    public static ChainVerdict Ok { get; } = new(true, -1, string.Empty);
}

/// <summary>The hash chain over a ledger's entries.</summary>
/// <remarks>
/// hash = SHA-256(domain || previous hash || canonical bytes of the entry without its hash). Changing, removing, inserting or exchanging entries breaks the chain at that
/// place, unless everything after it is rewritten: that is what <see cref="LedgerHead"/>s in other hands are for.
/// </remarks>
public static class LedgerChain
{
    private static readonly byte[] Domain = "privacygrains.ledger-entry.v1\0"u8.ToArray();

    /// <summary>The entry with its hash.</summary>
    /// <param name="entry">Complete but for the hash.</param>
    /// <returns>A copy with the hash set.</returns>
    public static LedgerEntry Seal(LedgerEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry with { Hash = HashOf(entry) };
    }

    /// <summary>Checks whole entries, from the first.</summary>
    /// <param name="entries">In order, beginning with the ledger's first.</param>
    /// <returns>Whether all is in place, or the first entry that is not.</returns>
    public static ChainVerdict Verify(IEnumerable<LedgerEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var (index, previous, first) = (0, LedgerHead.GenesisHash, (LedgerEntry?)null);
        foreach (var entry in entries)
        {
            first ??= entry;
            if (Fault(entry, first, index, previous) is { } reason)
            {
                return new ChainVerdict(false, index, reason);
            }

            previous = entry.Hash!;
            index++;
        }

        return ChainVerdict.Ok;
    }

    /// <summary>Checks stored bytes, from the first entry.</summary>
    /// <param name="entries">Each entry's canonical bytes, in order.</param>
    /// <returns>Whether all is in place, or the first entry that is not, or is not canonical.</returns>
    public static ChainVerdict VerifyBytes(IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var decoded = new List<LedgerEntry>(entries.Count);
        foreach (var bytes in entries)
        {
            if (!LedgerEntryCodec.TryDecode(bytes.Span, out var entry))
            {
                var before = Verify(decoded);
                return before.IsOk ? new ChainVerdict(false, decoded.Count, "not a ledger entry in canonical form") : before;
            }

            decoded.Add(entry);
        }

        return Verify(decoded);
    }

    /// <summary>Hash of an entry, whatever hash it carries.</summary>
    internal static string HashOf(LedgerEntry entry)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Domain);
        hash.AppendData(Convert.FromHexString(entry.PreviousHash));
        hash.AppendData(LedgerEntryCodec.Encode(entry with { Hash = null }));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string? Fault(LedgerEntry entry, LedgerEntry first, int index, string previous) =>
        entry is null ? "a missing entry"
        : entry.Party != first.Party || entry.Budget != first.Budget ? "an entry of another ledger"
        : entry is LedgerOpened != (index == 0) ? "only the first entry opens a ledger, and it must"
        : entry.Version != index + 1 ? $"version {entry.Version} where {index + 1} is due"
        : entry.PreviousHash != previous ? "its previous hash is not the entry before's"
        : entry.Hash != HashOf(entry) ? "its hash is not of its content"
        : null;
}
