namespace PrivacyGrains.Storage;

/// <summary>One event to be written to a stream.</summary>
/// <param name="Type">A short, stable, versioned name of the event, as <c>ledger.committed.v1</c>: 1 to 100 characters of A-Z, a-z, 0-9, dot, hyphen and underscore.</param>
/// <param name="Payload">The event itself, at most 64 MiB: versioned JSON by convention; the journal does not read it. Never a secret.</param>
/// <remarks>The payload must not change until the append has finished. Equality compares the memory's place, not its bytes.</remarks>
public readonly record struct JournalEntry(string Type, ReadOnlyMemory<byte> Payload)
{
    /// <summary>The largest payload that a journal takes, in bytes (64 MiB).</summary>
    public const int MaxPayloadLength = 64 * 1024 * 1024;
}

/// <summary>One event as it stands in a stream.</summary>
/// <param name="Version">Its place in the stream: 1 for the first, without gaps.</param>
/// <param name="Type">The name it was written under.</param>
/// <param name="Payload">The bytes that were written, a copy that belongs to the reader.</param>
/// <param name="RecordedAt">When it was appended, in UTC, cut to whole microseconds; by the appending process's clock, so not ordered between processes.</param>
public readonly record struct RecordedEntry(long Version, string Type, ReadOnlyMemory<byte> Payload, DateTimeOffset RecordedAt);

/// <summary>What a stream's entries up to a version amount to, so that a reader need not begin at the first.</summary>
/// <param name="Version">The last entry that the snapshot covers; at least 1 and not beyond the stream's end.</param>
/// <param name="Type">A short, stable, versioned name of the snapshot's form, by the rule of <see cref="JournalEntry.Type"/>.</param>
/// <param name="Payload">The state itself, at most 64 MiB; the journal does not read it. Never a secret.</param>
/// <remarks>A snapshot is a shortcut, not a record: the entries that it covers stay, and a reader that does not know its type reads from the first.</remarks>
public readonly record struct JournalSnapshot(long Version, string Type, ReadOnlyMemory<byte> Payload);
