using System.Buffers;

namespace PrivacyGrains.Storage;

/// <summary>What a name, a version and a payload may be; both journals refuse the same things with the same words.</summary>
internal static class JournalRules
{
    public const int MaxStreamLength = 200;
    public const int MaxTypeLength = 100;
    public const int MaxEntries = 10_000;
    public const long MaxAppendLength = 128L * 1024 * 1024;

    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static readonly SearchValues<char> StreamCharacters = SearchValues.Create(Letters + "/._-:@+=~");
    private static readonly SearchValues<char> TypeCharacters = SearchValues.Create(Letters + "._-");

    public static void CheckStream(string stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (stream.Length is 0 or > MaxStreamLength || stream.AsSpan().ContainsAnyExcept(StreamCharacters) || HasOddSegment(stream))
        {
            throw new ArgumentException(
                $"'{stream}' names no stream: use 1 to 200 characters, in segments of A-Z, a-z, 0-9 and . _ - : @ + = ~ separated by single slashes.", nameof(stream));
        }
    }

    public static void CheckVersion(long version) => ArgumentOutOfRangeException.ThrowIfNegative(version);

    public static void CheckEntries(IReadOnlyList<JournalEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        if (entries.Count is 0 or > MaxEntries)
        {
            throw new ArgumentException($"An append has 1 to {MaxEntries} entries, not {entries.Count}.", nameof(entries));
        }

        var total = 0L;
        foreach (var entry in entries)
        {
            CheckTypeAndPayload(entry.Type, entry.Payload);
            total += entry.Payload.Length;
        }

        if (total > MaxAppendLength)
        {
            throw new ArgumentException($"An append holds at most {MaxAppendLength} bytes, not {total}.", nameof(entries));
        }
    }

    public static void CheckTypeAndPayload(string type, ReadOnlyMemory<byte> payload)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (type.Length is 0 or > MaxTypeLength || type.AsSpan().ContainsAnyExcept(TypeCharacters))
        {
            throw new ArgumentException($"'{type}' is no entry's type: use 1 to 100 characters of A-Z, a-z, 0-9, dot, hyphen and underscore.", nameof(type));
        }

        if (payload.Length > JournalEntry.MaxPayloadLength)
        {
            throw new ArgumentException($"A payload has at most {JournalEntry.MaxPayloadLength} bytes, not {payload.Length}.", nameof(payload));
        }
    }

    /// <summary>Refuses what is no owner's name, before it becomes part of a path.</summary>
    public static void CheckOwner(string owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        if (owner is not { Length: >= 1 and <= 64 } || owner[0] is < 'a' or > 'z'
            || owner.Any(c => c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')))
        {
            throw new UnknownOwnerException(owner, "an owner is named by 1 to 64 characters of a-z, 0-9 and hyphen, beginning with a letter.");
        }
    }

    /// <summary>Cuts an instant to whole microseconds, which is what PostgreSQL keeps.</summary>
    public static DateTimeOffset ToMicroseconds(DateTimeOffset instant) =>
        new(instant.UtcTicks - (instant.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    private static bool HasOddSegment(string stream)
    {
        foreach (var range in stream.AsSpan().Split('/'))
        {
            if (stream.AsSpan()[range] is "" or "." or "..")
            {
                return true;
            }
        }

        return false;
    }
}
