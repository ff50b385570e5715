using PrivacyGrains.Privacy.Queries.Selects;

namespace PrivacyGrains.Grains.Queries;

/// <summary>Answers of queries over groups. Pure.</summary>
internal static class SelectResults
{
    /// <summary>The noised answer behind a total: post-processing, so it costs nothing more.</summary>
    /// <param name="plan">The round, whose computation was checked when it was planned.</param>
    /// <param name="total">The noised total.</param>
    /// <param name="survivors">Whose part is in it.</param>
    public static QueryResult Read(RoundPlan plan, long[] total, string[] survivors)
    {
        var spec = SelectQuerySpec.TryDecode(plan.Computation, out var decoded, out var fault) ? decoded : throw new InvalidDataException($"The query of {plan.Session}: {fault}");
        var query = spec.Query();
        string[] names = [.. query.Statement.Aggregates.Select(a => a.Item.Shown)];
        QueryResultRow[] rows =
        [
            .. SelectAnswer.FromTotal(query, spec.Noise(), total, survivors.Length)
                .Select(r => new QueryResultRow(r.Keys, [.. r.Figures.Select((f, i) => new QueryResultFigure(names[i], f.Value, f.Lower, f.Upper))])),
        ];
        var first = rows is [{ Figures: [var figure, ..] }, ..] ? figure : null;
        return new QueryResult(first?.Value ?? 0, first is null ? 0 : (first.Upper95 - first.Lower95) / 2, 0, spec.Rho, [.. survivors], [.. rows]);
    }
}
