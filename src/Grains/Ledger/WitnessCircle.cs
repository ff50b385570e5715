using PrivacyGrains.Grains.Consortium;
using PrivacyGrains.Grains.Hosting;
using PrivacyGrains.Grains.Journaling;

namespace PrivacyGrains.Grains.Ledger;

/// <summary>The other members, as witnesses of one party's ledgers: they keep its newest signed head, and say what they kept.</summary>
/// <remarks>
/// Sending is best effort: a witness that does not answer within two seconds is counted, left alone for half a minute, and gets the newest head with a later
/// charge. So a single absent member delays one charge, not each. Belongs to one activation: not thread-safe.
/// </remarks>
internal sealed partial class WitnessCircle(
    string party, IGrainFactory grains, GrainSettings settings, TimeProvider clock, GrainMetrics metrics, ILogger logger)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Refresh = TimeSpan.FromMinutes(1);
    private readonly Dictionary<string, Witness> _witnesses = new(StringComparer.Ordinal);
    private readonly OneAtATime _book = new(clock, Deadline, TimeSpan.Zero);
    private DateTimeOffset _refreshAt = DateTimeOffset.MinValue;

    /// <summary>Sends a head to every witness that does not have it. Ends when each has answered or missed its deadline; does not throw.</summary>
    public async Task SendAsync(LedgerHeadView head)
    {
        await RefreshAsync();
        await Task.WhenAll(_witnesses.Select(w => SendAsync(w.Key, w.Value, head)));
    }

    /// <summary>Asks every witness for the head that it kept.</summary>
    /// <returns>The heads that there are; and whether to believe that these are all: the members are known, and at least one answered where there are any.</returns>
    public async Task<(IReadOnlyList<(string Witness, LedgerHeadView Head)> Heads, bool Asked)> AskAsync(string budget)
    {
        if (!await RefreshAsync())
        {
            return ([], false);
        }

        var answers = await Task.WhenAll(_witnesses.Keys.Select(async witness =>
        {
            LedgerHeadView? head = null;
            var failure = await new OneAtATime(clock, Deadline, TimeSpan.Zero).TryAsync(
                async () => head = await grains.GetGrain<IPartyGrain>(witness).GetWitnessedAsync(party, budget));
            return (Witness: witness, Head: head, Answered: failure is null);
        }));
        return ([.. answers.Where(a => a.Head is not null).Select(a => (a.Witness, a.Head!))], answers.Length == 0 || answers.Any(a => a.Answered));
    }

    private async Task SendAsync(string name, Witness witness, LedgerHeadView head)
    {
        if (witness.Has.GetValueOrDefault(head.Budget) >= head.Version)
        {
            return;
        }

        Refusal? refusal = null;
        var failure = await witness.Calls.TryAsync(async () =>
        {
            refusal = (await grains.GetGrain<IPartyGrain>(name).WitnessAsync(head)).Refusal;
            if (refusal is null)
            {
                witness.Has[head.Budget] = head.Version;
            }
        });
        if ((failure ?? refusal?.Code) is { } reason)
        {
            metrics.WitnessFailed(name);
            LogNotWitnessed(head.Party, head.Budget, head.Version, name, reason);
        }
    }

    /// <summary>Learns who the members are, at most once a minute. Answers whether they are known.</summary>
    private async Task<bool> RefreshAsync()
    {
        if (clock.GetUtcNow() < _refreshAt)
        {
            return true;
        }

        Reply<ConsortiumView>? reply = null;
        if (await _book.TryAsync(async () => reply = await grains.GetGrain<IConsortiumGrain>(settings.Consortium).GetAsync()) is not null || reply is null)
        {
            return false;
        }

        // No consortium yet means no other members.
        var others = reply.Value?.Members.Where(m => m.Status == MemberStatus.Member && m.Party != party).Select(m => m.Party).ToHashSet(StringComparer.Ordinal) ?? [];
        foreach (var gone in _witnesses.Keys.Where(w => !others.Contains(w)).ToList())
        {
            _witnesses.Remove(gone);
        }

        foreach (var name in others)
        {
            _witnesses.TryAdd(name, new Witness(new OneAtATime(clock, Deadline, Rest), new(StringComparer.Ordinal)));
        }

        _refreshAt = clock.GetUtcNow() + Refresh;
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The head of {Party}/{Budget} at version {Version} was not witnessed by {Witness}: {Reason}")]
    private partial void LogNotWitnessed(string party, string budget, long version, string witness, string reason);

    private sealed record Witness(OneAtATime Calls, Dictionary<string, long> Has);
}
