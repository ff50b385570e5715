using System.Text.Json;
using PrivacyGrains.Gateway.Calls;
using PrivacyGrains.Gateway.Limits;
using PrivacyGrains.Gateway.OpenApi;
using PrivacyGrains.Gateway.Security;
using PrivacyGrains.Gateway.Streams;
using PrivacyGrains.Grains;
using PrivacyGrains.Messages.Errors;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Queries;

namespace PrivacyGrains.Gateway.Endpoints;

/// <summary>Statistics queries: asked by analysts and operators, read by anybody with a key (an answer is noised, and so public to the consortium).</summary>
internal static class QueryEndpoints
{
    private static readonly string[] TermsCodes =
    [
        "query.bad-query", "query.bad-analyst", "query.bad-statistic", "query.bad-filter", "query.bad-rho", "query.bad-budget", "query.bad-phase-seconds",
        "query.bad-participants", "query.bad-thresholds", "query.bad-question",
        "query.syntax", "query.bad-schema", "query.unknown-table", "query.unknown-column", "query.unbounded", "query.wrong-type", "query.bad-select", "query.too-large", "query.not-joint",
    ];

    public static void MapQueries(this RouteGroupBuilder v1)
    {
        v1.MapGet("/queries", ListAsync)
            .Says("ListQueries", "All statistics queries, oldest first.")
            .Answers<Listing<QuerySummary>>();
        var query = v1.MapGroup("/queries/{query}");
        query.MapPost("", CreateAsync).RequireAuthorization(Policies.Analyst)
            .Says("CreateQuery", "Asks a statistics query and opens its round. The caller's credential is the analyst.", "Idempotent for the same terms by the same caller.")
            .Answers<QueryBody>(StatusCodes.Status201Created)
            .Refuses(400, TermsCodes)
            .Refuses(409, "query.created-otherwise");
        query.MapGet("", GetAsync)
            .Says("GetQuery", "Where a query stands, with its answer once there is one.", Watching.Waits)
            .Answers<QueryBody>()
            .Refuses(400, ProblemCodes.InvalidParameter)
            .Refuses(404, "query.unknown");
        query.MapGet("/events", EventsAsync).RequireRateLimiting(RateLimits.Streams)
            .Says("WatchQuery", "A query at each change, as server-sent events whose id is its version.")
            .Produces<QueryBody>(StatusCodes.Status200OK, "text/event-stream")
            .Refuses(400, ProblemCodes.InvalidParameter)
            .Refuses(404, "query.unknown");
    }

    private static async Task<IResult> ListAsync(GrainCalls calls, CancellationToken cancel)
    {
        var entries = await calls.Within(calls.Consortium.ListAsync(CatalogueKinds.Query), cancel);
        return TypedResults.Ok(new Listing<QuerySummary>([.. entries.Select(e => new QuerySummary(e.Id, e.Title, e.CreatedAt))]));
    }

    private static async Task<IResult> CreateAsync(string query, QueryTermsBody t, HttpContext context, GrainCalls calls, CancellationToken cancel)
    {
        var terms = new QueryTerms(
            ApiCaller.Of(context.User)!.CredentialId, t.Statistic, t.Column, t.Low, t.High, t.FilterColumn, t.FilterValue, t.Rho, [.. t.Participants], t.Budget,
            t.ReconstructionThreshold, t.MinimumCohort, t.Colluders, t.PhaseSeconds, t.Sql, t.Schema?.GetRawText() ?? "", t.DataVersion);
        return (await calls.Within(Of(calls, query).CreateAsync(terms), cancel)).ToCreated(v => $"/v1/queries/{v.Query}", ToBody);
    }

    private static async Task<IResult> GetAsync(string query, GrainCalls calls, CancellationToken cancel, long after = -1, int waitMilliseconds = 0) =>
        Watching.Fault(waitMilliseconds) ?? (await calls.Within(Of(calls, query).GetAsync(after, waitMilliseconds), cancel)).ToOk(ToBody);

    private static Task<IResult> EventsAsync(string query, HttpContext context, EventStream stream, GrainCalls calls) => stream.SendAsync(
        context, "query", (after, wait, cancel) => calls.Within(Of(calls, query).GetAsync(after, wait), cancel), v => v.Version, v => v.Status != "running", ToBody);

    private static IQueryGrain Of(GrainCalls calls, string query) => calls.Factory.GetGrain<IQueryGrain>(query);

    private static QueryBody ToBody(QueryView v) => new(
        v.Query, v.Terms.Analyst,
        new QueryTermsBody(
            v.Terms.Statistic, v.Terms.Rho, v.Terms.Participants, v.Terms.Budget, v.Terms.ReconstructionThreshold, v.Terms.MinimumCohort, v.Terms.Colluders,
            v.Terms.PhaseSeconds, v.Terms.Column, v.Terms.Low, v.Terms.High, v.Terms.FilterColumn, v.Terms.FilterValue, v.Terms.Sql, v.Terms.Schema.Length == 0 ? null : JsonElement.Parse(v.Terms.Schema), v.Terms.DataVersion),
        v.Version, v.Status, [.. v.Rounds.Select(RoundBodies.Of)],
        v.Answer is { } a ? new QueryAnswerBody(
            a.Value, a.ErrorBar95, a.Count, a.Rho, a.Contributors,
            a.Rows.IsDefaultOrEmpty ? null : [.. a.Rows.Select(r => new QueryAnswerRow(r.Keys, [.. r.Figures.Select(f => new QueryFigure(f.Name, f.Value, f.Lower95, f.Upper95))]))]) : null,
        v.Message, v.AnsweredBy is not null, v.AnsweredBy);
}
