using System.Collections.Immutable;
using PrivacyGrains.Grains.Hosting;

namespace PrivacyGrains.Grains.Journaling;

/// <summary>Keeps the audit log up with the few milestones of a grain whose journal holds much else.</summary>
/// <remarks>
/// A round's journal has an entry for each message; the log gets its start and its end. The milestones are read from the durable state, numbered from 1
/// in their order, so each reaches the log once, as with <see cref="AuditTrail"/>.
/// </remarks>
internal sealed class Milestones(IGrainFactory grains, GrainSettings settings, TimeProvider clock, GrainMetrics metrics, ILogger<Milestones> logger)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    /// <summary>A trail of a grain's milestones. Flush it after the activation, after a change, and by a timer until it has all.</summary>
    /// <param name="source">The journal's owner and stream.</param>
    /// <param name="read">All milestones that are durable, in order, numbered from 1; public, no secret.</param>
    public AuditTrail Open(string source, Func<ImmutableArray<AuditEvent>> read) => new(
        source,
        grains.GetGrain<IAuditLogGrain>(settings.Consortium),
        after => read().Where(e => e.Sequence > after).ToAsyncEnumerable(),
        () => read().Length,
        new OneAtATime(clock, Deadline, Rest),
        metrics,
        logger);
}
