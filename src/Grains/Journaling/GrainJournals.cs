using PrivacyGrains.Grains.Hosting;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Grains.Journaling;

/// <summary>Opens a grain's journal in its owner's store, with or without an audit trail.</summary>
internal sealed class GrainJournals(
    IStores stores, IGrainFactory grains, GrainSettings settings, TimeProvider clock, GrainMetrics metrics, ILogger<GrainJournals> logger)
{
    private static readonly TimeSpan AuditDeadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AuditRest = TimeSpan.FromSeconds(10);

    /// <summary>Reads a journal whose entries the audit log does not get.</summary>
    /// <param name="owner">The party whose store it is, or <see cref="IStores.ConsortiumOwner"/>.</param>
    /// <param name="stream">Its name in that store; the first segment says the kind of grain.</param>
    /// <param name="shape">How entries become state.</param>
    /// <param name="cancellationToken">The activation's.</param>
    public Task<Journal<TState, TEntry>> OpenAsync<TState, TEntry>(
        string owner, string stream, JournalShape<TState, TEntry> shape, CancellationToken cancellationToken)
        where TState : class
        where TEntry : class =>
        Journal<TState, TEntry>.OpenAsync(StoreOf(owner, stream), stream, shape, cancellationToken);

    /// <summary>An owner's store without a shape, for bytes that are no events, such as a model's weights.</summary>
    /// <param name="owner">As above.</param>
    /// <param name="stream">What the store is opened for; the first segment says the kind of grain.</param>
    public IJournal StoreOf(string owner, string stream) => new OwnedJournal(stores, owner, stream.Split('/')[0], clock, metrics);

    /// <summary>Reads a journal and keeps the audit log up with it: what the log lacks is sent now, after each append, and every half minute.</summary>
    /// <param name="grain">The grain that the journal belongs to.</param>
    /// <param name="owner">The party whose store it is, or <see cref="IStores.ConsortiumOwner"/>.</param>
    /// <param name="stream">Its name in that store.</param>
    /// <param name="shape">How entries become state.</param>
    /// <param name="describe">The event of an entry, whose sequence is the entry's version; public, no secret.</param>
    /// <param name="cancellationToken">The activation's.</param>
    public async Task<(Journal<TState, TEntry> Journal, AuditTrail Trail)> OpenAuditedAsync<TState, TEntry>(
        IGrainBase grain, string owner, string stream, JournalShape<TState, TEntry> shape, Func<long, TEntry, AuditEvent> describe, CancellationToken cancellationToken)
        where TState : class
        where TEntry : class
    {
        var journal = await OpenAsync(owner, stream, shape, cancellationToken);
        var trail = new AuditTrail(
            $"{owner}/{stream}",
            grains.GetGrain<IAuditLogGrain>(settings.Consortium),
            after => journal.EntriesAsync(after).Select(e => describe(e.Version, e.Entry)),
            () => journal.Version,
            new OneAtATime(clock, AuditDeadline, AuditRest),
            metrics,
            logger);
        journal.Advanced = (first, entries) => trail.FlushAsync([.. entries.Select((entry, i) => describe(first + i, entry))]);
        await trail.FlushAsync();
        grain.RegisterGrainTimer(static (trail, _) => trail.FlushAsync(), trail, new GrainTimerCreationOptions(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30)));
        return (journal, trail);
    }
}
