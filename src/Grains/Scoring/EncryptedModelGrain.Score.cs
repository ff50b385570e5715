namespace PrivacyGrains.Grains.Scoring;

/// <summary>The way of a request to score.</summary>
internal sealed partial class EncryptedModelGrain
{
    // Longer circuits are waited for by further calls: none lasts longer than its deadline.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Whose answer nobody asks for any more is stopped and forgotten.
    private static readonly TimeSpan Abandoned = TimeSpan.FromMinutes(1);

    private readonly Dictionary<(string Credential, string RequestId), Running> _running = [];

    /// <inheritdoc/>
    public async Task<Reply<ScoreAnswer>> ScoreAsync(ScoreRequest request, CancellationToken cancellationToken)
    {
        foreach (var (name, running) in _running.Where(r => clock.GetElapsedTime(r.Value.Asked) > Abandoned).ToArray())
        {
            Forget(name, running);
        }

        cancellationToken.ThrowIfCancellationRequested();
        var key = (Credential: Caller.Name, request.RequestId);
        if (!_running.TryGetValue(key, out var work))
        {
            var stop = new CancellationTokenSource();
            _running[key] = work = new Running(request, AnswerAsync(request, key.Credential, stop.Token), stop);
        }
        else if (!work.IsFor(request))
        {
            return Refuse(new Refusal("scoring.request-id-reused", $"Request {request.RequestId} is under way with other bytes. Take another id."));
        }

        work.Callers++;
        return await WaitAsync(key, work);
    }

    /// <inheritdoc/>
    public async Task<Reply<ScoreAnswer>> AnswerAsync(string requestId) => _running.TryGetValue((Caller.Name, requestId), out var work)
        ? await WaitAsync((Caller.Name, requestId), work)
        : Refuse(new Refusal("scoring.not-under-way", $"Request {requestId} is not under way: it was answered, stopped or lost with its silo. Send it again under the same id; it counts once.", RefusalKind.NotFound));

    /// <inheritdoc/>
    public Task StopAsync(string requestId)
    {
        // A caller that lost its connection may be back already, under the same id: the work is its too.
        if (_running.TryGetValue((Caller.Name, requestId), out var work) && --work.Callers <= 0)
        {
            Forget((Caller.Name, requestId), work);
        }

        return Task.CompletedTask;
    }

    private async Task<Reply<ScoreAnswer>> WaitAsync((string Credential, string RequestId) key, Running work)
    {
        work.Asked = clock.GetTimestamp();
        DelayDeactivation(Abandoned);
        try
        {
            var reply = await work.Answer.WaitAsync(Patience, clock);
            _running.Remove(key);
            var layout = work.Request.Layout is "batched" or "packed" ? work.Request.Layout : "other";
            metrics.Scored(Name, layout, reply.Refusal?.Code ?? "answered", reply.Value?.Rows ?? 0);
            return reply.Refusal is { } refusal ? Refuse(refusal) : reply;
        }
        catch (TimeoutException) when (!work.Answer.IsCompleted)
        {
            return new Refusal(IEncryptedModelGrain.UnderWay, $"Request {key.RequestId} is under way.", RefusalKind.Unavailable);
        }
        catch
        {
            Forget(key, work);
            throw;
        }
    }

    private void Forget((string Credential, string RequestId) key, Running work)
    {
        _running.Remove(key);
        work.Stop.Cancel();
    }

    private sealed class Running(ScoreRequest request, Task<Reply<ScoreAnswer>> answer, CancellationTokenSource stop)
    {
        public ScoreRequest Request { get; } = request;

        public Task<Reply<ScoreAnswer>> Answer { get; } = answer;

        public CancellationTokenSource Stop { get; } = stop;

        public long Asked { get; set; }

        public int Callers { get; set; }

        public bool IsFor(ScoreRequest other) =>
            (Request with { Ciphertexts = default }) == (other with { Ciphertexts = default }) && Request.Ciphertexts.Span.SequenceEqual(other.Ciphertexts.Span);
    }

    private async Task<Reply<ScoreAnswer>> AnswerAsync(ScoreRequest request, string credential, CancellationToken cancellationToken)
    {
        // 1. What cannot be answered, before any work.
        var book = await _journal.ReadAsync(cancellationToken);
        if (book.Find(request.Version) is not { } version)
        {
            return EncryptedModelBook.NoVersion(Name, request.Version);
        }

        if (version.IsRetired)
        {
            return new Refusal("scoring.version-retired", $"Version {version.Version} of {Name} is retired. Ask for another.");
        }

        if (!RegistrationRules.IsRequestId(request.RequestId))
        {
            return new Refusal("scoring.bad-request-id", "A request id has 1 to 64 letters, digits, hyphens, underscores and dots.", RefusalKind.Invalid);
        }

        var prepared = await PreparedAsync(version);
        if (prepared.Find(request.Layout) is not { } plan)
        {
            return new Refusal("scoring.unknown-layout", $"Version {version.Version} of {Name} has layouts {string.Join(", ", prepared.Plans.Select(p => PreparedModel.NameOf(p.Layout)))}.", RefusalKind.Invalid);
        }

        if (request.Ciphertexts.Length > scoring.RequestBytes)
        {
            return new Refusal("scoring.request-too-large", $"A request has at most {scoring.RequestBytes} bytes. Send seeded ciphertexts, or under {plan.LeastInputLevel} primes alone.", RefusalKind.Invalid);
        }

        var rows = PreparedModel.RowsCounted(plan);
        if (book.Credentials.GetValueOrDefault(credential)?.Find(request.RequestId) is null && book.Refuse(credential, rows) is { } usedUp)
        {
            return usedUp;
        }

        if (!Consortium.CredentialRules.IsId(request.KeySet))
        {
            return new Refusal("scoring.unknown-key-set", "A key set is named by 1 to 64 characters of a-z, 0-9 and hyphen.", RefusalKind.NotFound);
        }

        var keys = await grains.GetGrain<IEvaluationKeysGrain>($"{credential}/{Name}/{request.KeySet}").GetAsync();
        if (keys.Refusal is { } noKeys)
        {
            return noKeys;
        }

        if (keys.Value!.ParametersId != VersionViews.IdOf(prepared))
        {
            return new Refusal("scoring.other-parameters", $"Key set {request.KeySet} is for other parameters than version {version.Version}'s. Open one for this version.");
        }

        // 2. The work.
        var work = new EvaluationWork(Name, version.Version, version.Digest, version.Degree, [.. version.Primes], credential, keys.Value, request);
        var computed = await grains.GetGrain<IScoringGrain>("ckks").EvaluateAsync(work, cancellationToken);
        if (computed.Refusal is { } refused)
        {
            return refused;
        }

        // 3. The count, after which the answer may leave.
        cancellationToken.ThrowIfCancellationRequested();
        var draft = new RowsScored(request.RequestId, computed.Value!.RequestDigest, version.Version, request.Layout, rows, credential, clock.GetUtcNow());
        var counted = rows;
        if (await AppendAsync(b => Noted(b.Score(draft, scoring.AnswersPerRequest), ref counted)) is { } no)
        {
            return no;
        }

        return new ScoreAnswer(computed.Value.Ciphertexts, version.Version, counted, _journal.State.Quota(credential));
    }

    private static Journaling.Decision<EncryptedModelEntry> Noted(Journaling.Decision<EncryptedModelEntry> decision, ref long rows)
    {
        rows = decision.Entries is [RowsScored scored] ? scored.Rows : rows;
        return decision;
    }
}
