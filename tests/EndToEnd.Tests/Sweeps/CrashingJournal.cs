using System.Runtime.CompilerServices;
using PrivacyGrains.Cli.Sweeps;
using PrivacyGrains.Storage;

namespace PrivacyGrains.EndToEnd.Tests.Sweeps;

/// <summary>Counts the durable steps of a journal and a ledger together, and fails at one of them: before it is durable, or after.</summary>
internal sealed class CrashPoint(int at, bool after)
{
    private int _appends;

    public int Appends => _appends;

    public bool IsHere(bool written) => written == after && (after ? _appends : _appends++) == at;

    public void Written() => _appends += after ? 1 : 0;
}

/// <summary>The process died here.</summary>
internal sealed class CrashedException : Exception;

/// <summary>A journal in memory that outlives the crashes.</summary>
internal sealed class CrashingJournal : IJournal
{
    private readonly List<RecordedEntry> _entries = [];

    public CrashPoint? Crash { get; set; }

    public IReadOnlyList<RecordedEntry> Entries => _entries;

    public async IAsyncEnumerable<RecordedEntry> ReadAsync(string stream, long afterVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var entry in _entries.Where(e => e.Version > afterVersion).ToList())
        {
            yield return entry;
        }
    }

    public Task<AppendOutcome> AppendAsync(string stream, long expectedVersion, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
    {
        if (expectedVersion != _entries.Count)
        {
            return Task.FromResult<AppendOutcome>(new AppendOutcome.Conflict(_entries.Count));
        }

        Die(written: false);
        foreach (var entry in entries)
        {
            _entries.Add(new RecordedEntry(_entries.Count + 1, entry.Type, entry.Payload.ToArray(), DateTimeOffset.UnixEpoch));
        }

        Die(written: true);
        Crash?.Written();
        return Task.FromResult<AppendOutcome>(new AppendOutcome.Appended(_entries.Count));
    }

    public Task<JournalSnapshot?> ReadSnapshotAsync(string stream, CancellationToken cancellationToken) => Task.FromResult<JournalSnapshot?>(null);

    public Task WriteSnapshotAsync(string stream, JournalSnapshot snapshot, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<string> ListStreamsAsync(string prefix, CancellationToken cancellationToken) => throw new NotSupportedException();

    private void Die(bool written)
    {
        if (Crash?.IsHere(written) == true)
        {
            throw new CrashedException();
        }
    }
}

/// <summary>A ledger that dies with its journal.</summary>
internal sealed class CrashingLedger(ISweepLedger ledger, CrashPoint? crash) : ISweepLedger
{
    public Task ReserveAsync(SweepCharge charge, CancellationToken cancel) => StepAsync(() => ledger.ReserveAsync(charge, cancel));

    public Task CommitAsync(string id, CancellationToken cancel) => StepAsync(() => ledger.CommitAsync(id, cancel));

    public Task RefundAsync(string id, string reason, CancellationToken cancel) => StepAsync(() => ledger.RefundAsync(id, reason, cancel));

    public Task<SweepLedgerDocument> StandAsync(IReadOnlyList<SweepCharge> charges, CancellationToken cancel) => ledger.StandAsync(charges, cancel);

    public void Dispose() => ledger.Dispose();

    private async Task StepAsync(Func<Task> step)
    {
        Die(written: false);
        await step();
        Die(written: true);
        crash?.Written();
    }

    private void Die(bool written)
    {
        if (crash?.IsHere(written) == true)
        {
            throw new CrashedException();
        }
    }
}
