using PrivacyGrains.Client.Http;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Queries;

namespace PrivacyGrains.Client.Queries;

/// <summary>Statistics queries.</summary>
/// <remarks>Every write has a natural id and may be repeated. A refusal is a <see cref="Errors.GatewayException"/>, as <c>query.bad-rho</c>.</remarks>
/// <param name="connection">To which gateway, as whom.</param>
public sealed class QueriesClient(GatewayConnection connection)
{
    /// <summary>All queries, oldest first.</summary>
    public async Task<IReadOnlyList<QuerySummary>> ListAsync(CancellationToken cancel = default) =>
        (await connection.GetAsync<Listing<QuerySummary>>(Segments.Path("queries"), cancel)).Items;

    /// <summary>Asks a query; analysts and operators only. The same terms again are the same query, charged once.</summary>
    public Task<QueryBody> CreateAsync(string query, QueryTermsBody terms, CancellationToken cancel = default) =>
        connection.SendAsync<QueryTermsBody, QueryBody>(HttpMethod.Post, Segments.Path("queries", query), terms, repeatable: true, cancel: cancel);

    /// <summary>Where a query stands; waits up to <paramref name="waitMilliseconds"/> (at most 5000) while its version is not above <paramref name="after"/>.</summary>
    public Task<QueryBody> GetAsync(string query, long after = -1, int waitMilliseconds = 0, CancellationToken cancel = default) =>
        connection.GetAsync<QueryBody>($"{Segments.Path("queries", query)}?after={after}&waitMilliseconds={waitMilliseconds}", cancel);

    /// <summary>A query at each change, until it has ended.</summary>
    public IAsyncEnumerable<ServerEvent<QueryBody>> WatchAsync(string query, CancellationToken cancel = default) =>
        connection.FollowAsync<QueryBody>(Segments.Path("queries", query, "events"), null, cancel);
}
