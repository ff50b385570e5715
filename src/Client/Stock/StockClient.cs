using PrivacyGrains.Client.Http;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Stock;

namespace PrivacyGrains.Client.Stock;

/// <summary>Which plans correlations are dealt ahead for.</summary>
/// <param name="connection">To which gateway, as whom.</param>
public sealed class StockClient(GatewayConnection connection)
{
    /// <summary>Every plan that stock is kept for, by name.</summary>
    public async Task<IReadOnlyList<ReserveBody>> ListAsync(CancellationToken cancel = default) =>
        (await connection.GetAsync<Listing<ReserveBody>>(Segments.Path("stock"), cancel)).Items;

    /// <summary>Keeps stock for a plan from now on, or another number of lots, or none; operators only.</summary>
    public Task<ReserveBody> SetAsync(string plan, SetReserveRequest request, CancellationToken cancel = default) =>
        connection.SendAsync<SetReserveRequest, ReserveBody>(HttpMethod.Put, Segments.Path("stock", plan), request, repeatable: true, cancel: cancel);
}
