using PrivacyGrains.Storage.Files;
using PrivacyGrains.Testing;

namespace PrivacyGrains.Storage.Tests;

/// <summary>A closed journal whose log a test damages: three appends to one stream, the last of three entries.</summary>
internal sealed class LogOnDisk : IDisposable
{
    public const string Stream = "hospital-a/budget";
    private readonly TempFolder _folder = new();

    private LogOnDisk()
    {
    }

    public string Folder => _folder.Path;

    public string File => System.IO.Path.Combine(Folder, LogFile.FileName);

    /// <summary>The log as it was written.</summary>
    public byte[] Original { get; private set; } = [];

    /// <summary>Where each append's record begins, and where the last mark begins.</summary>
    public List<int> RecordStarts { get; } = [];

    public int LastMark => Original.Length - LogFormat.RecordHeaderLength;

    public static async Task<LogOnDisk> WriteAsync(params JournalEntry[][] appends)
    {
        var disk = new LogOnDisk();
        if (appends.Length == 0)
        {
            appends = [[Entries.Text("first")], [Entries.Text("second, a little longer")], [Entries.Text("third"), Entries.Text("fourth"), Entries.Text("fifth")]];
        }

        await using (var journal = FileJournal.Open(disk.Folder))
        {
            var version = 0L;
            foreach (var append in appends)
            {
                disk.RecordStarts.Add((int)new FileInfo(disk.File).Length);
                version = ((AppendOutcome.Appended)await journal.AppendAsync(Stream, version, append, CancellationToken.None)).NewVersion;
            }
        }

        disk.Original = await System.IO.File.ReadAllBytesAsync(disk.File);
        return disk;
    }

    /// <summary>Puts another log in place.</summary>
    public void Replace(ReadOnlySpan<byte> bytes) => System.IO.File.WriteAllBytes(File, bytes);

    /// <summary>The log with one bit turned over.</summary>
    public byte[] Flipped(int at)
    {
        var bytes = Original.ToArray();
        bytes[at] ^= (byte)(1 << (at % 8));
        return bytes;
    }

    /// <summary>Opens and reads all; then, unless told not to, appends one more and checks that it is there after opening once more.</summary>
    public async Task<string[]> HealAsync(bool append = true)
    {
        string[] healed;
        await using (var journal = FileJournal.Open(Folder))
        {
            healed = await journal.TextsAsync(Stream);
            if (!append)
            {
                return healed;
            }

            Assert.Equal(new AppendOutcome.Appended(healed.Length + 1), await journal.AppendAsync(Stream, healed.Length, "after"));
        }

        await using var again = FileJournal.Open(Folder);
        string[] expected = [.. healed, "after"];
        Assert.Equal(expected, await again.TextsAsync(Stream));
        return healed;
    }

    public void Dispose() => _folder.Dispose();
}
