using System.Buffers;
using System.Collections.Concurrent;

namespace PrivacyGrains.Storage.Files;

/// <summary>Writes the log from one thread: appends that arrive while the disk is busy go together in the next write and share its flush.</summary>
/// <remarks>
/// Its own thread, because a flush blocks for milliseconds and the thread pool belongs to others. After a failed write or flush nothing is known about what the
/// disk holds, so the writer refuses everything until the journal is opened anew (Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020).
/// </remarks>
internal sealed class LogWriter : IAsyncDisposable
{
    private const long BatchLength = 16L * 1024 * 1024;
    private const int BufferKept = 4 * 1024 * 1024;

    private readonly BlockingCollection<Request> _queue = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LogFile _log;
    private readonly LogIndex _index;
    private readonly TimeProvider _clock;
    private ArrayBufferWriter<byte> _buffer = new();
    private volatile Exception? _failure;

    public LogWriter(LogFile log, LogIndex index, TimeProvider clock)
    {
        _log = log;
        _index = index;
        _clock = clock;
        new Thread(Run) { IsBackground = true, Name = "journal writer" }.Start();
    }

    /// <summary>Whether a write has failed, after which only reading works.</summary>
    public bool HasFailed => _failure is not null;

    public Task<AppendOutcome> AppendAsync(string stream, long expectedVersion, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
    {
        var request = new Request(stream, expectedVersion, entries, cancellationToken);
        try
        {
            _queue.Add(request, CancellationToken.None);
        }
        catch (InvalidOperationException exception)
        {
            throw new ObjectDisposedException($"The {nameof(FileJournal)} is closed.", exception);
        }

        return request.Outcome.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _queue.CompleteAdding();
        await _ended.Task;
        _queue.Dispose();
    }

    private void Run()
    {
        var batch = new List<Request>();
        foreach (var first in _queue.GetConsumingEnumerable())
        {
            batch.Add(first);
            for (var length = first.Length; length < BatchLength && _queue.TryTake(out var next); length += next.Length)
            {
                batch.Add(next);
            }

            Process(batch);
            batch.Clear();
        }

        _ended.SetResult();
    }

    private void Process(List<Request> batch)
    {
        try
        {
            if (_failure is not null)
            {
                throw _failure;
            }

            var heads = new Dictionary<string, long>(StringComparer.Ordinal);
            var outcomes = new (AppendOutcome? Outcome, RecordLocation? Location)[batch.Count];
            for (var i = 0; i < batch.Count; i++)
            {
                outcomes[i] = Decide(batch[i], heads);
            }

            if (_buffer.WrittenCount > 0)
            {
                _log.AppendDurably(_buffer.WrittenSpan);
            }

            for (var i = 0; i < batch.Count; i++)
            {
                Complete(batch[i], outcomes[i].Outcome, outcomes[i].Location);
            }
        }
        catch (Exception exception)
        {
            _failure ??= new IOException($"The journal could not be written, so it takes no more appends until it is opened anew: {exception.Message}", exception);
            foreach (var request in batch)
            {
                request.Outcome.TrySetException(_failure);
            }
        }
        finally
        {
            ReleaseBuffer();
        }
    }

    /// <summary>Decides one append against the end its stream will have once the batch is durable; null: it was cancelled in time.</summary>
    private (AppendOutcome? Outcome, RecordLocation? Location) Decide(Request request, Dictionary<string, long> heads)
    {
        if (request.Cancellation.IsCancellationRequested)
        {
            return (null, null);
        }

        var head = heads.TryGetValue(request.Stream, out var pending) ? pending : _index.Head(request.Stream);
        if (head != request.ExpectedVersion)
        {
            return (new AppendOutcome.Conflict(head), null);
        }

        var location = Encode(request);
        heads[request.Stream] = location.LastVersion;
        return (new AppendOutcome.Appended(location.LastVersion), location);
    }

    private RecordLocation Encode(Request request)
    {
        var body = new RecordBody(request.Stream, JournalRules.ToMicroseconds(_clock.GetUtcNow()), request.ExpectedVersion + 1, request.Entries);
        var length = body.Measure();
        var offset = _log.End + _buffer.WrittenCount;
        var record = _buffer.GetSpan(LogFormat.RecordHeaderLength + length)[..(LogFormat.RecordHeaderLength + length)];
        body.Write(record[LogFormat.RecordHeaderLength..]);
        var checksum = Crc32C.Append(0, record[LogFormat.RecordHeaderLength..]);
        LogFormat.WriteAppendHeader(record, _log.Seed, offset, length, checksum);
        _buffer.Advance(record.Length);
        return new RecordLocation(body.FirstVersion, request.Entries.Count, offset, length);
    }

    private void Complete(Request request, AppendOutcome? outcome, RecordLocation? location)
    {
        if (location is { } place)
        {
            _index.Add(request.Stream, place);
        }

        if (outcome is null)
        {
            request.Outcome.SetCanceled(request.Cancellation);
        }
        else
        {
            request.Outcome.SetResult(outcome);
        }
    }

    private void ReleaseBuffer()
    {
        _buffer.ResetWrittenCount();
        if (_buffer.Capacity > BufferKept)
        {
            _buffer = new ArrayBufferWriter<byte>();
        }
    }

    private sealed record Request(string Stream, long ExpectedVersion, IReadOnlyList<JournalEntry> Entries, CancellationToken Cancellation)
    {
        public TaskCompletionSource<AppendOutcome> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long Length { get; } = Entries.Sum(entry => (long)entry.Payload.Length);
    }
}
