using System.Security.Cryptography;
using PrivacyGrains.Ckks;
using PrivacyGrains.Ckks.Circuits;
using PrivacyGrains.Ckks.Formats;
using PrivacyGrains.Ckks.Keys;

namespace PrivacyGrains.Grains.Scoring;

/// <summary>Reads ciphertexts and keys, computes, re-randomises, floods and writes. Called by <see cref="EncryptedModelGrain"/> alone, on whose silo it runs: neither a model's numbers nor a client's keys go to another.</summary>
/// <remarks>Nothing is decrypted here and nothing decrypted ever comes here (Li, Micciancio, "On the Security of Homomorphic Encryption on Approximate Numbers", EUROCRYPT 2021).</remarks>
[StatelessWorker]
internal sealed class ScoringGrain(IGrainFactory grains, PreparedModels models, ReadyKeys ready, KeyFiles files, TimeProvider clock, GrainMetrics metrics) : Grain, IScoringGrain
{
    /// <inheritdoc/>
    public async Task<Reply<Evaluation>> EvaluateAsync(EvaluationWork work, CancellationToken cancellationToken)
    {
        var prepared = models.Find(work.Digest, work.Degree, work.Primes);
        if (prepared is null)
        {
            var content = await grains.GetGrain<IEncryptedModelGrain>(work.Model).ContentAsync(work.Version);
            prepared = content.Refusal is { } refusal ? null : await Task.Run(() => models.Prepare(content.Value!), cancellationToken);
            if (prepared is null)
            {
                return content.Refusal!;
            }
        }

        var start = clock.GetTimestamp();
        var reply = await Task.Run(() => Evaluate(prepared, work, cancellationToken), cancellationToken);
        metrics.Evaluated(work.Request.Layout, clock.GetElapsedTime(start).TotalSeconds);
        return reply;
    }

    private Reply<Evaluation> Evaluate(PreparedModel prepared, EvaluationWork work, CancellationToken cancellationToken)
    {
        var (context, request) = (prepared.Context, work.Request);
        if (prepared.Find(request.Layout) is not { } plan)
        {
            return new Refusal("scoring.unknown-layout", "There is no such layout.", RefusalKind.Invalid);
        }

        if (!SealObjects.TryPacking(request.Packing, out var packing))
        {
            return new Refusal("ckks.compression", "packing is none, zlib or zstd.", RefusalKind.Invalid);
        }

        // Keys before ciphertexts: what is missing is said before anything is unpacked.
        if (Missing(plan, work.Keys) is { } missing)
        {
            return missing;
        }

        object? publicKey = null, relinearization = null, galois = null;
        try
        {
            var fault = Read(context, work, KeyKinds.Public, true, ref publicKey)
                ?? Read(context, work, KeyKinds.Relinearization, plan.NeedsRelinearization, ref relinearization)
                ?? Read(context, work, KeyKinds.Galois, plan.RotationSteps.Length > 0, ref galois);
            if (fault is not null)
            {
                return ScoringFaults.Of(fault);
            }
        }
        catch (KeysLostException)
        {
            return new Refusal("scoring.keys-lost", $"Key set {request.KeySet} is not on this silo's disk any more. Upload the keys anew.", RefusalKind.NotFound);
        }

        var inputs = new Ciphertext[plan.InputCount];
        if (SealObjects.TryReadAll(context, request.Ciphertexts, inputs, out var framing, cancellationToken) is { } wrong)
        {
            return wrong;
        }

        Ciphertext[] answers = [.. Enumerable.Range(0, plan.AnswerCount).Select(_ => new Ciphertext())];
        var runner = prepared.Rent(plan);
        var flooding = SealObjects.Flooding(context, plan, (PublicKey)publicKey!);
        if (runner.TryScore(inputs, (RelinearizationKeys?)relinearization, (GaloisKeys?)galois, flooding, answers, cancellationToken) is { } refused)
        {
            prepared.Return(runner);
            return ScoringFaults.Of(refused);
        }

        prepared.Return(runner);
        var bytes = SealObjects.Write(context, answers, framing with { Compression = packing ?? framing.Compression });
        return new Evaluation(bytes, DigestOf(request));
    }

    private static Refusal? Missing(ScoringPlan plan, KeySetView keys)
    {
        string? kind = keys.Find(KeyKinds.Public) is null ? KeyKinds.Public
            : plan.NeedsRelinearization && keys.Find(KeyKinds.Relinearization) is null ? KeyKinds.Relinearization
            : plan.RotationSteps.Length > 0 && keys.Find(KeyKinds.Galois) is null ? KeyKinds.Galois
            : null;
        return kind is null ? null : new Refusal("scoring.keys-missing", $"Key set {keys.KeySet} has no {kind} keys, which layout {PreparedModel.NameOf(plan.Layout)} needs. Upload them.");
    }

    private FormatFault? Read(CkksContext context, EvaluationWork work, string kind, bool isNeeded, ref object? keys)
    {
        if (!isNeeded)
        {
            return null;
        }

        var view = work.Keys.Find(kind)!;
        var folder = files.Of(new KeySetName(work.Credential, work.Model, work.Keys.KeySet));
        return ready.Find(context, view, () => new KeyPieces(folder, kind, view.Place, view.Pieces), context.Degree, out keys);
    }

    private static string DigestOf(ScoreRequest request)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"privacygrains/score/v1\n{request.KeySet}\n{request.Layout}\n{request.Version}\n"));
        hash.AppendData(request.Ciphertexts.Span);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
