using System.Text.Json;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Grains.Rounds;
using PrivacyGrains.Privacy.Accounting;

namespace PrivacyGrains.Grains.Trainings;

/// <summary>What a job has to do next.</summary>
internal enum TrainingTask
{
    /// <summary>Nothing: it is not there, or it has ended.</summary>
    Nothing = 0,

    /// <summary>Plan the next round.</summary>
    PlanRound = 1,

    /// <summary>Start the planned round (again), and see whether it has ended.</summary>
    FollowRound = 2,

    /// <summary>Register the model.</summary>
    RegisterModel = 3,

    /// <summary>No rounds are left: fail.</summary>
    GiveUp = 4,

    /// <summary>The job has ended and its round has not: abort the round.</summary>
    AbortRound = 5,
}

/// <summary>What may happen to a job. Pure.</summary>
internal static class TrainingRules
{
    /// <summary>What is answered before the creation.</summary>
    public static Refusal Unknown { get; } = new("training.unknown", "There is no such training job.", RefusalKind.NotFound);

    /// <summary>Opens the job; nothing where it is open under the same terms.</summary>
    public static Decision<TrainingEntry> Create(this TrainingState state, TrainingCreated created) =>
        state.Created is not { } stands ? created
        : SameTerms(stands.Terms, created.Terms) ? Decision<TrainingEntry>.Nothing
        : new Refusal("training.created-otherwise", "A training job of this name has other terms. Choose another name.");

    /// <summary>What the job has to do next.</summary>
    public static TrainingTask Next(this TrainingState state) => state switch
    {
        { Created: null } => TrainingTask.Nothing,
        { IsRunning: false, Open: not null } => TrainingTask.AbortRound,
        { IsRunning: false } => TrainingTask.Nothing,
        { Open: not null } => TrainingTask.FollowRound,
        _ when state.Step >= state.Created.Terms.Steps => TrainingTask.RegisterModel,
        _ when state.Rounds.Length >= state.Created.Terms.MaximumRounds => TrainingTask.GiveUp,
        _ => TrainingTask.PlanRound,
    };

    /// <summary>Plans the next round, unless another activation has planned one.</summary>
    public static Decision<TrainingEntry> Plan(this TrainingState state, RoundPlan plan, DateTimeOffset now) =>
        state.Next() == TrainingTask.PlanRound && plan.Number == state.Rounds.Length + 1
            ? new TrainingRoundPlanned(plan, state.Step + 1, now)
            : Decision<TrainingEntry>.Nothing;

    /// <summary>Takes a round's end, once.</summary>
    /// <param name="state">The durable state.</param>
    /// <param name="round">As it ended.</param>
    /// <param name="weights">The weights that follow from its sum and from the weights of <paramref name="fromStep"/>; null for an aborted round.</param>
    /// <param name="fromStep">The step whose weights these follow from.</param>
    /// <param name="now">The time.</param>
    public static Decision<TrainingEntry> Take(this TrainingState state, RoundView round, StepWeights? weights, int fromStep, DateTimeOffset now)
    {
        if (state.Open?.Session != round.Plan.Session || state.Step != fromStep)
        {
            return Decision<TrainingEntry>.Nothing;
        }

        var next = state.IsRunning ? weights : null;
        var line = RoundPlanning.Line(round, fromStep + 1);
        return new TrainingRoundTaken(line, RoundPlanning.MayHaveCharged(round), next?.Safetensors, next?.Digest, now);
    }

    /// <summary>The planned round never came to be: its line says why, and nobody was charged.</summary>
    public static Decision<TrainingEntry> TakeRefused(this TrainingState state, RoundPlan plan, Refusal refusal, DateTimeOffset now) =>
        state.Open?.Session != plan.Session
            ? Decision<TrainingEntry>.Nothing
            : new TrainingRoundTaken(
                RoundPlanning.Open(plan, state.Step + 1) with { Outcome = RoundPhases.Aborted, AbortReason = $"{refusal.Code}: {refusal.Message}" }, [], null, null, now);

    /// <summary>Ends the job with a registered model.</summary>
    public static Decision<TrainingEntry> Complete(this TrainingState state, int modelVersion, string digest, string privacyNote, DateTimeOffset now) =>
        state.Next() == TrainingTask.RegisterModel ? new TrainingCompleted(modelVersion, digest, privacyNote, now) : Decision<TrainingEntry>.Nothing;

    /// <summary>Ends the job without one.</summary>
    public static Decision<TrainingEntry> Fail(this TrainingState state, string message, DateTimeOffset now) =>
        state.IsRunning ? new TrainingFailed(message, now) : Decision<TrainingEntry>.Nothing;

    /// <summary>Why the job gives up: how many rounds were tried, and how the last one ended.</summary>
    public static string GivenUp(this TrainingState state) =>
        $"{state.Step} of {state.Created!.Terms.Steps} steps were made in {state.Rounds.Length} rounds, and no more are allowed. The last round: {state.Rounds[^1].AbortReason ?? state.Rounds[^1].Outcome}";

    /// <summary>Ends the job at somebody's wish; nothing where it has ended.</summary>
    public static Decision<TrainingEntry> Cancel(this TrainingState state, string reason, string by, DateTimeOffset now) =>
        state.Created is null ? Unknown
        : !state.IsRunning ? Decision<TrainingEntry>.Nothing
        : new TrainingCancelled(reason.Length <= 500 ? reason : reason[..500], by, now);

    /// <summary>The claim for one record over all rounds that its party may have been charged for, at the terms' delta, rounded up; 0 without noise.</summary>
    /// <remarks>
    /// The loss of each round is fixed beforehand, and so is the Renyi order at which it is converted: the best one for the planned number of steps. Rounds
    /// that were aborted after an upload count. That the number of rounds depends on who drops out, and not on what a round released, is assumed.
    /// </remarks>
    public static double EpsilonClaim(TrainingState state)
    {
        var rounds = state.Charged.Values.DefaultIfEmpty(0).Max();
        if (state.Created is not { RhoPerRound: > 0 } created || rounds == 0)
        {
            return 0;
        }

        var loss = PrivacyEvents.Zcdp(Rho.Create(created.RhoPerRound));
        var delta = Delta.Create(created.Terms.Delta);
        var order = RenyiConversion.Best(loss.Times(created.Terms.Steps), delta).Order;
        var units = RenyiConversion.ToEpsilonUnits(order, loss.Times(rounds).Units[RenyiOrders.All.IndexOf(order)], delta);
        return units / (double)LossUnits.One;
    }

    private static bool SameTerms(TrainingTerms left, TrainingTerms right) =>
        JsonSerializer.Serialize(left, TrainingJson.Default.TrainingTerms) == JsonSerializer.Serialize(right, TrainingJson.Default.TrainingTerms);
}
