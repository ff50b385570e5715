namespace PrivacyGrains.Grains.Scoring;

/// <summary>The way of a request to score.</summary>
internal sealed partial class EncryptedModelGrain
{
    /// <inheritdoc/>
    public async Task<Reply<ScoreAnswer>> ScoreAsync(ScoreRequest request, CancellationToken cancellationToken)
    {
        var credential = Caller.Name;
        var reply = await AnswerAsync(request, credential, cancellationToken);
        metrics.Scored(Name, request.Layout is "batched" or "packed" ? request.Layout : "other", reply.Refusal?.Code ?? "answered", reply.Value?.Rows ?? 0);
        return reply.Refusal is { } refusal ? Refuse(refusal) : reply;
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
