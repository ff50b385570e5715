using PrivacyGrains.Storage.Files;

namespace PrivacyGrains.Storage.Tests;

/// <summary>Damage to what was acknowledged is refused with file, offset and remedy, and nothing is changed.</summary>
public sealed class DamageTests
{
    [Fact]
    public async Task Open_AnyByteBeforeTheLastMarkChanged_IsRefusedByName()
    {
        using var disk = await LogOnDisk.WriteAsync();
        for (var at = 0; at < disk.LastMark; at++)
        {
            var damaged = disk.Flipped(at);
            disk.Replace(damaged);

            var refusal = Assert.Throws<JournalDamagedException>(() => FileJournal.Open(disk.Folder));

            Assert.Equal(disk.File, refusal.Location);
            Assert.Equal(StartOfRecord(disk, at), refusal.Offset);
            Assert.Contains(disk.File, refusal.Message, StringComparison.Ordinal);
            Assert.Contains("backup", refusal.Message, StringComparison.Ordinal);
            Assert.Equal(damaged, await File.ReadAllBytesAsync(disk.File));
        }
    }

    [Fact]
    public async Task Open_RecordRemovedDoubledOrMoved_IsRefused()
    {
        using var disk = await LogOnDisk.WriteAsync();
        var (second, third) = (disk.RecordStarts[1], disk.RecordStarts[2]);
        var log = disk.Original;
        (byte[] Log, int Place)[] others =
        [
            ([.. log[..second], .. log[third..]], second), // the second append is gone
            ([.. log[..third], .. log[disk.LastMark..]], third), // the third is gone, its mark is not
            ([.. log[..third], .. log[second..third], .. log[third..]], third), // the second stands twice
            ([.. log[..second], .. log[third..], .. log[second..third]], second), // the second has moved to the end
            ([.. log[..second], 0, .. log[second..]], second), // a byte has come in
            ([.. log[..second], .. log[(second + 1)..]], second), // a byte has gone
        ];

        foreach (var (other, place) in others)
        {
            disk.Replace(other);
            Assert.Equal(place, Assert.Throws<JournalDamagedException>(() => FileJournal.Open(disk.Folder)).Offset);
        }
    }

    [Fact]
    public async Task Open_RecordOfAnotherJournal_IsNotTaken()
    {
        using var one = await LogOnDisk.WriteAsync();
        using var other = await LogOnDisk.WriteAsync([Entries.Text("f0rst")], [Entries.Text("sec0nd, a little longer")], [Entries.Text("third")]);
        var mixed = one.Original.ToArray();
        other.Original.AsSpan(one.RecordStarts[1], one.RecordStarts[2] - one.RecordStarts[1]).CopyTo(mixed.AsSpan(one.RecordStarts[1]));
        one.Replace(mixed);

        Assert.Equal(one.RecordStarts[1], Assert.Throws<JournalDamagedException>(() => FileJournal.Open(one.Folder)).Offset);
    }

    [Fact]
    public async Task Open_DamageFarBeforeTheMark_IsFoundWhereverTheMarkLies()
    {
        // The search for a mark goes by windows of 1 MiB: the mark is placed at every position around the first seam.
        const int Window = 1 << 20;
        for (var distance = Window - 20; distance <= Window + 4; distance++)
        {
            var overhead = await OverheadAsync();
            using var disk = await LogOnDisk.WriteAsync([Entries.Text("first")], [Entries.Bytes(distance - overhead)]);
            Assert.Equal(distance, disk.LastMark - disk.RecordStarts[1]);
            disk.Replace(disk.Flipped(disk.RecordStarts[1]));

            Assert.Equal(disk.RecordStarts[1], Assert.Throws<JournalDamagedException>(() => FileJournal.Open(disk.Folder)).Offset);
        }
    }

    [Fact]
    public async Task Read_RecordThatChangesWhileOpen_IsRefused()
    {
        using var disk = await LogOnDisk.WriteAsync();
        await using var journal = FileJournal.Open(disk.Folder);
        using (var file = new FileStream(disk.File, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.Position = disk.RecordStarts[1] + LogFormat.RecordHeaderLength + 30;
            file.WriteByte(0xFF);
        }

        var refusal = await Assert.ThrowsAsync<JournalDamagedException>(() => journal.AllAsync(LogOnDisk.Stream));

        Assert.Equal(disk.RecordStarts[1], refusal.Offset);
    }

    [Fact]
    public async Task Open_UnknownFormat_IsRefused()
    {
        using var disk = await LogOnDisk.WriteAsync();
        var newer = disk.Original.ToArray();
        newer[8] = 2;
        BitConverter.TryWriteBytes(newer.AsSpan(28), Crc32C.Append(0, newer.AsSpan(0, 28)));
        disk.Replace(newer);

        Assert.Contains("format 2", Assert.Throws<JournalDamagedException>(() => FileJournal.Open(disk.Folder)).Message, StringComparison.Ordinal);
    }

    private static int StartOfRecord(LogOnDisk disk, int at)
    {
        // Records and marks alternate: record 1, mark, record 2, mark, ...
        var starts = disk.RecordStarts.SelectMany(start => new[] { start - LogFormat.RecordHeaderLength, start }).Where(start => start >= LogFormat.FileHeaderLength).Prepend(0);
        return starts.Last(start => start <= at);
    }

    private static async Task<int> OverheadAsync()
    {
        using var disk = await LogOnDisk.WriteAsync([Entries.Text("first")], [Entries.Bytes(0)]);
        return disk.LastMark - disk.RecordStarts[1];
    }
}
