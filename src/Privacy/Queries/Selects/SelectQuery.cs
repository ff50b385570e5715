using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Privacy.Queries.Language;
using PrivacyGrains.Privacy.Queries.Schemas;

namespace PrivacyGrains.Privacy.Queries.Selects;

/// <summary>A query checked against its schema: what is measured in which groups, and how far one privacy unit can move it. Public.</summary>
public sealed class SelectQuery
{
    /// <summary>Most coordinates (groups times measures) of one answer.</summary>
    public const int MaximumDimension = 1 << 16;

    private SelectQuery(SelectStatement statement, TableSchema schema, ImmutableArray<BoundKey> keys)
    {
        (Statement, Schema, Keys) = (statement, schema, keys);
        Measures = [.. statement.Aggregates.SelectMany(a => Measure.Of(a.Aggregate)).Distinct()];
    }

    /// <summary>As it was read.</summary>
    public SelectStatement Statement { get; }

    /// <summary>Against what it was checked.</summary>
    public TableSchema Schema { get; }

    /// <summary>The group keys.</summary>
    public ImmutableArray<BoundKey> Keys { get; }

    /// <summary>What is summed for each group.</summary>
    public ImmutableArray<Measure> Measures { get; }

    /// <summary>The quantiles that are asked, in order.</summary>
    public IEnumerable<Aggregate> Quantiles => Statement.Aggregates.Select(a => a.Aggregate).Where(a => a.Kind == AggregateKind.Quantile);

    /// <summary>Whether all group keys are public.</summary>
    public bool HasPublicKeys => Keys.All(k => k.IsPublic);

    /// <summary>How many groups the public keys make: 1 without GROUP BY.</summary>
    public int PublicGroups => Keys.Aggregate(1, (product, key) => product * Math.Max(1, key.Labels.Length));

    /// <summary>In how many groups one unit counts, at one party.</summary>
    public int GroupsPerUnit => Keys.IsEmpty ? 1 : HasPublicKeys ? Math.Min(Schema.MaximumGroupsPerUnit, PublicGroups) : Schema.MaximumGroupsPerUnit;

    /// <summary>What a row weighs in a count: 1 where only counts are asked, else <see cref="Measure.Steps"/>.</summary>
    public long Weight => Measures.All(m => m.IsCount) ? 1 : Measure.Steps;

    /// <summary>Words of the summed vector: groups times measures.</summary>
    public int Dimension => PublicGroups * Measures.Length;

    /// <summary>What the answers' loss is about.</summary>
    public Neighbours Neighbours => Schema.ToNeighbours();

    /// <summary>The columns that are read.</summary>
    public IEnumerable<string> Columns =>
        Keys.Select(k => k.Column.Name).Concat(Statement.Aggregates.Where(a => a.Aggregate.Kind is not (AggregateKind.Count or AggregateKind.CountUnits)).Select(a => a.Aggregate.Column))
            .Concat(RowCondition.Columns(Statement.Where)).Concat(Schema.UnitColumn.Length > 0 ? [Schema.UnitColumn] : []).Concat(Schema.TimeColumn is { } time ? [time] : []).Distinct(StringComparer.Ordinal);

    /// <summary>The query's name in caches, charges and agreements: the same however it was spelt.</summary>
    /// <returns>SHA-256 over the canonical text and the schema, 64 lower-case hex digits.</returns>
    public string Digest() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"privacygrains.select.v1|{Schema.Digest()}|{Statement}")));

    /// <summary>Reads and checks a query.</summary>
    /// <param name="text">May be hostile.</param>
    /// <param name="schema">Without fault.</param>
    /// <param name="query">The query, or null.</param>
    /// <param name="fault">What to change, or null.</param>
    /// <returns>Whether it can be asked.</returns>
    public static bool TryCreate(string text, TableSchema schema, [NotNullWhen(true)] out SelectQuery? query, [NotNullWhen(false)] out QueryFault? fault)
    {
        ArgumentNullException.ThrowIfNull(schema);
        query = null;
        if (!SelectParser.TryParse(text, out var statement, out fault))
        {
            return false;
        }

        fault = SelectRules.Check(statement, schema, out var keys);
        query = fault is null ? new SelectQuery(statement, schema, keys) : null;
        return query is not null;
    }

    /// <summary>Why many parties may not answer the query together; null where they may.</summary>
    public QueryFault? NotJoint()
    {
        var wrong = Quantiles.FirstOrDefault() is { } quantile ? $"{quantile} is a quantile"
            : Keys.FirstOrDefault(k => !k.IsPublic) is { } key ? $"the keys of {key.Key} are not public (the schema lists none) and would be selected privately"
            : Statement.Limit > 0 ? "TOP and LIMIT pick groups"
            : Measures.Any(m => m.Kind == MeasureKind.Units) && Schema.MaximumPartiesPerUnit > 1 ? "COUNT(DISTINCT ...) would count one unit at each of its parties"
            : null;
        return wrong is null ? null : new QueryFault(
            QueryFault.NotJoint, $"Over many parties only counts, sums, means and variances over public keys are answered: {wrong}. One party can answer it by itself.");
    }

    /// <summary>The time blocks that an answer is about, from the query's and the schema's public text alone: those of which a row may pass the condition.</summary>
    /// <param name="length">How long the blocks of the budget are that pays.</param>
    /// <param name="blocks">The blocks, or null.</param>
    /// <param name="fault">What to add to the condition or the schema, or null.</param>
    /// <returns>Whether there are any, and no more than one charge may name.</returns>
    public bool TryBlocks(BlockLength length, [NotNullWhen(true)] out BlockSet? blocks, [NotNullWhen(false)] out QueryFault? fault)
    {
        (blocks, fault) = (null, null);
        var each = $"The budget has an allowance for each {length.ToName()}";
        if (Schema.TimeColumn is not { } name || Schema.Find(name) is not { } column)
        {
            fault = new QueryFault("query.no-time-column", $"{each}: the schema's timeColumn says which date column tells to which {length.ToName()} a row belongs. Add it.");
            return false;
        }

        var touched = DateConditions.Touched(Statement.Where, column, length).Take(ChargeRequest.MostBlocks + 1).ToList();
        var (early, example, shown) = (TimeBlock.Of(length, new DateOnly(2025, 11, 21)), TimeBlock.Of(length, new DateOnly(2026, 11, 21)), SelectStatement.Name(name));
        fault = touched.Count == 0 ? new QueryFault("query.no-blocks", $"No {length.ToName()}{(column.First is null ? "" : $" from {column.First} to {column.Last}")} has rows that pass the condition on {name}. Change the condition.")
            : touched.Count > ChargeRequest.MostBlocks ? new QueryFault("query.unbounded-time", $"{each}, and the query does not say of which (at most {ChargeRequest.MostBlocks}): add a condition as {shown} = '{example}' or {shown} BETWEEN '{early}' AND '{example}', or give {name} a first and a last in the schema.")
            : null;
        blocks = fault is null ? BlockSet.Of(touched) : null;
        return blocks is not null;
    }

    /// <summary>Of blocks that an owner declares by the schema's time column, those that an answer is about.</summary>
    /// <param name="declared">The owner's.</param>
    /// <returns>The blocks of which a row may pass the condition; null where there is none.</returns>
    /// <exception cref="ArgumentException">The schema names no time column.</exception>
    public BlockSet? Among(BlockSet declared)
    {
        ArgumentNullException.ThrowIfNull(declared);
        var column = Schema.TimeColumn is { } name ? Schema.Find(name)! : throw new ArgumentException("The schema names no time column.", nameof(declared));
        var last = declared.Blocks[^1];
        var touched = DateConditions.Touched(Statement.Where, column, declared.Length).TakeWhile(b => b.First <= last.First).Where(declared.Contains).ToList();
        return touched.Count == 0 ? null : BlockSet.Of(touched);
    }

    /// <summary>What one unit may change in the summed vector, over all parties.</summary>
    /// <param name="relation">How neighbours differ.</param>
    /// <returns>The L2 sensitivity squared and the L1 sensitivity, in the vector's integers.</returns>
    /// <remarks>Each party's part by <see cref="UnitChange"/>; the same unit's parts at several parties add up.</remarks>
    public (double L2Squared, double L1) Sensitivity(NeighbouringRelation relation)
    {
        double parties = Schema.MaximumPartiesPerUnit;
        var (l2Squared, l1) = UnitChange.Of(Measures, Schema, Schema.MaximumRowsPerUnit, GroupsPerUnit, HasPublicKeys ? PublicGroups : null, Weight, relation);
        return (parties * parties * l2Squared, parties * l1);
    }

    /// <summary>What of the loss one measure takes: all have one noise, so in proportion to the square of what a unit can change in it. The shares add up to 1.</summary>
    internal double ShareOf(Measure measure) => SquaredPart(measure) / Measures.Sum(SquaredPart);

    /// <inheritdoc/>
    public override string ToString() => Statement.ToString();

    private double SquaredPart(Measure measure)
    {
        double parties = Schema.MaximumPartiesPerUnit;
        return parties * parties * (measure.Kind == MeasureKind.Units ? GroupsPerUnit : (double)Schema.MaximumRowsPerUnit * Schema.MaximumRowsPerUnit);
    }
}
