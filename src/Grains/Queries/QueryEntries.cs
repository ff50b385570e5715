using System.Text.Json.Serialization;
using PrivacyGrains.Grains.Journaling;

namespace PrivacyGrains.Grains.Queries;

/// <summary>Something that happened to a query.</summary>
/// <param name="At">When it was decided.</param>
internal abstract record QueryEntry(DateTimeOffset At);

/// <summary>The query is open.</summary>
internal sealed record QueryCreated(QueryTerms Terms, string By, DateTimeOffset At) : QueryEntry(At);

/// <summary>A round is planned. Written before the round is started, so that a crash starts the same one again.</summary>
internal sealed record QueryRoundPlanned(RoundPlan Plan, DateTimeOffset At) : QueryEntry(At);

/// <summary>A round has ended without a sum.</summary>
internal sealed record QueryRoundAborted(RoundLine Line, DateTimeOffset At) : QueryEntry(At);

/// <summary>A round has ended with a sum, and this is the answer.</summary>
/// <param name="Line">The round.</param>
/// <param name="Answer">The noised answer: public from here on.</param>
/// <param name="At">When it was decided.</param>
internal sealed record QueryAnswered(RoundLine Line, QueryResult Answer, DateTimeOffset At) : QueryEntry(At);

/// <summary>The same was answered before: this is that answer, and nobody is charged.</summary>
/// <param name="From">The query that was asked first.</param>
/// <param name="Answer">Its answer.</param>
/// <param name="At">When it was decided.</param>
internal sealed record QueryAnsweredBefore(string From, QueryResult Answer, DateTimeOffset At) : QueryEntry(At);

/// <summary>The query has no answer.</summary>
/// <param name="Line">The round that ended with it; null where there was none.</param>
/// <param name="Message">Why.</param>
/// <param name="At">When it was decided.</param>
internal sealed record QueryFailed(RoundLine? Line, string Message, DateTimeOffset At) : QueryEntry(At);

/// <summary>The stored form of the entries.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(QueryCreated))]
[JsonSerializable(typeof(QueryRoundPlanned))]
[JsonSerializable(typeof(QueryRoundAborted))]
[JsonSerializable(typeof(QueryAnswered))]
[JsonSerializable(typeof(QueryAnsweredBefore))]
[JsonSerializable(typeof(QueryFailed))]
[JsonSerializable(typeof(QueryTerms))]
internal sealed partial class QueryJson : JsonSerializerContext;

/// <summary>The names of the entries.</summary>
internal static class QueryCodec
{
    public static JournalCodec<QueryEntry> Instance { get; } = new JournalCodec<QueryEntry>()
        .With("query.created.v1", QueryJson.Default.QueryCreated)
        .With("query.round-planned.v1", QueryJson.Default.QueryRoundPlanned)
        .With("query.round-aborted.v1", QueryJson.Default.QueryRoundAborted)
        .With("query.answered.v1", QueryJson.Default.QueryAnswered)
        .With("query.answered-before.v1", QueryJson.Default.QueryAnsweredBefore)
        .With("query.failed.v1", QueryJson.Default.QueryFailed);
}
