using PrivacyGrains.Storage;

namespace PrivacyGrains.Grains.Scoring;

/// <summary>Clients' evaluation keys on the coordinator's disk, in pieces: <c>&lt;data&gt;/consortium/evaluation-keys/&lt;credential&gt;/&lt;model&gt;/&lt;set&gt;/</c>. Not secret, but their owner's, and erased when they expire.</summary>
/// <param name="dataFolder">The silo's folder of parties.</param>
public sealed class KeyFiles(string dataFolder)
{
    private readonly string _root = Path.Combine(dataFolder, IStores.ConsortiumOwner, "evaluation-keys");

    /// <summary>A set's folder.</summary>
    internal BlobFolder Of(KeySetName name) => new(PathOf(name));

    /// <summary>How many sets of a credential have something on the disk.</summary>
    internal int SetsOf(string credential)
    {
        var folder = Path.Combine(_root, credential);
        return Directory.Exists(folder) ? Directory.EnumerateDirectories(folder).Sum(model => Directory.EnumerateDirectories(model).Count()) : 0;
    }

    /// <summary>Marks a set's place, so that it counts before its first key has come.</summary>
    internal void Open(KeySetName name) => Of(name).Write("set", [1]);

    /// <summary>Erases a set and its folder.</summary>
    internal void Erase(KeySetName name)
    {
        Of(name).EraseAllBut(new HashSet<string>());
        if (Directory.Exists(PathOf(name)))
        {
            Directory.Delete(PathOf(name), recursive: true);
        }
    }

    private string PathOf(KeySetName name) => Path.Combine(_root, name.Credential, name.Model, name.Set);
}

/// <summary>Whose set for which model.</summary>
/// <param name="Credential">1 to 64 of a-z, 0-9 and hyphen; so are the others.</param>
/// <param name="Model">The model.</param>
/// <param name="Set">The set.</param>
internal readonly record struct KeySetName(string Credential, string Model, string Set)
{
    /// <summary>Reads a grain's key.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static KeySetName Parse(string key) =>
        key.Split('/') is [var credential, var model, var set] && Consortium.CredentialRules.IsId(credential) && Consortium.CredentialRules.IsId(model) && Consortium.CredentialRules.IsId(set)
            ? new(credential, model, set)
            : throw new ArgumentException("The key of a key set is credential/model/set, each 1 to 64 of a-z, 0-9 and hyphen.", nameof(key));

    /// <summary>The grain's key.</summary>
    public override string ToString() => $"{Credential}/{Model}/{Set}";
}
