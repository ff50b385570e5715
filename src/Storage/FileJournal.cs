using System.Runtime.CompilerServices;
using PrivacyGrains.Storage.Files;

namespace PrivacyGrains.Storage;

/// <summary>A journal in a folder: one append-only log for all streams, and a file per snapshot. For one process at a time.</summary>
/// <remarks>
/// <para>
/// One log, so that hundreds of small streams cost no files and concurrent appends share one flush. Each append is one record of length, checksum (CRC-32C) and
/// payload, flushed to the disk before it is acknowledged. Opening reads the log once, checks all of it and keeps an index of about 32 bytes per append in memory.
/// </para>
/// <para>A torn tail, which no one was told of, is cut off when the journal is opened. Any other difference from what was written is refused by name.</para>
/// <para>It detects accidents, not forgery: whoever can write the folder can write another history. The ledger's witnesses are for that.</para>
/// </remarks>
public sealed class FileJournal : IJournal, IAsyncDisposable
{
    private readonly IDisposable _lock;
    private readonly LogIndex _index;
    private readonly LogFile _log;
    private readonly LogWriter _writer;
    private readonly SnapshotFiles _snapshots;
    private readonly SemaphoreSlim _snapshotGate = new(1);
    private int _disposed;

    private FileJournal(IDisposable folderLock, LogIndex index, LogFile log, SnapshotFiles snapshots, TimeProvider clock)
    {
        _lock = folderLock;
        _index = index;
        _log = log;
        _snapshots = snapshots;
        _writer = new LogWriter(log, index, clock);
    }

    /// <summary>Whether a write has failed. Reading still works; appends are refused until the journal is disposed and opened anew.</summary>
    public bool HasFailed => _writer.HasFailed;

    /// <summary>Opens the journal in a folder, or begins one there. Reads the whole log; call it where blocking is allowed.</summary>
    /// <param name="folder">The folder, which is created where it is missing, for this user only.</param>
    /// <param name="clock">Gives each entry its time; the system's clock where it is null.</param>
    /// <returns>The journal. Dispose it to let another process open the folder.</returns>
    /// <exception cref="JournalLockedException">The folder is open already.</exception>
    /// <exception cref="JournalDamagedException">The journal is not what was written.</exception>
    public static FileJournal Open(string folder, TimeProvider? clock = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        folder = Path.GetFullPath(folder);
        DurableFolder.Create(folder);
        var folderLock = FolderLock.Take(folder);
        try
        {
            RefuseHeadless(folder);
            DurableFolder.RemoveUnfinished(folder);
            var index = new LogIndex();
            var log = LogFile.Open(folder, index);
            return new FileJournal(folderLock, index, log, new SnapshotFiles(folder, log.Seed), clock ?? TimeProvider.System);
        }
        catch
        {
            folderLock.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<RecordedEntry> ReadAsync(string stream, long afterVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        JournalRules.CheckStream(stream);
        JournalRules.CheckVersion(afterVersion);
        foreach (var location in _index.After(stream, afterVersion))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var record = await _log.ReadAsync(location, cancellationToken);
            for (var i = 0; i < record.Entries.Count; i++)
            {
                var version = record.FirstVersion + i;
                if (version > afterVersion)
                {
                    yield return new RecordedEntry(version, record.Entries[i].Type, record.Entries[i].Payload, record.RecordedAt);
                }
            }
        }
    }

    /// <inheritdoc/>
    public Task<AppendOutcome> AppendAsync(string stream, long expectedVersion, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
    {
        JournalRules.CheckStream(stream);
        JournalRules.CheckVersion(expectedVersion);
        JournalRules.CheckEntries(entries);
        return cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<AppendOutcome>(cancellationToken)
            : _writer.AppendAsync(stream, expectedVersion, entries, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<JournalSnapshot?> ReadSnapshotAsync(string stream, CancellationToken cancellationToken)
    {
        JournalRules.CheckStream(stream);
        var snapshot = await _snapshots.ReadAsync(stream, cancellationToken);
        if (snapshot is { } found)
        {
            _snapshots.CheckAgainst(_index.Head(stream), stream, found);
        }

        return snapshot;
    }

    /// <inheritdoc/>
    public async Task WriteSnapshotAsync(string stream, JournalSnapshot snapshot, CancellationToken cancellationToken)
    {
        JournalRules.CheckStream(stream);
        JournalRules.CheckTypeAndPayload(snapshot.Type, snapshot.Payload);
        if (snapshot.Version < 1 || snapshot.Version > _index.Head(stream))
        {
            throw new ArgumentException($"A snapshot of '{stream}' covers a version from 1 to {_index.Head(stream)}, not {snapshot.Version}.", nameof(snapshot));
        }

        await _snapshotGate.WaitAsync(cancellationToken);
        try
        {
            if (await ReadSnapshotAsync(stream, cancellationToken) is not { } older || older.Version <= snapshot.Version)
            {
                await Task.Run(() => _snapshots.Write(stream, snapshot), cancellationToken);
            }
        }
        finally
        {
            _snapshotGate.Release();
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListStreamsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        await Task.CompletedTask;
        foreach (var name in _index.Names(prefix))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return name;
        }
    }

    /// <summary>Finishes the appends that are under way and releases the folder.</summary>
    /// <returns>A task that ends when the folder is free.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _writer.DisposeAsync();
        _log.Dispose();
        _lock.Dispose();
        _snapshotGate.Dispose();
    }

    /// <summary>A folder with snapshots has had a log: beginning a new one would forget it.</summary>
    private static void RefuseHeadless(string folder)
    {
        var snapshots = SnapshotFiles.FolderOf(folder);
        if (Directory.Exists(snapshots))
        {
            DurableFolder.RemoveUnfinished(snapshots);
            if (!File.Exists(Path.Combine(folder, LogFile.FileName)) && Directory.EnumerateFiles(snapshots).Any())
            {
                throw new JournalDamagedException(
                    Path.Combine(folder, LogFile.FileName), -1, "the log is missing, though there are snapshots of it.", "Restore the journal's folder from a backup as a whole.");
            }
        }
    }
}
