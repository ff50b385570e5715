using PrivacyGrains.Storage.Files;

namespace PrivacyGrains.Storage.Tests;

/// <summary>Snapshots on disk: refused where changed, and witnesses of a log that has lost its end.</summary>
public sealed class SnapshotFileTests
{
    [Fact]
    public async Task Read_AnyByteChanged_IsRefusedByName()
    {
        using var disk = await WithSnapshotAsync();
        var file = SnapshotOf(disk);
        var original = await File.ReadAllBytesAsync(file);
        await using var journal = FileJournal.Open(disk.Folder);
        for (var at = 0; at < original.Length; at++)
        {
            var changed = original.ToArray();
            changed[at] ^= 0x10;
            await File.WriteAllBytesAsync(file, changed);

            var refusal = await Assert.ThrowsAsync<JournalDamagedException>(() => journal.ReadSnapshotAsync(LogOnDisk.Stream, CancellationToken.None));
            Assert.Equal(file, refusal.Location);
        }

        File.Delete(file); // which is what the message says to do
        Assert.Null(await journal.ReadSnapshotAsync(LogOnDisk.Stream, CancellationToken.None));
    }

    [Fact]
    public async Task Read_StreamEndsBeforeTheSnapshot_IsRefused()
    {
        using var disk = await WithSnapshotAsync();
        disk.Replace(disk.Original.AsSpan(0, disk.RecordStarts[^1]));
        await using var journal = FileJournal.Open(disk.Folder);

        var refusal = await Assert.ThrowsAsync<JournalDamagedException>(() => journal.ReadSnapshotAsync(LogOnDisk.Stream, CancellationToken.None));

        Assert.Contains("missing", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_SnapshotOfAnotherJournalOrStream_IsRefused()
    {
        using var one = await WithSnapshotAsync();
        using var other = await WithSnapshotAsync();
        File.Copy(SnapshotOf(other), SnapshotOf(one), overwrite: true);
        await using var journal = FileJournal.Open(one.Folder);

        await Assert.ThrowsAsync<JournalDamagedException>(() => journal.ReadSnapshotAsync(LogOnDisk.Stream, CancellationToken.None));
    }

    [Fact]
    public async Task Open_LogMissingBesideSnapshots_IsRefused()
    {
        using var disk = await WithSnapshotAsync();
        File.Delete(disk.File);

        Assert.Contains("missing", Assert.Throws<JournalDamagedException>(() => FileJournal.Open(disk.Folder)).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(disk.File));
    }

    [Fact]
    public async Task Open_UnfinishedFilesOfACrash_AreRemoved()
    {
        using var disk = await WithSnapshotAsync();
        string[] leftovers = [SnapshotOf(disk) + ".new", disk.File + ".new"];
        foreach (var leftover in leftovers)
        {
            await File.WriteAllTextAsync(leftover, "half");
        }

        await using var journal = FileJournal.Open(disk.Folder);

        Assert.DoesNotContain(leftovers, File.Exists);
        Assert.Equal(5, (await journal.ReadSnapshotAsync(LogOnDisk.Stream, CancellationToken.None))!.Value.Version);
    }

    private static string SnapshotOf(LogOnDisk disk) => Directory.GetFiles(SnapshotFiles.FolderOf(disk.Folder)).Single();

    private static async Task<LogOnDisk> WithSnapshotAsync()
    {
        var disk = await LogOnDisk.WriteAsync();
        await using var journal = FileJournal.Open(disk.Folder);
        await journal.WriteSnapshotAsync(LogOnDisk.Stream, new JournalSnapshot(5, "test.state.v1", Entries.Bytes(40).Payload), CancellationToken.None);
        return disk;
    }
}
