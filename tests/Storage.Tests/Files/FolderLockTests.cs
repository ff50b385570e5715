using PrivacyGrains.Storage.Files;
using PrivacyGrains.Testing;

namespace PrivacyGrains.Storage.Tests;

public sealed class FolderLockTests
{
    [Fact]
    public async Task Open_FolderThatIsOpen_IsRefusedNamingTheHolder()
    {
        using var folder = new TempFolder();
        await using (FileJournal.Open(folder.Path))
        {
            var refusal = Assert.Throws<JournalLockedException>(() => FileJournal.Open(folder.Path));
            Assert.Contains($"process {Environment.ProcessId}", refusal.Message, StringComparison.Ordinal);
            Assert.Contains(folder.Path, refusal.Message, StringComparison.Ordinal);
        }

        await using var again = FileJournal.Open(folder.Path);
    }

    [Fact]
    public async Task Open_Refused_ReleasesTheFolder()
    {
        using var disk = await LogOnDisk.WriteAsync();
        disk.Replace(disk.Flipped(0));
        Assert.Throws<JournalDamagedException>(() => FileJournal.Open(disk.Folder));
        disk.Replace(disk.Original);

        await using var journal = FileJournal.Open(disk.Folder);
        Assert.Equal(5, (await journal.AllAsync(LogOnDisk.Stream)).Count);
    }

    [Fact]
    public async Task Open_NewFolder_IsThisUsersOnly()
    {
        using var parent = new TempFolder();
        var folder = Path.Combine(parent.Path, "hospital-a", "journal");
        await using var journal = FileJournal.Open(folder);

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        }
    }

    [Fact]
    public async Task Append_AfterAFailedWrite_IsRefusedUntilOpenedAnew()
    {
        using var folder = new TempFolder();
        var index = new LogIndex();
        var log = LogFile.Open(folder.Path, index);
        await using (var writer = new LogWriter(log, index, TimeProvider.System))
        {
            Assert.Equal(new AppendOutcome.Appended(1), await writer.AppendAsync("s", 0, [Entries.Text("first")], CancellationToken.None));
            log.Dispose(); // as good as a disk that refuses

            await Assert.ThrowsAsync<IOException>(() => writer.AppendAsync("s", 1, [Entries.Text("lost")], CancellationToken.None));
            Assert.True(writer.HasFailed);
            await Assert.ThrowsAsync<IOException>(() => writer.AppendAsync("s", 1, [Entries.Text("refused")], CancellationToken.None));
            Assert.Equal(1, index.Head("s"));
        }

        await using var journal = FileJournal.Open(folder.Path);
        Assert.Equal(["first"], await journal.TextsAsync("s"));
    }

    [Fact]
    public async Task Append_AfterDispose_IsRefused()
    {
        using var folder = new TempFolder();
        var journal = FileJournal.Open(folder.Path);
        await journal.DisposeAsync();
        await journal.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => journal.AppendAsync("s", 0, "late"));
    }
}
