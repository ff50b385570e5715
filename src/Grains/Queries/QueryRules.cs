using System.Text.Json;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Grains.Rounds;

namespace PrivacyGrains.Grains.Queries;

/// <summary>What a query has to do next.</summary>
internal enum QueryTask
{
    /// <summary>Nothing: it is not there, or it has ended.</summary>
    Nothing = 0,

    /// <summary>Plan a round.</summary>
    PlanRound = 1,

    /// <summary>Start the planned round (again), and see whether it has ended.</summary>
    FollowRound = 2,

    /// <summary>No rounds are left: fail.</summary>
    GiveUp = 3,
}

/// <summary>What may happen to a query. Pure.</summary>
internal static class QueryRules
{
    /// <summary>A query whose round was aborted is tried once more, with fresh keys, and charged anew.</summary>
    public const int MaximumRounds = 2;

    private const int LongestList = 5;

    /// <summary>What is answered before the query is there.</summary>
    public static Refusal Unknown { get; } = new("query.unknown", "There is no such query.", RefusalKind.NotFound);

    /// <summary>Opens the query; nothing where it is open under the same terms.</summary>
    public static Decision<QueryEntry> Create(this QueryState state, QueryTerms terms, string by, DateTimeOffset now) =>
        state.Created is not { } stands ? new QueryCreated(terms, by, now)
        : SameTerms(stands.Terms, terms) ? Decision<QueryEntry>.Nothing
        : new Refusal("query.created-otherwise", "A query of this name asks something else. Choose another name.");

    /// <summary>What the query has to do next.</summary>
    public static QueryTask Next(this QueryState state) =>
        !state.IsRunning ? QueryTask.Nothing
        : state.Open is not null ? QueryTask.FollowRound
        : state.Rounds.Length >= MaximumRounds ? QueryTask.GiveUp
        : QueryTask.PlanRound;

    /// <summary>Plans a round, unless another activation has planned one.</summary>
    public static Decision<QueryEntry> Plan(this QueryState state, RoundPlan plan, DateTimeOffset now) =>
        state.Next() == QueryTask.PlanRound && plan.Number == state.Rounds.Length + 1 ? new QueryRoundPlanned(plan, now) : Decision<QueryEntry>.Nothing;

    /// <summary>Answers with what an earlier query was answered, unless a round was planned.</summary>
    public static Decision<QueryEntry> AnswerFrom(this QueryState state, string earlier, QueryResult answer, DateTimeOffset now) =>
        state.Next() == QueryTask.PlanRound && state.Rounds.IsEmpty ? new QueryAnsweredBefore(earlier, answer, now) : Decision<QueryEntry>.Nothing;

    /// <summary>Takes a round's end, once.</summary>
    /// <param name="state">The durable state.</param>
    /// <param name="round">As it ended.</param>
    /// <param name="total">The opened total; null for an aborted round.</param>
    /// <param name="now">The time.</param>
    public static Decision<QueryEntry> Take(this QueryState state, RoundView round, long[]? total, DateTimeOffset now)
    {
        if (state.Open?.Session != round.Plan.Session)
        {
            return Decision<QueryEntry>.Nothing;
        }

        var line = RoundPlanning.Line(round, 1);
        return total is null ? new QueryRoundAborted(line, now)
            : SelectResults.Read(state.Created!.Terms.Statistic, round.Plan, total, [.. round.Survivors]) is { } answer ? new QueryAnswered(line, answer, now)
            : new QueryFailed(line, "The noised count is not above zero, so there is no mean. The charge stands; ask again with a larger rho or fewer filters.", now);
    }

    /// <summary>The planned round never came to be: nobody was charged.</summary>
    public static Decision<QueryEntry> TakeRefused(this QueryState state, RoundPlan plan, Refusal refusal, DateTimeOffset now) =>
        state.Open?.Session != plan.Session
            ? Decision<QueryEntry>.Nothing
            : new QueryRoundAborted(RoundPlanning.Open(plan, 1) with { Outcome = RoundPhases.Aborted, AbortReason = $"{refusal.Code}: {refusal.Message}" }, now);

    /// <summary>Ends the query without an answer.</summary>
    public static Decision<QueryEntry> Fail(this QueryState state, string message, DateTimeOffset now) =>
        state.IsRunning ? new QueryFailed(null, message, now) : Decision<QueryEntry>.Nothing;

    /// <summary>Why the query gives up.</summary>
    public static string GivenUp(this QueryState state)
    {
        var last = state.Rounds[^1];
        var refusals = string.Concat(last.Dropped.Where(d => d.Reason.Contains('.', StringComparison.Ordinal)).Take(LongestList).Select(d => $" {d.Party}: {d.Reason}"));
        return $"No answer in {state.Rounds.Length} rounds. The last one: {last.AbortReason ?? last.Outcome}{refusals} What was committed stays charged.";
    }

    private static bool SameTerms(QueryTerms left, QueryTerms right) =>
        JsonSerializer.Serialize(left, QueryJson.Default.QueryTerms) == JsonSerializer.Serialize(right, QueryJson.Default.QueryTerms);
}
