using PrivacyGrains.Grains.Rounds;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Queries;

namespace PrivacyGrains.Grains.Queries;

/// <summary>Which terms make a query, and what follows from them. Pure; each refusal names the field and what to change.</summary>
internal static class QueryTermsRules
{
    private const double GreatestRho = 1000;
    private const double LeastRho = 1e-9;

    /// <summary>For figures that are not shown: the answer itself carries its charge.</summary>
    public static Delta ShownDelta { get; } = Delta.Create(1e-5);

    /// <summary>Why the terms make no query; null where they do.</summary>
    /// <param name="query">The query's key.</param>
    /// <param name="terms">As they came.</param>
    public static Refusal? Check(string query, QueryTerms terms) =>
        !RoundPlanning.IsOwnerName(query) ? Bad("query", "A query is named by 1 to 64 characters of a-z, 0-9 and hyphen, beginning with a letter.")
        : terms.Analyst is not { Length: >= 1 and <= 64 } ? Bad("analyst", "The analyst is named by 1 to 64 characters.")
        : terms.Statistic is not ("count" or "mean") ? Bad("statistic", $"The statistic is 'count' or 'mean', not '{terms.Statistic}'.")
        : terms.Statistic == "count" && terms.Column.Length > 0 ? Bad("question", "A count has no column; a filter picks rows.")
        : terms.FilterColumn.Length == 0 && terms.FilterValue.Length > 0 ? Bad("filter", "A filter's value needs its column.")
        : terms.Rho is not (>= LeastRho and <= GreatestRho) ? Bad("rho", $"A charge is from {LeastRho} to {GreatestRho} in zCDP, not {terms.Rho}.")
        : terms.Budget is not { Length: >= 1 and <= 64 } || !terms.Budget.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')
            ? Bad("budget", "A budget is named by 1 to 64 characters of a-z, 0-9 and hyphen.")
        : terms.PhaseSeconds is not (> 0 and <= 24 * 3600) ? Bad("phase-seconds", $"A phase lasts more than 0 and at most 86400 seconds, not {terms.PhaseSeconds}.")
        : terms.Participants.IsDefaultOrEmpty || terms.Participants.Distinct(StringComparer.Ordinal).Count() != terms.Participants.Length
            ? Bad("participants", "Participants are parties, each once.")
        : RoundPlanRules.CheckThresholds(terms.Participants.Length, terms.ReconstructionThreshold, terms.MinimumCohort, terms.Colluders) is { } wrong ? Bad("thresholds", wrong)
        : Question(terms).Fault() is { } fault ? Bad("question", $"{fault}.")
        : null;

    /// <summary>What each of so many participants computes: the least noise that the charge covers.</summary>
    /// <remarks>Counted for the claim is the noise of those who neither collude nor may be missing: minimum cohort minus colluders.</remarks>
    public static StatisticsQuerySpec SpecOf(string query, QueryTerms terms, int participants) => StatisticsQuerySpec.Create(
        query, terms.Analyst, Question(terms), Rho.Create(terms.Rho), participants, terms.Colluders, participants - terms.MinimumCohort);

    /// <summary>What the query fixes for its rounds.</summary>
    public static RoundTerms RoundTermsOf(string query, QueryTerms terms) => new(
        RoundPlanRules.Query, query, terms.Participants, terms.ReconstructionThreshold, terms.MinimumCohort, terms.Colluders, terms.Budget, terms.PhaseSeconds);

    private static StatisticsQuery Question(QueryTerms terms)
    {
        RowFilter[] filters = terms.FilterColumn.Length == 0 ? [] : [new RowFilter(terms.FilterColumn, FilterComparison.Equal, terms.FilterValue)];
        return terms.Statistic == "count" ? StatisticsQuery.Count(filters) : StatisticsQuery.Mean(terms.Column, terms.Low, terms.High, filters);
    }

    private static Refusal Bad(string field, string message) => new($"query.bad-{field}", message, RefusalKind.Invalid);
}
