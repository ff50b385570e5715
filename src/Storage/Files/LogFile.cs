using Microsoft.Win32.SafeHandles;

namespace PrivacyGrains.Storage.Files;

/// <summary>The opened log: its file, the seed of its checksums, and where the next record goes.</summary>
internal sealed class LogFile : IDisposable
{
    public const string FileName = "journal.log";

    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly uint _seed;

    private LogFile(SafeFileHandle file, string path, uint seed, long end)
    {
        _file = file;
        _path = path;
        _seed = seed;
        End = end;
    }

    /// <summary>Where the next record goes. Only the log's writer changes it.</summary>
    public long End { get; private set; }

    /// <summary>The seed of this journal's checksums, different in each journal.</summary>
    public uint Seed => _seed;

    /// <summary>Opens or creates a folder's log, cuts a torn tail, and makes sure that all it keeps is durable.</summary>
    public static LogFile Open(string folder, LogIndex index)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            DurableFolder.WriteFile(folder, FileName, LogFormat.NewFileHeader());
        }

        var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            var scan = new LogScan(file, path).Run(index);
            var log = new LogFile(file, path, scan.Seed, scan.End);
            if (scan.IsTorn)
            {
                RandomAccess.SetLength(file, scan.End);
            }

            if (scan.IsTorn || !scan.IsMarked)
            {
                // What a crash left unmarked is kept where it is whole: it must be durable before anyone reads it.
                RandomAccess.FlushToDisk(file);
                log.WriteMark();
            }

            return log;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Appends bytes that hold whole records, and returns once they are durable.</summary>
    public void AppendDurably(ReadOnlySpan<byte> records)
    {
        RandomAccess.Write(_file, records, End);
        RandomAccess.FlushToDisk(_file);
        End += records.Length;
        WriteMark();
    }

    /// <summary>Reads one append's record and checks it once more.</summary>
    public async ValueTask<RecordBody> ReadAsync(RecordLocation location, CancellationToken cancellationToken)
    {
        var record = new byte[LogFormat.RecordHeaderLength + location.BodyLength];
        var count = 0;
        for (int read; count < record.Length; count += read)
        {
            read = await RandomAccess.ReadAsync(_file, record.AsMemory(count), location.Offset + count, cancellationToken);
            if (read == 0)
            {
                break;
            }
        }

        var body = record.AsMemory(LogFormat.RecordHeaderLength);
        return count == record.Length
            && LogFormat.ReadRecordHeader(record, _seed, location.Offset) is { IsMark: false } header
            && header.BodyLength == body.Length
            && header.BodyChecksum == Crc32C.Append(0, body.Span)
                ? RecordBody.Read(body)
                : throw new JournalDamagedException(
                    _path, location.Offset, "a record is no longer what was written.", "Stop, and restore the journal's folder from a backup, or the file from the disk's mirror.");
    }

    public static int ReadFully(SafeFileHandle file, Span<byte> target, long offset)
    {
        var count = 0;
        for (int read; count < target.Length; count += read)
        {
            read = RandomAccess.Read(file, target[count..], offset + count);
            if (read == 0)
            {
                break;
            }
        }

        return count;
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Says that everything before is durable. Not flushed itself: a lost mark costs nothing but a weaker diagnosis.</summary>
    private void WriteMark()
    {
        Span<byte> mark = stackalloc byte[LogFormat.RecordHeaderLength];
        LogFormat.WriteMark(mark, _seed, End);
        RandomAccess.Write(_file, mark, End);
        End += mark.Length;
    }
}
