using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PrivacyGrains.Privacy.Ledger;

/// <summary>The generated serializer of ledger entries.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = false)]
[JsonSerializable(typeof(LedgerEntry))]
public sealed partial class LedgerJsonContext : JsonSerializerContext;

/// <summary>Ledger entries as canonical bytes: one line of UTF-8 JSON with its type name, the same for the same entry everywhere.</summary>
public static class LedgerEntryCodec
{
    /// <summary>The greatest entry that is read.</summary>
    public const int MaximumBytes = 64 * 1024;

    /// <summary>Writes an entry.</summary>
    /// <param name="entry">Any entry.</param>
    /// <returns>UTF-8 JSON without line breaks.</returns>
    public static byte[] Encode(LedgerEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return JsonSerializer.SerializeToUtf8Bytes(entry, LedgerJsonContext.Default.LedgerEntry);
    }

    /// <summary>Reads an entry, and refuses any bytes but the canonical ones.</summary>
    /// <param name="bytes">As they came from a journal or an export.</param>
    /// <param name="entry">The entry, or null.</param>
    /// <returns>Whether the bytes are exactly one entry's canonical form.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out LedgerEntry? entry)
    {
        entry = null;
        if (bytes.Length > MaximumBytes)
        {
            return false;
        }

        try
        {
            entry = JsonSerializer.Deserialize(bytes, LedgerJsonContext.Default.LedgerEntry);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return false;
        }

        if (entry is null || !HasArrays(entry) || !Encode(entry).AsSpan().SequenceEqual(bytes))
        {
            entry = null;
        }

        return entry is not null;
    }

    private static bool HasArrays(LedgerEntry entry) => entry switch
    {
        LedgerOpenedInLevels opened when opened.Levels.IsDefaultOrEmpty || opened.Levels.Any(l => l is null) => false,
        ChargeReservedInBlocks reserved when reserved.Blocks.IsDefault || reserved.Blocks.Any(b => b is null) => false,
        LedgerOpened opened => !opened.Quotas.IsDefault && opened.Quotas.All(q => q is not null),
        ChargeReserved reserved => !reserved.LossUnits.IsDefault,
        _ => true,
    };
}
