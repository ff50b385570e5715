namespace PrivacyGrains.Storage.Files;

/// <summary>Keeps a folder to one journal at a time. The system releases it when the process ends, however it ends.</summary>
internal static class FolderLock
{
    private const string FileName = "journal.lock";
    private const string HolderName = "journal.holder"; // beside the lock, for a locked file cannot be read

    // .NET keeps the system's error number in HResult.
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private const int WindowsSharingViolation = unchecked((int)0x80070020);

    /// <summary>Takes the lock; dispose what comes back to release it.</summary>
    /// <exception cref="JournalLockedException">It is held.</exception>
    public static IDisposable Take(string folder)
    {
        var path = Path.Combine(folder, FileName);
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (exception.HResult is LinuxWouldBlock or MacWouldBlock or WindowsSharingViolation)
        {
            throw new JournalLockedException(folder, ReadHolder(folder));
        }

        try
        {
            File.WriteAllText(Path.Combine(folder, HolderName), $"process {Environment.ProcessId} on {Environment.MachineName}");
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static string ReadHolder(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, HolderName)) is { Length: > 0 } holder ? holder : "another process";
        }
        catch (IOException)
        {
            return "another process"; // it has only just begun
        }
    }
}
