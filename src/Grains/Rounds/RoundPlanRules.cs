using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.SecureAggregation;

namespace PrivacyGrains.Grains.Rounds;

/// <summary>Which plans make a round, and the roster and the charge's binding that follow from one. Pure.</summary>
internal static class RoundPlanRules
{
    /// <summary>Owned by a training job.</summary>
    public const string Training = "training";

    /// <summary>Owned by a query.</summary>
    public const string Query = "query";

    /// <summary>The most words that one participant sends (32 MiB at 64 bits).</summary>
    public const int MaximumVectorLength = 4 * 1024 * 1024;

    private const double LongestPhaseSeconds = 24 * 3600;

    /// <summary>Why a plan makes no round; null where it does.</summary>
    /// <param name="plan">As it came.</param>
    /// <param name="key">The round's own key.</param>
    public static Refusal? Check(RoundPlan plan, string key) =>
        key != $"{plan.OwnerId}/{plan.Number}" ? Bad($"This round is {key}, not {plan.OwnerId}/{plan.Number}.")
        : !SessionId.TryCreate(plan.Session, out _) ? Bad("A session is named by 1 to 96 characters of a-z, 0-9, hyphen and dot, beginning with a letter.")
        : plan.OwnerKind is not (Training or Query) ? Bad($"A round belongs to a training or a query, not to '{plan.OwnerKind}'.")
        : plan.Number < 1 ? Bad($"Rounds count from 1, not {plan.Number}.")
        : plan.Participants.IsDefaultOrEmpty || !plan.Participants.Select(p => p.Party).Order(StringComparer.Ordinal).SequenceEqual(plan.Participants.Select(p => p.Party))
            ? Bad("Participants are ordered by party, at least one.")
        : plan.Participants.Any(p => !PartyId.TryCreate(p.Party, out _) || !VerificationKey.TryCreate(p.VerificationKey.Span, out _))
            ? Bad("Each participant has a party's name and a P-256 verification key.")
        : plan.VectorLength is < 1 or > MaximumVectorLength ? Bad($"A vector has 1 to {MaximumVectorLength} words, not {plan.VectorLength}.")
        : plan.WordBits is not (32 or 64) ? Bad($"Words have 32 or 64 bits, not {plan.WordBits}.")
        : plan.Computation.Length == 0 || plan.ComputationDigest != DigestOf(plan.Computation) ? Bad("The computation's digest is not the SHA-256 of its UTF-8 bytes, in lower-case hex.")
        : !(plan.PhaseSeconds > 0) || plan.PhaseSeconds > LongestPhaseSeconds ? Bad($"A phase lasts at most {LongestPhaseSeconds} seconds, and more than none; not {plan.PhaseSeconds}.")
        : CheckThresholds(plan.Participants.Length, plan.ReconstructionThreshold, plan.MinimumCohort, plan.Colluders) is { } wrong ? Bad(wrong)
        : null;

    /// <summary>What is wrong with thresholds; null where nothing is.</summary>
    public static string? CheckThresholds(int participants, int reconstructionThreshold, int minimumCohort, int colluders) =>
        SecureAggregationParameters.Check(participants, reconstructionThreshold, minimumCohort, colluders, vectorLength: 1, wordBits: 64).Fault is { } fault
            ? $"{participants} participants, reconstruction threshold {reconstructionThreshold}, minimum cohort {minimumCohort}, {colluders} colluders: expected {fault.Expected}, got {fault.Received}."
            : null;

    /// <summary>Whether two plans say the same.</summary>
    public static bool Same(RoundPlan left, RoundPlan right) =>
        JsonSerializer.SerializeToUtf8Bytes(left, RoundJson.Default.RoundPlan).AsSpan().SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(right, RoundJson.Default.RoundPlan));

    /// <summary>Lower-case hex of SHA-256 over a computation's UTF-8 bytes.</summary>
    public static string DigestOf(string computation) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(computation)));

    private static Refusal Bad(string message) => new("round.bad-plan", message, RefusalKind.Invalid);
}
