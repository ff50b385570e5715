using PrivacyGrains.Gateway.Calls;
using PrivacyGrains.Gateway.Hosting;
using PrivacyGrains.Gateway.OpenApi;
using PrivacyGrains.Gateway.Problems;
using PrivacyGrains.Gateway.Security;
using PrivacyGrains.Grains;
using PrivacyGrains.Messages.Errors;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Stock;

namespace PrivacyGrains.Gateway.Endpoints;

/// <summary>Which plans correlations are dealt ahead for. Names and numbers only: the lots lie at the parties.</summary>
internal static class StockEndpoints
{
    public static void MapStock(this RouteGroupBuilder v1, GatewaySettings settings)
    {
        v1.MapGet("/stock", ListAsync)
            .Says("ListStock", "Every plan that correlations are dealt ahead for, an operator's or one that sessions use, and how its stock stands.")
            .Answers<Listing<ReserveBody>>();
        v1.MapPut("/stock/{plan}", SetAsync).RequireAuthorization(Policies.Operator)
            .WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(settings.MaximumModelBytes))
            .Says("SetStock", "Keeps so many lots of correlations ready for a plan, among these parties; 0 ends it.", "Idempotent. Sessions that find no lot are dealt for as they come.")
            .Answers<ReserveBody>()
            .Refuses(400, ProblemCodes.InvalidMember, "stock.bad-reserve", "plan.malformed");
    }

    private static IStockKeeperGrain Keeper(GrainCalls calls) => calls.Factory.GetGrain<IStockKeeperGrain>(calls.ConsortiumName);

    private static async Task<IResult> ListAsync(GrainCalls calls, CancellationToken cancel) =>
        TypedResults.Ok(new Listing<ReserveBody>([.. (await calls.Within(Keeper(calls).ListAsync(), cancel)).Select(ToBody)]));

    private static async Task<IResult> SetAsync(string plan, SetReserveRequest request, GrainCalls calls, CancellationToken cancel)
    {
        if (request.ComputeParties.Count > 64)
        {
            return ProblemResult.Of(ProblemCodes.InvalidMember, "At most 64 computeParties.");
        }

        var reserve = new StockReserve(plan, request.Plan, [.. request.ComputeParties], request.Dealer, request.Lots);
        return (await calls.Within(Keeper(calls).ReserveAsync(reserve), cancel)).ToOk(ToBody);
    }

    private static ReserveBody ToBody(ReserveView v) => new(v.Name, v.ComputeParties, v.Dealer, v.Lots, v.Target, v.Ready, v.Ordered, v.LotsPerMinute, v.LotBytes, v.KeptBy, v.RunsOutAt);
}
