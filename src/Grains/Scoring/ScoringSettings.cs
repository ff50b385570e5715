namespace PrivacyGrains.Grains.Scoring;

/// <summary>What encrypted scoring may keep and do. Read on the coordinator.</summary>
public sealed record ScoringSettings
{
    /// <summary>How long a client's keys are kept after the set was opened.</summary>
    public TimeSpan KeyLifetime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The most key sets that one credential may have at once, over all models.</summary>
    public int KeySetsPerCredential { get; init; } = 8;

    /// <summary>The most bytes of keys that a silo keeps ready to compute with; what was used longest ago gives way and is read again from disk.</summary>
    public long ReadyKeyBytes { get; init; } = 1L << 30;

    /// <summary>The most bytes of one request's ciphertexts.</summary>
    public int RequestBytes { get; init; } = 64 << 20;

    /// <summary>How often one request id is answered: each answer floods the same result anew, and many would average the noise away.</summary>
    public int AnswersPerRequest { get; init; } = 4;

    /// <summary>What computes: <c>managed</c>, or <c>seal</c> for native SEAL, which a build with <c>-p:Seal=true</c> has. Both give the same words; the managed evaluator is faster.</summary>
    public string Evaluator { get; init; } = ScoringEvaluators.Managed;

    /// <summary>What is wrong with the settings: each a sentence.</summary>
    /// <param name="section">The section that they stand in, for the sentences.</param>
    public IEnumerable<string> Faults(string section)
    {
        if (KeyLifetime < TimeSpan.FromMinutes(1) || KeyLifetime > TimeSpan.FromDays(30))
        {
            yield return $"{section}:KeyLifetime is {KeyLifetime}: say one minute to 30 days.";
        }

        if (KeySetsPerCredential is < 1 or > 1000)
        {
            yield return $"{section}:KeySetsPerCredential is {KeySetsPerCredential}: say 1 to 1000.";
        }

        if (ReadyKeyBytes < 0)
        {
            yield return $"{section}:ReadyKeyBytes is {ReadyKeyBytes}: say how many bytes of keys a silo keeps ready, 0 or more.";
        }

        if (RequestBytes is < 1 << 20 or > 96 << 20)
        {
            yield return $"{section}:RequestBytes is {RequestBytes}: say 1 MiB to 96 MiB; a message between silos holds 100.";
        }

        if (AnswersPerRequest is < 1 or > 100)
        {
            yield return $"{section}:AnswersPerRequest is {AnswersPerRequest}: say 1 to 100.";
        }

        if (Evaluator is not (ScoringEvaluators.Managed or ScoringEvaluators.Seal))
        {
            yield return $"{section}:Evaluator is '{Evaluator}': say {ScoringEvaluators.Managed} or {ScoringEvaluators.Seal}.";
        }
        else if (Evaluator == ScoringEvaluators.Seal && !ScoringEvaluators.HasSeal)
        {
            yield return $"{section}:Evaluator is {ScoringEvaluators.Seal}, and this build has no native SEAL: build with -p:Seal=true, or say {ScoringEvaluators.Managed}.";
        }
    }
}
