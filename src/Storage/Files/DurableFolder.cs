using System.Runtime.InteropServices;
using System.Text;

namespace PrivacyGrains.Storage.Files;

/// <summary>Folders and whole files that are there after a power failure: on Linux a new name is durable only once its folder is flushed.</summary>
internal static class DurableFolder
{
    private const string TemporarySuffix = ".new";

    /// <summary>Creates a folder and its parents, readable by this user only, each name durable.</summary>
    public static void Create(string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        var parent = Path.GetDirectoryName(folder);
        if (parent is not null)
        {
            Create(parent);
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        Flush(parent);
    }

    /// <summary>Writes a file whole or not at all, in place of an older one.</summary>
    public static void WriteFile(string folder, string name, ReadOnlySpan<byte> content)
    {
        var path = Path.Combine(folder, name);
        using (var file = File.OpenHandle(path + TemporarySuffix, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            RandomAccess.Write(file, content, 0);
            RandomAccess.FlushToDisk(file);
        }

        File.Move(path + TemporarySuffix, path, overwrite: true);
        Flush(folder);
    }

    /// <summary>Overwrites a file with zeros and removes it; nothing where there is none.</summary>
    public static void EraseFile(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            return;
        }

        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.None))
        {
            var zeros = new byte[64 * 1024];
            var length = RandomAccess.GetLength(file);
            for (var at = 0L; at < length; at += zeros.Length)
            {
                RandomAccess.Write(file, zeros.AsSpan(0, (int)Math.Min(zeros.Length, length - at)), at);
            }

            RandomAccess.FlushToDisk(file);
        }

        File.Delete(path);
        Flush(folder);
    }

    /// <summary>Removes what a crash left between the writing of a file and its naming.</summary>
    public static void RemoveUnfinished(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*" + TemporarySuffix))
        {
            File.Delete(path);
        }
    }

    private static void Flush(string? folder)
    {
        if (folder is null || OperatingSystem.IsWindows())
        {
            return; // Windows makes names durable with the file's own flush
        }

        var descriptor = Open(Encoding.UTF8.GetBytes(folder + "\0"), flags: 0);
        if (descriptor < 0)
        {
            throw new IOException($"{folder} cannot be opened to flush it: {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        var outcome = Fsync(descriptor);
        var message = Marshal.GetLastPInvokeErrorMessage();
        _ = Close(descriptor);
        if (outcome != 0)
        {
            throw new IOException($"{folder} cannot be flushed: {message}.");
        }
    }

    // .NET opens no folders as files.
    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
