using PrivacyGrains.Privacy.Queries.Selects;

namespace PrivacyGrains.Grains.Queries;

/// <summary>What an opened total answers. Pure.</summary>
internal static class SelectResults
{
    /// <summary>The noised answer behind a total: post-processing, so it costs nothing more.</summary>
    /// <param name="statistic">As the terms name it: counts and means are one figure, selects have rows.</param>
    /// <param name="plan">The round, whose computation was checked when it was planned.</param>
    /// <param name="total">The noised total.</param>
    /// <param name="survivors">Whose part is in it.</param>
    /// <returns>Null for a mean over a noised count that is not above zero.</returns>
    public static QueryResult? Read(string statistic, RoundPlan plan, long[] total, string[] survivors)
    {
        var spec = SelectQuerySpec.TryDecode(plan.Computation, out var decoded, out var fault) ? decoded : throw new InvalidDataException($"The query of {plan.Session}: {fault}");
        var query = spec.Query();
        var answer = SelectAnswer.FromTotal(query, spec.Noise(), total, survivors.Length);
        return statistic == QueryTermsRules.Select ? Rows(query, answer, spec.Rho, survivors) : Figure(answer[0].Figures[0], answer[0].Figures[^1], spec.Rho, survivors);
    }

    // A mean comes with its count, a count is its own.
    private static QueryResult? Figure(Estimate figure, Estimate count, double rho, string[] survivors) =>
        figure.Value is { } value ? new QueryResult(value, Math.Max(figure.Upper - value, value - figure.Lower), count.Value ?? 0, rho, [.. survivors], []) : null;

    private static QueryResult Rows(SelectQuery query, IEnumerable<AnswerRow> answer, double rho, string[] survivors)
    {
        string[] names = [.. query.Statement.Aggregates.Select(a => a.Item.Shown)];
        QueryResultRow[] rows = [.. answer.Select(r => new QueryResultRow(r.Keys, [.. r.Figures.Select((f, i) => new QueryResultFigure(names[i], f.Value, f.Lower, f.Upper))]))];
        var first = rows is [{ Figures: [var figure, ..] }, ..] ? figure : null;
        return new QueryResult(first?.Value ?? 0, first is null ? 0 : (first.Upper95 - first.Lower95) / 2, 0, rho, [.. survivors], [.. rows]);
    }
}
