using System.Text;

namespace PrivacyGrains.Cli.Demo;

/// <summary>Files for their owner's eyes (mode 600) that are written whole or not at all.</summary>
internal static class OwnerFile
{
    private const UnixFileMode Folder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode File = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The ending of a file that is being written; whatever a crash leaves of it means nothing.</summary>
    public const string Unfinished = ".new";

    /// <summary>Makes a folder that only its owner enters.</summary>
    public static void EnsureFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, Folder);
        }
    }

    /// <summary>Writes under another name, flushes to the disk and renames: a crash leaves the old file or the new one.</summary>
    public static void Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes under another name, flushes to the disk and renames: a crash leaves the old file or the new one.</summary>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        EnsureFolder(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = File;
        }

        var fresh = path + Unfinished;
        System.IO.File.Delete(fresh); // a leftover of a crash would keep its own mode
        using (var stream = new FileStream(fresh, options))
        {
            stream.Write(bytes);
            stream.Flush(flushToDisk: true);
        }

        System.IO.File.Move(fresh, path, overwrite: true);
    }
}
