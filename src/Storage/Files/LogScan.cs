using Microsoft.Win32.SafeHandles;

namespace PrivacyGrains.Storage.Files;

/// <summary>Reads a whole log when it is opened: fills the index, finds where it ends, and tells a torn tail from damage.</summary>
/// <remarks>
/// <para>
/// A record that is incomplete or whose checksum fails, with no mark anywhere behind it, was never acknowledged: a crash fell between its writing and its mark. It is
/// cut off, with whatever follows it. With a mark behind it, it was durable once: that is damage, and the log is refused.
/// </para>
/// <para>
/// What this cannot tell: a log whose end (records and mark) was cut off in whole, as by restoring an old copy. That is what the witnessed ledger head is for.
/// </para>
/// </remarks>
internal sealed class LogScan(SafeFileHandle file, string path)
{
    private const int WindowLength = 1 << 20;
    private const string Remedy =
        "Stop, and restore the journal's folder from a backup, or the file from the disk's mirror; nothing was changed. "
        + "Do not delete the file: what it says was charged would be forgotten.";

    private readonly long _length = RandomAccess.GetLength(file);
    private byte[] _window = [];
    private long _windowOffset;
    private int _windowCount;

    /// <summary>What the scan found.</summary>
    /// <param name="Seed">The seed of this file's checksums.</param>
    /// <param name="End">Where the last whole record ends.</param>
    /// <param name="IsTorn">Whether bytes after it must be cut off.</param>
    /// <param name="IsMarked">Whether the last record is a mark.</param>
    internal readonly record struct Result(uint Seed, long End, bool IsTorn, bool IsMarked);

    public Result Run(LogIndex index)
    {
        var (seed, trouble) = LogFormat.ReadFileHeader(Peek(0, LogFormat.FileHeaderLength).Span);
        if (trouble is not null)
        {
            throw new JournalDamagedException(path, 0, trouble, Remedy);
        }

        long offset = LogFormat.FileHeaderLength;
        var isMarked = false;
        while (offset < _length)
        {
            if (LogFormat.ReadRecordHeader(Peek(offset, LogFormat.RecordHeaderLength).Span, seed, offset) is not { } header)
            {
                return TornAt(offset, seed, isMarked, "a record's header is not what was written.");
            }

            var body = Peek(offset + LogFormat.RecordHeaderLength, header.BodyLength);
            if (body.Length < header.BodyLength || Crc32C.Append(0, body.Span) != header.BodyChecksum)
            {
                return TornAt(offset, seed, isMarked, "a record's body is not what was written.");
            }

            if (!header.IsMark)
            {
                Enter(index, offset, body);
            }

            isMarked = header.IsMark;
            offset += LogFormat.RecordHeaderLength + header.BodyLength;
        }

        return new Result(seed, offset, IsTorn: false, isMarked);
    }

    private void Enter(LogIndex index, long offset, ReadOnlyMemory<byte> body)
    {
        try
        {
            var (stream, firstVersion, count) = RecordBody.ReadHead(body);
            var head = index.Head(stream);
            if (firstVersion != head + 1)
            {
                throw new FormatException($"version {firstVersion} of stream '{stream}' stands where {head + 1} should.");
            }

            index.Add(stream, new RecordLocation(firstVersion, count, offset, body.Length));
        }
        catch (FormatException exception)
        {
            throw new JournalDamagedException(path, offset, exception.Message, Remedy);
        }
    }

    private Result TornAt(long offset, uint seed, bool isMarked, string finding) =>
        WasDurable(offset, seed)
            ? throw new JournalDamagedException(path, offset, finding, Remedy)
            : new Result(seed, offset, IsTorn: true, isMarked);

    /// <summary>Whether a mark behind a place tells that what stood there was durable.</summary>
    private bool WasDurable(long offset, uint seed)
    {
        for (var from = offset; from < _length;)
        {
            var bytes = Peek(from, (int)Math.Min(WindowLength, _length - from)).Span;
            for (var at = bytes.IndexOf(LogFormat.MarkBytes); at >= 0;)
            {
                var place = from + at;
                if (LogFormat.ReadMarkOffset(Peek(place, LogFormat.RecordHeaderLength).Span, seed) > offset)
                {
                    return true;
                }

                bytes = Peek(from, bytes.Length).Span; // the window may have moved
                var next = bytes[(at + 1)..].IndexOf(LogFormat.MarkBytes);
                at = next < 0 ? -1 : at + 1 + next;
            }

            from += Math.Max(1, bytes.Length - (LogFormat.MarkBytes.Length - 1)); // a mark may lie across two windows
        }

        return false;
    }

    /// <summary>Bytes of the file, fewer at its end; valid until the next call.</summary>
    private ReadOnlyMemory<byte> Peek(long offset, int count)
    {
        count = (int)Math.Min(count, Math.Max(0, _length - offset));
        if (offset < _windowOffset || offset + count > _windowOffset + _windowCount)
        {
            var wanted = (int)Math.Min(Math.Max(count, WindowLength), Math.Max(0, _length - offset));
            if (_window.Length < wanted || _window.Length > 4L * Math.Max(wanted, WindowLength))
            {
                _window = new byte[Math.Max(wanted, WindowLength)];
            }

            _windowOffset = offset;
            _windowCount = LogFile.ReadFully(file, _window.AsSpan(0, wanted), offset);
            count = Math.Min(count, _windowCount);
        }

        return _window.AsMemory((int)(offset - _windowOffset), count);
    }
}
