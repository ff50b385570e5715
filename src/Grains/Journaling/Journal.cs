using System.Data.Common;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Grains.Journaling;

/// <summary>A grain's durable state: a stream of entries, what they amount to, and fenced appends.</summary>
/// <typeparam name="TState">What the grain decides on.</typeparam>
/// <typeparam name="TEntry">The base type of its entries.</typeparam>
/// <remarks>
/// <para>A grain holds one (or more) and is written so; <see cref="GrainJournals"/> opens it:</para>
/// <code>
/// internal sealed class CounterGrain(GrainJournals journals) : Grain, ICounterGrain
/// {
///     private static readonly JournalShape&lt;Counter, CounterEntry&gt; Shape = new(() => Counter.Zero, static (s, e) => s.Apply(e), CounterEntries.Codec);
///     private Journal&lt;Counter, CounterEntry> _journal = null!;
///
///     public override async Task OnActivateAsync(CancellationToken cancellationToken) =>
///         _journal = await journals.OpenAsync(this, IStores.ConsortiumOwner, $"counter/{this.GetPrimaryKeyString()}", Shape, CounterAudit.Describe, cancellationToken);
///
///     public async Task&lt;Reply&lt;CounterView>> AddAsync(string requestId, int amount) =>
///         await _journal.DecideAsync(counter => counter.Add(requestId, amount)) is { } refusal ? refusal : _journal.State.View();
///
///     public async Task&lt;CounterView> GetAsync() => (await _journal.ReadAsync()).View();
/// }
/// </code>
/// <para>
/// The rule (<c>counter.Add</c>) is pure and idempotent by request id: it answers a <see cref="Decision{TEntry}"/>. It may run more than once: where another
/// activation wrote meanwhile, the append conflicts, the missed entries are read, and the rule decides again on what is true now. The state changes only
/// when the entries are durable. An append that throws leaves its outcome unknown; the next use reads the stream before it decides.
/// </para>
/// <para>Belongs to one activation: not thread-safe, but a call that interleaves may read <see cref="State"/> at any time.</para>
/// </remarks>
internal sealed class Journal<TState, TEntry>
    where TState : class
    where TEntry : class
{
    private const int Attempts = 64;
    private readonly IJournal _store;
    private readonly JournalShape<TState, TEntry> _shape;
    private long _snapshotAt;
    private bool _unsure = true;

    private Journal(IJournal store, string stream, JournalShape<TState, TEntry> shape)
    {
        (_store, Stream, _shape) = (store, stream, shape);
        State = shape.Initial();
    }

    /// <summary>The stream's name within its owner's store.</summary>
    public string Stream { get; }

    /// <summary>What the durable entries amount to, as far as this activation has read.</summary>
    public TState State { get; private set; }

    /// <summary>The version of the last entry in <see cref="State"/>; 0 for an empty stream.</summary>
    public long Version { get; private set; }

    /// <summary>Called with the first version after durable entries came into <see cref="State"/>, by this activation or another, before anything is answered. Must not throw.</summary>
    public Func<long, IReadOnlyList<TEntry>, Task>? Advanced { get; set; }

    /// <summary>Reads a stream: its snapshot, then the entries after it.</summary>
    /// <exception cref="InvalidDataException">An entry's type is unknown here, or its payload cannot be read.</exception>
    /// <exception cref="JournalDamagedException">What is read is not what was written.</exception>
    public static async Task<Journal<TState, TEntry>> OpenAsync(
        IJournal store, string stream, JournalShape<TState, TEntry> shape, CancellationToken cancellationToken)
    {
        var journal = new Journal<TState, TEntry>(store, stream, shape);
        if (shape.Snapshots is { } snapshots && await store.ReadSnapshotAsync(stream, cancellationToken) is { } snapshot && snapshot.Type == snapshots.Type)
        {
            journal.State = snapshots.Read(snapshot.Payload);
            journal.Version = journal._snapshotAt = snapshot.Version;
        }

        await journal.CatchUpAsync(cancellationToken);
        return journal;
    }

    /// <summary>The state for an answer: reads the stream first where an append's outcome is unknown.</summary>
    public async ValueTask<TState> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_unsure)
        {
            await CatchUpAsync(cancellationToken);
        }

        return State;
    }

    /// <summary>Decides, makes the decision's entries durable, and answers only then. On a conflict it reads what was missed and decides again.</summary>
    /// <param name="decide">The pure rule. May be called several times.</param>
    /// <returns>The refusal, or null where the decision stands (also where there was nothing to do); the answer is then read from <see cref="State"/>.</returns>
    /// <exception cref="InvalidOperationException">Other activations kept writing first.</exception>
    public async Task<Refusal?> DecideAsync(Func<TState, Decision<TEntry>> decide)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var decision = decide(await ReadAsync());
            if (decision.Refusal is not null || decision.Entries.IsEmpty || await TryAppendAsync(decision.Entries))
            {
                return decision.Refusal;
            }
        }

        throw new InvalidOperationException($"Stream '{Stream}': {Attempts} appends in a row met entries of another activation. Is a second silo running for this party?");
    }

    /// <summary>Appends entries behind the version that this activation knows.</summary>
    /// <param name="entries">At least one.</param>
    /// <returns>True: durable, and in <see cref="State"/>. False: nothing was written, and what was missed is in <see cref="State"/> now: decide again.</returns>
    public async Task<bool> TryAppendAsync(IReadOnlyList<TEntry> entries)
    {
        _unsure = true;
        var first = Version + 1; // by the time the answer is here, another call of this activation may have read these very entries
        var outcome = await _store.AppendAsync(Stream, Version, [.. entries.Select(_shape.Codec.Encode)], CancellationToken.None);
        if (outcome is AppendOutcome.Conflict)
        {
            await CatchUpAsync(CancellationToken.None);
            return false;
        }

        foreach (var (entry, i) in entries.Select(static (entry, i) => (entry, i)))
        {
            Take(first + i, entry);
        }

        _unsure = false;
        await KeepSnapshotAsync();
        await TellAsync(first, entries);
        return true;
    }

    /// <summary>The durable entries after a version, in order, as the stream holds them.</summary>
    public async IAsyncEnumerable<(long Version, TEntry Entry)> EntriesAsync(
        long afterVersion, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var recorded in _store.ReadAsync(Stream, afterVersion, cancellationToken))
        {
            yield return (recorded.Version, _shape.Codec.Decode(Stream, recorded));
        }
    }

    /// <summary>Reads what others have appended since.</summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        _unsure = true;
        List<TEntry> missed = [];
        var first = Version + 1;
        await foreach (var (version, entry) in EntriesAsync(Version, cancellationToken))
        {
            Take(version, entry);
            missed.Add(entry);
        }

        _unsure = false;
        if (missed.Count > 0)
        {
            await TellAsync(first, missed); // Among them may be our own, whose answer was lost.
        }
    }

    private Task TellAsync(long first, IReadOnlyList<TEntry> entries) => Advanced?.Invoke(first, entries) ?? Task.CompletedTask;

    private void Take(long version, TEntry entry)
    {
        if (version <= Version)
        {
            return; // Two readings that interleave meet the same entries; each counts once.
        }

        State = _shape.Apply(State, entry);
        Version = version;
    }

    private async Task KeepSnapshotAsync()
    {
        if (_shape.Snapshots is not { } snapshots || Version - _snapshotAt < snapshots.Every)
        {
            return;
        }

        try
        {
            await _store.WriteSnapshotAsync(Stream, new JournalSnapshot(Version, snapshots.Type, snapshots.Write(State)), CancellationToken.None);
            _snapshotAt = Version;
        }
        catch (Exception e) when (e is IOException or DbException)
        {
            // The entries are durable, a snapshot is only a shortcut: tried again after the next append.
        }
    }
}
