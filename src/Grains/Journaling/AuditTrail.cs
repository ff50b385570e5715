namespace PrivacyGrains.Grains.Journaling;

/// <summary>Sends a journal's entries to the audit log: each once, in order, also over crashes of either side.</summary>
/// <remarks>
/// The journal itself is the outbox: an event's sequence is its entry's version, and the log knows the last one that it has of each source. So nothing is
/// sent before it is durable here, and what a crash or an absent coordinator kept back is read from the journal and sent later: after the next append, by
/// a timer, or at the next activation. The log ignores what it has. A log that is away never refuses the grain's own work.
/// </remarks>
internal sealed partial class AuditTrail(
    string source,
    IAuditLogGrain log,
    Func<long, IAsyncEnumerable<AuditEvent>> read,
    Func<long> version,
    OneAtATime calls,
    GrainMetrics metrics,
    ILogger logger)
{
    private const int BatchSize = 200;
    private long? _sent;

    /// <summary>Whether the log has events of this source that the journal does not have: the journal was rolled back, or another activation is ahead.</summary>
    public bool LogIsAhead { get; private set; }

    /// <summary>Whether the log is known to have all that is durable here.</summary>
    public bool HasAll => _sent >= version();

    /// <summary>Sends what the log has not got, as far as it answers in time. Does not throw.</summary>
    /// <param name="fresh">Events that were just made durable, to spare reading them again; the last ones of the journal.</param>
    public async Task FlushAsync(params IReadOnlyList<AuditEvent> fresh)
    {
        if (await calls.TryAsync(() => SendAsync(fresh)) is { } failure)
        {
            _sent = null; // Unknown now: asked for before the next send.
            metrics.AuditFailed();
            LogHeldBack(source, failure);
        }
    }

    private async Task SendAsync(IReadOnlyList<AuditEvent> fresh)
    {
        var sent = _sent ?? await log.LastSequenceAsync(source);
        LogIsAhead = sent > version();
        while (sent < version())
        {
            var batch = fresh.Count > 0 && fresh[0].Sequence == sent + 1 ? fresh : await ReadAsync(sent);
            var now = await log.AppendAsync(source, [.. batch]);
            sent = now > sent ? now : throw new InvalidOperationException($"The audit log stays at {now} of {source}.");
        }

        _sent = sent;
    }

    private async Task<List<AuditEvent>> ReadAsync(long after)
    {
        List<AuditEvent> batch = [];
        await foreach (var audited in read(after))
        {
            batch.Add(audited);
            if (batch.Count == BatchSize)
            {
                break;
            }
        }

        return batch;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Audit events of {Source} are held back and will be sent later: {Failure}")]
    private partial void LogHeldBack(string source, string failure);
}
