using System.Runtime.CompilerServices;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Grains.Journaling;

/// <summary>An owner's journal that is asked for anew with every use, so that one which failed and was opened again is found; appends are timed.</summary>
internal sealed class OwnedJournal(IStores stores, string owner, string kind, TimeProvider clock, GrainMetrics metrics) : IJournal
{
    /// <inheritdoc/>
    public async IAsyncEnumerable<RecordedEntry> ReadAsync(string stream, long afterVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var journal = await stores.OpenAsync(owner, cancellationToken);
        await foreach (var entry in journal.ReadAsync(stream, afterVersion, cancellationToken))
        {
            yield return entry;
        }
    }

    /// <inheritdoc/>
    public async Task<AppendOutcome> AppendAsync(string stream, long expectedVersion, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
    {
        var journal = await stores.OpenAsync(owner, cancellationToken);
        var start = clock.GetTimestamp();
        var outcome = await journal.AppendAsync(stream, expectedVersion, entries, cancellationToken);
        metrics.Appended(kind, outcome is AppendOutcome.Conflict, clock.GetElapsedTime(start));
        return outcome;
    }

    /// <inheritdoc/>
    public async Task<JournalSnapshot?> ReadSnapshotAsync(string stream, CancellationToken cancellationToken) =>
        await (await stores.OpenAsync(owner, cancellationToken)).ReadSnapshotAsync(stream, cancellationToken);

    /// <inheritdoc/>
    public async Task WriteSnapshotAsync(string stream, JournalSnapshot snapshot, CancellationToken cancellationToken) =>
        await (await stores.OpenAsync(owner, cancellationToken)).WriteSnapshotAsync(stream, snapshot, cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListStreamsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var journal = await stores.OpenAsync(owner, cancellationToken);
        await foreach (var stream in journal.ListStreamsAsync(prefix, cancellationToken))
        {
            yield return stream;
        }
    }
}
