using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PrivacyGrains.Protocols;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Grains.Stock;

/// <summary>Lots on a party's disk: <c>&lt;data&gt;/&lt;party&gt;/stock/&lt;epoch&gt;/&lt;lot&gt;</c>, encrypted under <c>&lt;data&gt;/&lt;party&gt;/keys/stock/&lt;epoch&gt;.key</c>.</summary>
/// <remarks>
/// AES-256-GCM with a random nonce; associated data binds party, epoch and lot, so that no file serves under another name. The key is made in the party's own folder, is
/// readable by its user only, enters no journal, database or message, and goes with its epoch: what flash or a copy of the disk kept of an erased lot is then unreadable.
/// Whoever has folder and keys at once, before, can read what lies there.
/// </remarks>
/// <param name="dataFolder">The silo's folder of parties.</param>
public sealed class LotFiles(string dataFolder)
{
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private readonly Lock _gate = new();

    /// <summary>Writes a lot; durable on return.</summary>
    internal void Write(string party, long epoch, string lot, ReadOnlySpan<byte> part)
    {
        var file = new byte[NonceLength + TagLength + part.Length];
        RandomNumberGenerator.Fill(file.AsSpan(0, NonceLength));
        var key = KeyOf(party, epoch);
        using (var cipher = new AesGcm(key, TagLength))
        {
            cipher.Encrypt(file.AsSpan(0, NonceLength), part, file.AsSpan(NonceLength + TagLength), file.AsSpan(NonceLength, TagLength), Bound(party, epoch, lot));
        }

        CryptographicOperations.ZeroMemory(key);
        FolderOf(party, epoch).Write(lot, file);
    }

    /// <summary>Reads a lot; null where the file is missing or not what was written. Secret.</summary>
    internal byte[]? Read(string party, long epoch, string lot)
    {
        if (FolderOf(party, epoch).Read(lot) is not { Length: >= NonceLength + TagLength } file)
        {
            return null;
        }

        var part = new byte[file.Length - NonceLength - TagLength];
        var key = KeyOf(party, epoch);
        try
        {
            using var cipher = new AesGcm(key, TagLength);
            cipher.Decrypt(file.AsSpan(0, NonceLength), file.AsSpan(NonceLength + TagLength), file.AsSpan(NonceLength, TagLength), part, Bound(party, epoch, lot));
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

    /// <summary>Erases a lot.</summary>
    internal void Erase(string party, long epoch, string lot) => FolderOf(party, epoch).Erase(lot);

    /// <summary>Erases what an activation finds and its journal does not hold: lots that were taken, or never acknowledged.</summary>
    internal void EraseAllBut(string party, long epoch, IReadOnlySet<string> held) => FolderOf(party, epoch).EraseAllBut(held);

    /// <summary>Erases keys and lots of earlier epochs: no session can use them.</summary>
    internal void EraseBefore(string party, long epoch)
    {
        var stock = StockOf(party);
        foreach (var (path, number) in Numbered(Directory.Exists(stock) ? Directory.EnumerateDirectories(stock) : []).Where(entry => entry.Epoch < epoch).ToList())
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

    private static byte[] Bound(string party, long epoch, string lot) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"privacygrains/stock/v1/{party}/{epoch}/{lot}"));

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

    private string StockOf(string party) => Path.Combine(dataFolder, PartyId.Create(party).Value, "stock");

    private BlobFolder FolderOf(string party, long epoch) => new(Path.Combine(StockOf(party), epoch.ToString(CultureInfo.InvariantCulture)));

    private BlobFolder KeysOf(string party) => new(Path.Combine(dataFolder, PartyId.Create(party).Value, "keys", "stock"));
}
