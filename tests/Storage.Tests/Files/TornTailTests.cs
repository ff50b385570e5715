using PrivacyGrains.Storage.Files;

namespace PrivacyGrains.Storage.Tests;

/// <summary>What a crash leaves behind the last acknowledged append heals by itself, and costs nothing that was acknowledged.</summary>
public sealed class TornTailTests
{
    private static readonly string[] Acknowledged = ["first", "second, a little longer"];
    private static readonly string[] All = [.. Acknowledged, "third", "fourth", "fifth"];

    [Fact]
    public async Task Open_LastRecordCutAtAnyByte_KeepsAllBeforeItAndNoPartOfIt()
    {
        using var disk = await LogOnDisk.WriteAsync();
        for (var length = disk.RecordStarts[^1]; length < disk.LastMark; length++)
        {
            disk.Replace(disk.Original.AsSpan(0, length));
            Assert.Equal(Acknowledged, await disk.HealAsync(append: length % 8 == 0));
        }
    }

    [Fact]
    public async Task Open_MarkCutAtAnyByte_KeepsAll()
    {
        using var disk = await LogOnDisk.WriteAsync();
        for (var length = disk.LastMark; length <= disk.Original.Length; length++)
        {
            disk.Replace(disk.Original.AsSpan(0, length));
            Assert.Equal(All, await disk.HealAsync());
        }
    }

    [Fact]
    public async Task Open_LastUnmarkedRecordChangedAtAnyByte_CutsIt()
    {
        // After a power failure the pages of an unflushed record may be there in any mixture.
        using var disk = await LogOnDisk.WriteAsync();
        for (var at = disk.RecordStarts[^1]; at < disk.LastMark; at++)
        {
            disk.Replace(disk.Flipped(at).AsSpan(0, disk.LastMark));
            Assert.Equal(Acknowledged, await disk.HealAsync(append: at % 8 == 0));
        }
    }

    [Fact]
    public async Task Open_LastMarkChangedAtAnyByte_KeepsAll()
    {
        using var disk = await LogOnDisk.WriteAsync();
        for (var at = disk.LastMark; at < disk.Original.Length; at++)
        {
            disk.Replace(disk.Flipped(at));
            Assert.Equal(All, await disk.HealAsync());
        }
    }

    [Fact]
    public async Task Open_ZeroesOrRubbishBehindTheLastMark_KeepsAll()
    {
        using var disk = await LogOnDisk.WriteAsync();
        byte[][] tails = [new byte[4096], [0], "MARK"u8.ToArray(), Entries.Bytes(3_000_000).Payload.ToArray(), disk.Original[disk.RecordStarts[^1]..]];
        foreach (var tail in tails)
        {
            disk.Replace([.. disk.Original, .. tail]);
            Assert.Equal(All, await disk.HealAsync());
        }
    }

    [Fact]
    public async Task Open_TornRecordWhosePayloadImitatesMarks_IsStillTorn()
    {
        // A payload that holds a mark of this very log, copied from its place, must not make a torn record look acknowledged.
        using var first = await LogOnDisk.WriteAsync();
        var mark = first.Original.AsSpan(first.LastMark).ToArray();
        byte[] imitation = [.. Enumerable.Repeat(mark, 20).SelectMany(bytes => bytes)];
        first.Replace(first.Original);
        await using (var journal = FileJournal.Open(first.Folder))
        {
            await journal.AppendAsync(LogOnDisk.Stream, 5, [new JournalEntry("imitation.v1", imitation)], CancellationToken.None);
        }

        var bytes = await File.ReadAllBytesAsync(first.File);
        first.Replace(bytes.AsSpan(0, bytes.Length - LogFormat.RecordHeaderLength - 1));

        Assert.Equal(All, await first.HealAsync());
    }
}
