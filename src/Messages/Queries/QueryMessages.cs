using System.Text.Json;
using System.Text.Json.Serialization;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Rounds;

namespace PrivacyGrains.Messages.Queries;

/// <summary>What a statistics query is.</summary>
/// <param name="Statistic"><c>count</c>, <c>mean</c> (which also gives the noised count), or <c>select</c>: then <paramref name="Sql"/> and <paramref name="Schema"/> say what is asked.</param>
/// <param name="Rho">zCDP cost that each participant's ledger is charged; greater than 0.</param>
/// <param name="Participants">Parties.</param>
/// <param name="Budget">The name of the budget that each of them charges.</param>
/// <param name="ReconstructionThreshold">Of the round.</param>
/// <param name="MinimumCohort">Of the round.</param>
/// <param name="Colluders">Participants whose noise does not count for the claim.</param>
/// <param name="PhaseSeconds">The deadline of each phase.</param>
/// <param name="Column">The column of a mean; empty for a count.</param>
/// <param name="Low">The public lower clamping bound of the column.</param>
/// <param name="High">The public upper clamping bound of the column.</param>
/// <param name="FilterColumn">Counts only records whose value in this column is <paramref name="FilterValue"/>; empty for all.</param>
/// <param name="FilterValue">See there.</param>
/// <param name="Sql">The query of a <c>select</c>, in the language of docs/privacy/query-language.md; else empty.</param>
/// <param name="Schema">Its schema; else left out.</param>
/// <param name="DataVersion">Names the state of the data of a count or mean, as <c>2026-q1</c>: asked again for it, under whatever name, the same question is answered from the first answer, at no cost. Empty for none; that of a <c>select</c> stands in its schema.</param>
public sealed record QueryTermsBody(
    string Statistic, double Rho, IReadOnlyList<string> Participants, string Budget, int ReconstructionThreshold, int MinimumCohort, int Colluders,
    double PhaseSeconds, string Column = "", double Low = 0, double High = 0, string FilterColumn = "", string FilterValue = "",
    string Sql = "", JsonElement? Schema = null, string DataVersion = "");

/// <summary>Where a query stands.</summary>
/// <param name="Query">Its name.</param>
/// <param name="Analyst">The credential that asked: it receives the answer.</param>
/// <param name="Terms">What it is.</param>
/// <param name="Version">Grows with every change.</param>
/// <param name="Status"><c>running</c>, <c>answered</c> or <c>failed</c>.</param>
/// <param name="Rounds">Its rounds; more than one only after an abort.</param>
/// <param name="Answer">Once answered; null before.</param>
/// <param name="Message">Why it failed; null otherwise.</param>
/// <param name="Cached">Whether the answer is that of an earlier query and cost nothing.</param>
/// <param name="AnsweredBy">That query; null where there is none.</param>
public sealed record QueryBody(
    string Query, string Analyst, QueryTermsBody Terms, long Version, string Status, IReadOnlyList<RoundLineBody> Rounds, QueryAnswerBody? Answer, string? Message,
    bool Cached = false, string? AnsweredBy = null);

/// <summary>An answer with its error bar and its cost.</summary>
/// <param name="Value">The statistic; of a <c>select</c>, its first figure.</param>
/// <param name="ErrorBar95">Half the width of the 95 % interval that the noise alone gives.</param>
/// <param name="Count">The noised count beside a mean; the value itself for a count.</param>
/// <param name="Rho">What each participant's ledger was charged, in zCDP.</param>
/// <param name="Contributors">Whose records are in it.</param>
/// <param name="Rows">The groups of a <c>select</c>; null for a count or mean.</param>
public sealed record QueryAnswerBody(double Value, double ErrorBar95, double Count, double Rho, IReadOnlyList<string> Contributors, IReadOnlyList<QueryAnswerRow>? Rows = null);

/// <summary>One group of an answer.</summary>
/// <param name="Keys">Its keys, in the order of GROUP BY.</param>
/// <param name="Figures">One for each aggregate, in the order of SELECT.</param>
public sealed record QueryAnswerRow(IReadOnlyList<string> Keys, IReadOnlyList<QueryFigure> Figures);

/// <summary>One figure with its error bar.</summary>
/// <param name="Name">As the query calls it.</param>
/// <param name="Value">The figure; null where the noised count is not above zero, so that there is no mean.</param>
/// <param name="Lower95">Lower end of the 95 % error bar, of the noise alone.</param>
/// <param name="Upper95">Upper end.</param>
public sealed record QueryFigure(string Name, double? Value, double Lower95, double Upper95);

/// <summary>A query in a list.</summary>
public sealed record QuerySummary(string Query, string Title, DateTimeOffset CreatedAt);

/// <summary>JSON of this room.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(QueryTermsBody))]
[JsonSerializable(typeof(QueryBody))]
[JsonSerializable(typeof(Listing<QuerySummary>))]
public sealed partial class QueriesJson : JsonSerializerContext;
