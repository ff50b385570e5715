using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PrivacyGrains.Protocols;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Grains.Journaling;

/// <summary>Secrets that a party keeps for one epoch, on its own disk: <c>&lt;data&gt;/&lt;party&gt;/&lt;room&gt;/&lt;epoch&gt;/&lt;name&gt;</c>, encrypted under <c>&lt;data&gt;/&lt;party&gt;/keys/&lt;room&gt;/&lt;epoch&gt;.key</c>.</summary>
/// <remarks>
/// AES-256-GCM with a random nonce; associated data binds room, party, epoch and name, so that no file serves under another name. The key is made in the party's own folder, is
/// readable by its user only, enters no journal, database or message, and goes with its epoch: what flash or a copy of the disk kept of an erased file is then unreadable.
/// Whoever has folder and keys at once, before, can read what lies there.
/// </remarks>
public abstract class EpochFiles
{
    private readonly string _dataFolder;
    private readonly string _room;

    /// <summary>Names the room; its folder is made at the first write.</summary>
    /// <param name="dataFolder">The silo's folder of parties.</param>
    /// <param name="room">A folder's name.</param>
    private protected EpochFiles(string dataFolder, string room) => (_dataFolder, _room) = (dataFolder, room);

    private const int NonceLength = 12;
    private const int TagLength = 16;
    private readonly Lock _gate = new();

    /// <summary>Writes a file; durable on return.</summary>
    internal void Write(string party, long epoch, string name, ReadOnlySpan<byte> part)
    {
        var file = new byte[NonceLength + TagLength + part.Length];
        RandomNumberGenerator.Fill(file.AsSpan(0, NonceLength));
        var key = KeyOf(party, epoch);
        using (var cipher = new AesGcm(key, TagLength))
        {
            cipher.Encrypt(file.AsSpan(0, NonceLength), part, file.AsSpan(NonceLength + TagLength), file.AsSpan(NonceLength, TagLength), Bound(party, epoch, name));
        }

        CryptographicOperations.ZeroMemory(key);
        FolderOf(party, epoch).Write(name, file);
    }

    /// <summary>Reads a file; null where it is missing or not what was written. Secret.</summary>
    internal byte[]? Read(string party, long epoch, string name)
    {
        if (FolderOf(party, epoch).Read(name) is not { Length: >= NonceLength + TagLength } file)
        {
            return null;
        }

        var part = new byte[file.Length - NonceLength - TagLength];
        var key = KeyOf(party, epoch);
        try
        {
            using var cipher = new AesGcm(key, TagLength);
            cipher.Decrypt(file.AsSpan(0, NonceLength), file.AsSpan(NonceLength + TagLength), file.AsSpan(NonceLength, TagLength), part, Bound(party, epoch, name));
            return part;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Erases a file.</summary>
    internal void Erase(string party, long epoch, string name) => FolderOf(party, epoch).Erase(name);

    /// <summary>Erases what an activation finds and its journal does not hold.</summary>
    internal void EraseAllBut(string party, long epoch, IReadOnlySet<string> held) => FolderOf(party, epoch).EraseAllBut(held);

    /// <summary>Erases keys and files of earlier epochs: no session can use them.</summary>
    internal void EraseBefore(string party, long epoch)
    {
        var room = RoomOf(party);
        foreach (var (path, number) in Numbered(Directory.Exists(room) ? Directory.EnumerateDirectories(room) : []).Where(entry => entry.Epoch < epoch).ToList())
        {
            new BlobFolder(path).EraseAllBut(new HashSet<string>());
            KeysOf(party).Erase($"{number}.key");
        }

        foreach (var (_, number) in Numbered(KeysOf(party).Names().Select(name => Path.GetFileNameWithoutExtension(name)!)).Where(entry => entry.Epoch < epoch).ToList())
        {
            KeysOf(party).Erase($"{number}.key");
        }
    }

    private static IEnumerable<(string Path, long Epoch)> Numbered(IEnumerable<string> paths) => paths
        .Select(path => (path, long.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) ? epoch : long.MaxValue))
        .Where(entry => entry.Item2 != long.MaxValue);

    private byte[] Bound(string party, long epoch, string name) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"privacygrains/{_room}/v1/{party}/{epoch}/{name}"));

    private byte[] KeyOf(string party, long epoch)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{epoch}.key");
        lock (_gate)
        {
            if (KeysOf(party).Read(name) is { Length: 32 } known)
            {
                return known;
            }

            var fresh = RandomNumberGenerator.GetBytes(32);
            KeysOf(party).Write(name, fresh);
            return fresh;
        }
    }

    private string RoomOf(string party) => Path.Combine(_dataFolder, PartyId.Create(party).Value, _room);

    private BlobFolder FolderOf(string party, long epoch) => new(Path.Combine(RoomOf(party), epoch.ToString(CultureInfo.InvariantCulture)));

    private BlobFolder KeysOf(string party) => new(Path.Combine(_dataFolder, PartyId.Create(party).Value, "keys", _room));
}
