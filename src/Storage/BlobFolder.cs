using PrivacyGrains.Storage.Files;

namespace PrivacyGrains.Storage;

/// <summary>A folder of whole files beside a journal, for bytes that must be erasable, which a journal's entries are not.</summary>
/// <remarks>
/// A file is there whole after a power failure, or not at all; the folder is readable by its user only. Erasing overwrites, then removes: on flash and on file systems
/// that copy on write, old blocks may outlive it, so whoever keeps secrets here encrypts them under a key that can be erased elsewhere. Safe for many threads where each
/// name has one writer.
/// </remarks>
public sealed class BlobFolder
{
    private readonly string _folder;

    /// <summary>Names the folder; it is made at the first write.</summary>
    /// <param name="folder">Where the files lie.</param>
    public BlobFolder(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folder = Path.GetFullPath(folder);
    }

    /// <summary>The names of the files, without what a crash left half-written.</summary>
    public IReadOnlyList<string> Names() =>
        Directory.Exists(_folder) ? [.. Directory.EnumerateFiles(_folder).Select(path => Path.GetFileName(path)).Where(name => !name.EndsWith(".new", StringComparison.Ordinal))] : [];

    /// <summary>Writes a file whole; durable on return.</summary>
    /// <param name="name">A file's name without a folder.</param>
    /// <param name="content">All of it.</param>
    public void Write(string name, ReadOnlySpan<byte> content)
    {
        DurableFolder.Create(_folder);
        DurableFolder.WriteFile(_folder, Checked(name), content);
    }

    /// <summary>Reads a file; null where there is none.</summary>
    /// <param name="name">A file's name without a folder.</param>
    public byte[]? Read(string name)
    {
        var path = Path.Combine(_folder, Checked(name));
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Overwrites and removes a file; durable on return. Does nothing where there is none.</summary>
    /// <param name="name">A file's name without a folder.</param>
    public void Erase(string name)
    {
        if (Directory.Exists(_folder))
        {
            DurableFolder.EraseFile(_folder, Checked(name));
        }
    }

    /// <summary>Removes what crashes left half-written, and every file but the named ones.</summary>
    /// <param name="kept">Names that stay.</param>
    public void EraseAllBut(IReadOnlySet<string> kept)
    {
        ArgumentNullException.ThrowIfNull(kept);
        if (!Directory.Exists(_folder))
        {
            return;
        }

        DurableFolder.RemoveUnfinished(_folder);
        foreach (var name in Names().Where(name => !kept.Contains(name)))
        {
            Erase(name);
        }
    }

    private static string Checked(string name) =>
        !string.IsNullOrEmpty(name) && Path.GetFileName(name) == name && name is not ("." or "..")
            ? name
            : throw new ArgumentException("A file's name without a folder is wanted.", nameof(name));
}
