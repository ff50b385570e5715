using System.Collections.Immutable;
using System.Security.Cryptography;

namespace PrivacyGrains.Grains.Rounds;

/// <summary>What an owner fixes for its rounds.</summary>
internal sealed record RoundTerms(
    string OwnerKind, string OwnerId, ImmutableArray<string> Participants, int ReconstructionThreshold, int MinimumCohort, int Colluders, string Budget, double PhaseSeconds);

/// <summary>An owner's next round, and how it is shown afterwards. Pure but for the session's fresh characters.</summary>
internal static class RoundPlanning
{
    private const string Member = "member";

    /// <summary>Plans a round among those of the participants who are members now.</summary>
    /// <param name="terms">The owner's.</param>
    /// <param name="number">Counts the owner's rounds from 1.</param>
    /// <param name="compute">From the number of participants to the canonical JSON of what each of them computes, and its words.</param>
    /// <param name="consortium">Members and keys as they are now.</param>
    /// <param name="suffix">Fresh random characters of a-z and 0-9: a session's name is never used again, not even after a restored backup.</param>
    /// <returns>The plan, or a sentence that says why there can be none.</returns>
    public static (RoundPlan? Plan, string? Impossible) Next(
        RoundTerms terms, int number, Func<int, (string Computation, int VectorLength)> compute, ConsortiumView consortium, string suffix)
    {
        ImmutableArray<ParticipantKey> participants =
        [
            .. consortium.Members
                .Where(m => m.Status == Member && terms.Participants.Contains(m.Party))
                .OrderBy(m => m.Party, StringComparer.Ordinal)
                .Select(m => new ParticipantKey(m.Party, m.VerificationKey)),
        ];
        var gone = terms.Participants.Except(participants.Select(p => p.Party)).ToList();
        if (RoundPlanRules.CheckThresholds(participants.Length, terms.ReconstructionThreshold, terms.MinimumCohort, terms.Colluders) is { } wrong)
        {
            return (null, gone.Count == 0 ? wrong : $"No longer members: {string.Join(", ", gone)}. {wrong}");
        }

        var (computation, vectorLength) = compute(participants.Length);
        return (
            new RoundPlan(
                $"{terms.OwnerKind}.{terms.OwnerId}.{number}.{suffix}",
                terms.OwnerKind,
                terms.OwnerId,
                number,
                consortium.Epoch,
                participants,
                terms.ReconstructionThreshold,
                terms.MinimumCohort,
                terms.Colluders,
                vectorLength,
                WordBits: 64,
                computation,
                RoundPlanRules.DigestOf(computation),
                terms.Budget,
                terms.PhaseSeconds),
            null);
    }

    /// <summary>Fresh characters for a session's name.</summary>
    public static string Suffix() => RandomNumberGenerator.GetHexString(8, lowercase: true);

    /// <summary>Which of the parties are no members with data; empty where all are.</summary>
    public static string Strangers(ImmutableArray<string> parties, ConsortiumView consortium) => string.Join(
        ", ", parties.Except(consortium.Members.Where(m => m.Status == Member && m.Roles.Contains("data")).Select(m => m.Party), StringComparer.Ordinal));

    /// <summary>Which participants of a round are no members any more.</summary>
    public static ImmutableArray<string> Revoked(RoundPlan plan, ConsortiumView consortium) =>
        [.. plan.Participants.Select(p => p.Party).Except(consortium.Members.Where(m => m.Status == Member).Select(m => m.Party), StringComparer.Ordinal)];

    /// <summary>A round as its owner shows it.</summary>
    public static RoundLine Line(RoundView round, int step) => new(
        round.Plan.Number, round.Plan.Session, step, round.Phase is RoundPhases.Completed or RoundPhases.Aborted ? round.Phase : Running,
        round.Survivors, round.Dropped, round.Seconds, round.AbortReason);

    /// <summary>A round that is not known to have ended.</summary>
    public static RoundLine Open(RoundPlan plan, int step) => new(plan.Number, plan.Session, step, Running, [], [], ImmutableDictionary<string, double>.Empty, null);

    /// <summary>Who may have committed a charge for this round: everybody who was asked for a masked input.</summary>
    /// <remarks>
    /// A participant commits before it uploads, so one that uploaded nothing may still have been charged; and what a coordinator says it did not receive, it
    /// may have received. A claim therefore counts all who were still in when CollectMaskedInputs began.
    /// </remarks>
    public static ImmutableArray<string> MayHaveCharged(RoundView round)
    {
        var reached = round.Seconds.ContainsKey(RoundPhases.CollectMaskedInputs) || RoundPhaseRules.Place(round.Phase) >= RoundPhaseRules.Place(RoundPhases.CollectMaskedInputs);
        var before = round.Dropped.Where(d => d.Phase is RoundPhases.AdvertiseKeys or RoundPhases.ShareKeys).Select(d => d.Party);
        return reached ? [.. round.Plan.Participants.Select(p => p.Party).Except(before)] : [];
    }

    /// <summary>The outcome of a line whose round has not ended.</summary>
    public const string Running = "running";

    /// <summary>A name as owners of rounds have it: 1 to 64 of a-z, 0-9 and hyphen, beginning with a letter. It is part of a session's name.</summary>
    public static bool IsOwnerName(string? name) => Protocols.PartyId.TryCreate(name, out _);
}
