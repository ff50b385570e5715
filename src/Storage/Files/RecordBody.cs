using System.Buffers.Binary;
using System.Text;

namespace PrivacyGrains.Storage.Files;

/// <summary>One append as it stands in the log: whose stream, from which version on, when, and the entries.</summary>
/// <remarks>Body: stream (1 + n), recorded-at in microseconds since 1970 (8), first version (8), number of entries (4); each entry: type (1 + n), payload (4 + n).</remarks>
internal sealed record RecordBody(string Stream, DateTimeOffset RecordedAt, long FirstVersion, IReadOnlyList<JournalEntry> Entries)
{
    private const int FixedLength = 1 + 8 + 8 + 4;

    public int Measure()
    {
        var length = FixedLength + Stream.Length; // names and types are ASCII
        foreach (var entry in Entries)
        {
            length += 1 + entry.Type.Length + 4 + entry.Payload.Length;
        }

        return length;
    }

    public void Write(Span<byte> target)
    {
        var at = WriteName(target, 0, Stream);
        BinaryPrimitives.WriteInt64LittleEndian(target[at..], (RecordedAt.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond);
        BinaryPrimitives.WriteInt64LittleEndian(target[(at + 8)..], FirstVersion);
        BinaryPrimitives.WriteInt32LittleEndian(target[(at + 16)..], Entries.Count);
        at += 20;
        foreach (var entry in Entries)
        {
            at = WriteName(target, at, entry.Type);
            BinaryPrimitives.WriteInt32LittleEndian(target[at..], entry.Payload.Length);
            entry.Payload.Span.CopyTo(target[(at + 4)..]);
            at += 4 + entry.Payload.Length;
        }
    }

    /// <summary>Reads a body whose checksum held. The payloads are slices of it.</summary>
    /// <exception cref="FormatException">The bytes are no body.</exception>
    public static RecordBody Read(ReadOnlyMemory<byte> body)
    {
        var reader = new BodyReader(body);
        var (stream, recordedAt, firstVersion, count) = ReadHead(ref reader);
        var entries = new List<JournalEntry>(Math.Min(count, JournalRules.MaxEntries));
        for (var i = 0; i < count; i++)
        {
            var type = reader.ReadName();
            entries.Add(new JournalEntry(type, reader.Take(reader.ReadInt32())));
        }

        return reader.AtEnd ? new RecordBody(stream, recordedAt, firstVersion, entries) : throw new FormatException("the record is longer than its entries.");
    }

    /// <summary>Reads only what the index needs.</summary>
    /// <exception cref="FormatException">The bytes are no body.</exception>
    public static (string Stream, long FirstVersion, int Count) ReadHead(ReadOnlyMemory<byte> body)
    {
        var reader = new BodyReader(body);
        var (stream, _, firstVersion, count) = ReadHead(ref reader);
        return (stream, firstVersion, count);
    }

    private static (string Stream, DateTimeOffset RecordedAt, long FirstVersion, int Count) ReadHead(ref BodyReader reader)
    {
        var stream = reader.ReadName();
        var recordedAt = DateTimeOffset.UnixEpoch.AddTicks(reader.ReadInt64() * TimeSpan.TicksPerMicrosecond);
        var firstVersion = reader.ReadInt64();
        var count = reader.ReadInt32();
        return firstVersion >= 1 && count >= 1 ? (stream, recordedAt, firstVersion, count) : throw new FormatException("the record has no version or no entry.");
    }

    private static int WriteName(Span<byte> target, int at, string name)
    {
        target[at] = (byte)name.Length;
        return at + 1 + Encoding.ASCII.GetBytes(name, target[(at + 1)..]);
    }

    private struct BodyReader(ReadOnlyMemory<byte> rest)
    {
        private ReadOnlyMemory<byte> _rest = rest;

        public readonly bool AtEnd => _rest.IsEmpty;

        public ReadOnlyMemory<byte> Take(int length)
        {
            if (length < 0 || length > _rest.Length)
            {
                throw new FormatException("the record ends before its fields do.");
            }

            var taken = _rest[..length];
            _rest = _rest[length..];
            return taken;
        }

        public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)).Span);

        public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)).Span);

        public string ReadName() => Encoding.ASCII.GetString(Take(Take(1).Span[0]).Span);
    }
}
