using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace PrivacyGrains.Storage.Files;

/// <summary>Snapshots, a file for each stream that has one, replaced whole.</summary>
/// <remarks>
/// File: magic (8), checksum of the journal's identity and all that follows (4), version (8), stream (1 + n), type (1 + n), payload (the rest).
/// The name is a digest of the stream's name, which a file system might not take.
/// </remarks>
internal sealed class SnapshotFiles(string journalFolder, uint seed)
{
    private const int FixedLength = 8 + 4 + 8 + 1 + 1;
    private const string Remedy = "Delete this file: a snapshot is made from the entries, which are whole, and will be made again.";

    private readonly string _folder = FolderOf(journalFolder);

    private static ReadOnlySpan<byte> Magic => "PGSNAP01"u8;

    public static string FolderOf(string journalFolder) => Path.Combine(journalFolder, "snapshots");

    public async Task<JournalSnapshot?> ReadAsync(string stream, CancellationToken cancellationToken)
    {
        var path = Path.Combine(_folder, NameOf(stream));
        if (!File.Exists(path))
        {
            return null;
        }

        var bytes = await File.ReadAllBytesAsync(path, cancellationToken);
        return Parse(bytes, stream) ?? throw new JournalDamagedException(path, 0, $"the snapshot of '{stream}' is not what was written.", Remedy);
    }

    /// <summary>Refuses a snapshot that is ahead of its stream: the stream has lost entries that were durable.</summary>
    public void CheckAgainst(long head, string stream, JournalSnapshot snapshot)
    {
        if (snapshot.Version > head)
        {
            throw new JournalDamagedException(
                Path.Combine(_folder, NameOf(stream)),
                0,
                $"the snapshot of '{stream}' covers version {snapshot.Version}, but the stream ends at {head}: acknowledged entries are missing from {LogFile.FileName}.",
                "Restore the journal's folder from a backup as a whole.");
        }
    }

    public void Write(string stream, JournalSnapshot snapshot)
    {
        var bytes = new byte[FixedLength + stream.Length + snapshot.Type.Length + snapshot.Payload.Length];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(12), snapshot.Version);
        var at = WriteName(bytes, 20, stream);
        at = WriteName(bytes, at, snapshot.Type);
        snapshot.Payload.Span.CopyTo(bytes.AsSpan(at));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), Crc32C.Append(seed, bytes.AsSpan(12)));
        DurableFolder.Create(_folder);
        DurableFolder.WriteFile(_folder, NameOf(stream), bytes);
    }

    private static string NameOf(string stream) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(stream)).AsSpan(0, 16)) + ".snapshot";

    private static int WriteName(byte[] target, int at, string name)
    {
        target[at] = (byte)name.Length;
        return at + 1 + Encoding.ASCII.GetBytes(name, target.AsSpan(at + 1));
    }

    private JournalSnapshot? Parse(byte[] bytes, string stream)
    {
        if (bytes.Length < FixedLength || !bytes.AsSpan().StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(8)) != Crc32C.Append(seed, bytes.AsSpan(12)))
        {
            return null;
        }

        // The checksum held: these are our own lengths.
        var version = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(12));
        var name = Encoding.ASCII.GetString(bytes, 21, bytes[20]);
        var at = 21 + name.Length;
        var type = Encoding.ASCII.GetString(bytes, at + 1, bytes[at]);
        return name == stream ? new JournalSnapshot(version, type, bytes.AsMemory(at + 1 + type.Length)) : null;
    }
}
