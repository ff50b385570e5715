using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Identity;

namespace PrivacyGrains.Grains.Parties;

/// <summary>Key files: <c>&lt;data&gt;/&lt;owner&gt;/keys/signing.pem</c>, unencrypted PKCS#8, readable by their owner only.</summary>
public sealed class PartyKeyFiles(string dataFolder) : IPartyKeys, IDisposable
{
    private const UnixFileMode OwnerFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly Dictionary<string, SigningKey> _keys = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>Where an owner's key lies.</summary>
    /// <param name="owner">A party, or <c>consortium</c>.</param>
    /// <returns>The path.</returns>
    /// <exception cref="ArgumentException">The name is no owner's.</exception>
    public string PathOf(string owner) => Path.Combine(dataFolder, PartyId.Create(owner).Value, "keys", "signing.pem");

    /// <summary>Makes an owner's key unless there is one: what setting up a silo does, and joining.</summary>
    /// <param name="owner">A party, or <c>consortium</c>.</param>
    /// <returns>The public half.</returns>
    /// <exception cref="InvalidDataException">There is a file, and it holds no key, or others may read it.</exception>
    public VerificationKey EnsureCreated(string owner)
    {
        var path = PathOf(owner);
        lock (_gate)
        {
            if (!File.Exists(path))
            {
                using var key = SigningKey.Create();
                Write(path, key.ExportPem());
            }

            return Load(owner, path).PublicKey;
        }
    }

    /// <inheritdoc/>
    public ValueTask<SigningKey> GetAsync(string owner)
    {
        lock (_gate)
        {
            return ValueTask.FromResult(Load(owner, PathOf(owner)));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var key in _keys.Values)
            {
                key.Dispose();
            }

            _keys.Clear();
        }
    }

    private static void Write(string path, string pem)
    {
        var folder = Path.GetDirectoryName(path)!;
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerFolder);
            options.UnixCreateMode = OwnerFile;
        }

        // Under another name first: a crash leaves no half-written key behind.
        var fresh = path + ".new";
        File.Delete(fresh);
        using (var stream = new FileStream(fresh, options))
        {
            stream.Write(System.Text.Encoding.ASCII.GetBytes(pem));
            stream.Flush(flushToDisk: true);
        }

        File.Move(fresh, path, overwrite: false);
    }

    private SigningKey Load(string owner, string path)
    {
        if (_keys.TryGetValue(owner, out var known))
        {
            return known;
        }

        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{owner} has no signing key at {path}. Run 'privacygrains join' for it, or start its silo with this data folder.", path);
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnerFile) != UnixFileMode.None)
        {
            throw new InvalidDataException($"Others may read the key file {path}. Run: chmod 600 {path}");
        }

        try
        {
            return _keys[owner] = SigningKey.ImportPem(File.ReadAllText(path));
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"The key file {path} holds no P-256 key in PKCS#8 PEM. Put the party's own key back; a new one would have to join anew.", e);
        }
    }
}
