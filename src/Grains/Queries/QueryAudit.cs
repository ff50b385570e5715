using System.Collections.Immutable;

namespace PrivacyGrains.Grains.Queries;

/// <summary>What the audit log says about a query: what was asked, and the answer or why there is none.</summary>
internal static class QueryAudit
{
    /// <summary>The milestones that are durable.</summary>
    public static ImmutableArray<AuditEvent> Milestones(string query, QueryState state)
    {
        if (state.Created is not { } created)
        {
            return [];
        }

        var terms = created.Terms;
        var filter = terms.FilterColumn.Length == 0 ? "" : $" where {terms.FilterColumn} is {terms.FilterValue}";
        var what = terms.Statistic == QueryTermsRules.Select ? terms.Sql : $"{terms.Statistic} {terms.Column}{filter}";
        var detail = $"{what} for {terms.Analyst}, rho {terms.Rho:R} at each of {string.Join(", ", terms.Participants)}";
        var asked = new AuditEvent(1, "query.created", query, created.By, detail, "", created.At);
        return state switch
        {
            { Answered: { } e } =>
                [asked, new AuditEvent(2, "query.answered", query, terms.Analyst, $"{Figures(terms, e.Answer)} from {string.Join(", ", e.Answer.Contributors)}", "", e.At)],
            { AnsweredBefore: { } e } => [asked, new AuditEvent(2, "query.answered-before", query, terms.Analyst, $"the answer of {e.From}, at no further cost", "", e.At)],
            { Failed: { } e } => [asked, new AuditEvent(2, "query.failed", query, "query", e.Message, "", e.At)],
            _ => [asked],
        };
    }

    private static string Figures(QueryTerms terms, QueryResult answer) =>
        terms.Statistic == QueryTermsRules.Select ? $"{answer.Rows.Length} groups" : $"{answer.Value:R} +- {answer.ErrorBar95:R}";
}
