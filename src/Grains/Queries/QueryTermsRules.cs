using System.Globalization;
using System.Text;
using PrivacyGrains.Grains.Rounds;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Queries;
using PrivacyGrains.Privacy.Queries.Schemas;
using PrivacyGrains.Privacy.Queries.Selects;

namespace PrivacyGrains.Grains.Queries;

/// <summary>Which terms make a query, and what follows from them. Pure; each refusal names the field and what to change.</summary>
internal static class QueryTermsRules
{
    /// <summary>The statistic of a query in SQL.</summary>
    public const string Select = "select";

    private const double GreatestRho = 1000;
    private const double LeastRho = 1e-9;
    private const int LongestTitle = 200;

    /// <summary>Why the terms make no query; null where they do.</summary>
    /// <param name="query">The query's key.</param>
    /// <param name="terms">As they came.</param>
    public static Refusal? Check(string query, QueryTerms terms) =>
        !RoundPlanning.IsOwnerName(query) ? Bad("query", "A query is named by 1 to 64 characters of a-z, 0-9 and hyphen, beginning with a letter.")
        : terms.Analyst is not { Length: >= 1 and <= 64 } ? Bad("analyst", "The analyst is named by 1 to 64 characters.")
        : terms.Statistic is not ("count" or "mean" or Select) ? Bad("statistic", $"The statistic is 'count', 'mean' or 'select', not '{terms.Statistic}'.")
        : terms.Statistic == Select && (terms.Column.Length > 0 || terms.FilterColumn.Length > 0 || terms.Sql is not { Length: > 0 } || terms.Schema is not { Length: > 0 })
            ? Bad("question", "A select has its sql and its schema, and nothing beside them.")
        : terms.Statistic != Select && (terms.Sql is not { Length: 0 } || terms.Schema is not { Length: 0 }) ? Bad("question", "Only a select has a sql and a schema.")
        : terms.Statistic == "count" && terms.Column.Length > 0 ? Bad("question", "A count has no column; a filter picks rows.")
        : terms.Statistic == "mean" && terms.Column.Length == 0 ? Bad("question", "A mean names its column.")
        : terms.DataVersion is not { Length: <= 64 } || (terms.Statistic == Select && terms.DataVersion.Length > 0)
            ? Bad("question", "The data's version is named by at most 64 characters; that of a select stands in its schema.")
        : terms.FilterColumn.Length == 0 && terms.FilterValue.Length > 0 ? Bad("filter", "A filter's value needs its column.")
        : terms.Rho is not (>= LeastRho and <= GreatestRho) ? Bad("rho", $"A charge is from {LeastRho} to {GreatestRho} in zCDP, not {terms.Rho}.")
        : terms.Budget is not { Length: >= 1 and <= 64 } || !terms.Budget.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')
            ? Bad("budget", "A budget is named by 1 to 64 characters of a-z, 0-9 and hyphen.")
        : terms.PhaseSeconds is not (> 0 and <= 24 * 3600) ? Bad("phase-seconds", $"A phase lasts more than 0 and at most 86400 seconds, not {terms.PhaseSeconds}.")
        : terms.Participants.IsDefaultOrEmpty || terms.Participants.Distinct(StringComparer.Ordinal).Count() != terms.Participants.Length
            ? Bad("participants", "Participants are parties, each once.")
        : RoundPlanRules.CheckThresholds(terms.Participants.Length, terms.ReconstructionThreshold, terms.MinimumCohort, terms.Colluders) is { } wrong ? Bad("thresholds", wrong)
        : CheckAnswerable(terms);

    /// <summary>What each of so many participants computes, and its words: the least noise that the charge covers.</summary>
    /// <remarks>Counted for the claim is the noise of those who neither collude nor may be missing: minimum cohort minus colluders.</remarks>
    public static (string Computation, int VectorLength) ComputationOf(string query, QueryTerms terms, int participants)
    {
        var select = SelectOf(terms).Query ?? throw new ArgumentException("The terms were not checked.", nameof(terms));
        return (SelectQuerySpec.Create(query, terms.Analyst, select, Rho.Create(terms.Rho), participants, terms.Colluders, participants - terms.MinimumCohort).Encode(), select.Dimension);
    }

    /// <summary>The query, or why there is none.</summary>
    public static (SelectQuery? Query, QueryFault? Fault) SelectOf(QueryTerms terms) =>
        terms.Statistic != Select ? CountsAndMeans.Of(terms)
        : !TableSchema.TryParse(Encoding.UTF8.GetBytes(terms.Schema), out var schema, out var fault) || !SelectQuery.TryCreate(terms.Sql, schema, out var query, out fault)
            ? (null, fault)
            : (query, query.NotJoint());

    /// <summary>What a query answers for, whoever asks under whichever name: equal where an answer serves for both. Null where none is kept, since nothing names the state of the data.</summary>
    /// <remarks>The budget, the parties and the noise are part of it: another charge is another answer.</remarks>
    public static string? SameAnswer(QueryTerms terms) => SelectOf(terms).Query is { Schema.DataVersion.Length: > 0 } query
        ? string.Join(
            '|', query.Digest(), terms.Rho.ToString("R", CultureInfo.InvariantCulture), terms.Budget, terms.ReconstructionThreshold, terms.MinimumCohort, terms.Colluders,
            string.Join(',', terms.Participants.Order(StringComparer.Ordinal)))
        : null;

    /// <summary>What the catalogue calls the query: for a select the canonical text, so that the same question is found again.</summary>
    public static string TitleOf(QueryTerms terms)
    {
        var title = terms.Statistic == Select && SelectOf(terms).Query is { } query ? query.ToString() : $"{terms.Statistic} {terms.Column}".TrimEnd();
        return title.Length <= LongestTitle ? title : title[..LongestTitle];
    }

    /// <summary>What the query fixes for its rounds.</summary>
    public static RoundTerms RoundTermsOf(string query, QueryTerms terms) => new(
        RoundPlanRules.Query, query, terms.Participants, terms.ReconstructionThreshold, terms.MinimumCohort, terms.Colluders, terms.Budget, terms.PhaseSeconds);

    private static Refusal? CheckAnswerable(QueryTerms terms)
    {
        if (SelectOf(terms).Fault is { } fault)
        {
            return terms.Statistic == Select ? new Refusal(fault.Code, fault.Message, RefusalKind.Invalid) : Bad("question", fault.Message);
        }

        try
        {
            // Rounds may be planned for fewer, down to the cohort; with all of them each adds the least.
            ComputationOf("query", terms, terms.Participants.Length);
            return null;
        }
        catch (ArgumentException e)
        {
            return Bad("rho", e.Message.Split(" (Parameter", 2)[0]); // the framework adds which parameter of ours it was
        }
    }

    private static Refusal Bad(string field, string message) => new($"query.bad-{field}", message, RefusalKind.Invalid);
}
