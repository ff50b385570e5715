using System.Collections.Immutable;

namespace PrivacyGrains.Grains;

/// <summary>One differentially private statistics query over one or many parties, answered through one secure-aggregation round. Key: the query.</summary>
[Alias("pg.query")]
public interface IQueryGrain : IGrainWithStringKey
{
    /// <summary>Opens the query and its round. Idempotent for the same terms.</summary>
    [Alias("create")]
    Task<Reply<QueryView>> CreateAsync(QueryTerms terms);

    /// <summary>Where the query stands; waits as <see cref="IRoundGrain.GetAsync"/> does.</summary>
    [Alias("get")]
    [AlwaysInterleave]
    Task<Reply<QueryView>> GetAsync(long afterVersion, int waitMilliseconds);

    /// <summary>The round of this query has ended. Idempotent.</summary>
    [Alias("round-ended")]
    Task RoundEndedAsync(string session);
}

/// <summary>What a query is.</summary>
/// <param name="Analyst">Who asks and receives.</param>
/// <param name="Statistic"><c>count</c>, <c>mean</c> (which also gives the noised count), or <c>select</c>: then <paramref name="Sql"/> and <paramref name="Schema"/> say what is asked.</param>
/// <param name="Column">The column of a mean; empty for a count.</param>
/// <param name="Low">The public lower clamping bound of the column.</param>
/// <param name="High">The public upper clamping bound of the column.</param>
/// <param name="FilterColumn">Counts only records whose value in this column is <paramref name="FilterValue"/>; empty for all.</param>
/// <param name="FilterValue">See there.</param>
/// <param name="Rho">zCDP cost that each participant's ledger is charged; greater than 0.</param>
/// <param name="Participants">Parties.</param>
/// <param name="Budget">The name of the budget each of them charges.</param>
/// <param name="ReconstructionThreshold">Of the round.</param>
/// <param name="MinimumCohort">Of the round.</param>
/// <param name="Colluders">Participants whose noise does not count for the claim.</param>
/// <param name="PhaseSeconds">The deadline of each phase.</param>
/// <param name="Sql">The query of a <c>select</c>: docs/privacy/query-language.md; else empty.</param>
/// <param name="Schema">Its schema, as JSON; else empty.</param>
/// <param name="DataVersion">Names the state of the data of a count or mean: answers are kept for it. Empty where none is kept, and for a <c>select</c>, whose schema names it.</param>
[GenerateSerializer, Immutable, Alias("pg.query-terms")]
public sealed record QueryTerms(
    [property: Id(0)] string Analyst,
    [property: Id(1)] string Statistic,
    [property: Id(2)] string Column,
    [property: Id(3)] double Low,
    [property: Id(4)] double High,
    [property: Id(5)] string FilterColumn,
    [property: Id(6)] string FilterValue,
    [property: Id(7)] double Rho,
    [property: Id(8)] ImmutableArray<string> Participants,
    [property: Id(9)] string Budget,
    [property: Id(10)] int ReconstructionThreshold,
    [property: Id(11)] int MinimumCohort,
    [property: Id(12)] int Colluders,
    [property: Id(13)] double PhaseSeconds,
    [property: Id(14)] string Sql = "",
    [property: Id(15)] string Schema = "",
    [property: Id(16)] string DataVersion = "");

/// <summary>Where a query stands.</summary>
/// <param name="Query">Its key.</param>
/// <param name="Terms">What it is.</param>
/// <param name="Version">Grows with every change.</param>
/// <param name="Status"><c>running</c>, <c>answered</c> or <c>failed</c>.</param>
/// <param name="Rounds">Its rounds; more than one only after an abort.</param>
/// <param name="Answer">Once answered.</param>
/// <param name="Message">Why it failed; null otherwise.</param>
/// <param name="AnsweredBy">The earlier query whose answer this is, at no further cost; null where it was asked anew.</param>
[GenerateSerializer, Immutable, Alias("pg.query-view")]
public sealed record QueryView(
    [property: Id(0)] string Query,
    [property: Id(1)] QueryTerms Terms,
    [property: Id(2)] long Version,
    [property: Id(3)] string Status,
    [property: Id(4)] ImmutableArray<RoundLine> Rounds,
    [property: Id(5)] QueryResult? Answer,
    [property: Id(6)] string? Message,
    [property: Id(7)] string? AnsweredBy = null);

/// <summary>An answer with its error bar and its cost.</summary>
/// <param name="Value">The statistic; of a <c>select</c>, the first figure of <paramref name="Rows"/>, or 0 where it has none.</param>
/// <param name="ErrorBar95">Half the width of the 95 % interval that the noise alone gives.</param>
/// <param name="Count">The noised count beside a mean; the value itself for a count; 0 for a <c>select</c>.</param>
/// <param name="Rho">What each participant's ledger was charged.</param>
/// <param name="Contributors">Whose records are in it.</param>
/// <param name="Rows">The groups of a <c>select</c>, in order; none for a count or mean.</param>
[GenerateSerializer, Immutable, Alias("pg.query-result")]
public sealed record QueryResult(
    [property: Id(0)] double Value,
    [property: Id(1)] double ErrorBar95,
    [property: Id(2)] double Count,
    [property: Id(3)] double Rho,
    [property: Id(4)] ImmutableArray<string> Contributors,
    [property: Id(5)] ImmutableArray<QueryResultRow> Rows = default);

/// <summary>One group of an answer.</summary>
/// <param name="Keys">Its keys, in the order of GROUP BY.</param>
/// <param name="Figures">One for each aggregate, in the order of SELECT.</param>
[GenerateSerializer, Immutable, Alias("pg.query-result-row")]
public sealed record QueryResultRow(
    [property: Id(0)] ImmutableArray<string> Keys,
    [property: Id(1)] ImmutableArray<QueryResultFigure> Figures);

/// <summary>One figure with its error bar.</summary>
/// <param name="Name">As the query calls it.</param>
/// <param name="Value">The figure; null where the noised count is not above zero, so that there is no mean.</param>
/// <param name="Lower95">Lower end of the 95 % error bar.</param>
/// <param name="Upper95">Upper end of the 95 % error bar.</param>
[GenerateSerializer, Immutable, Alias("pg.query-result-figure")]
public sealed record QueryResultFigure(
    [property: Id(0)] string Name,
    [property: Id(1)] double? Value,
    [property: Id(2)] double Lower95,
    [property: Id(3)] double Upper95);
