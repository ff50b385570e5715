using PrivacyGrains.Gateway.Calls;

namespace PrivacyGrains.Gateway.Endpoints;

/// <summary>Whether the process lives, and whether it can do its work.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapGet("/health/live", static () => TypedResults.Text("live")).AllowAnonymous().DisableRateLimiting().ExcludeFromDescription();
        app.MapGet("/health/ready", ReadyAsync).AllowAnonymous().DisableRateLimiting().ExcludeFromDescription();
    }

    private static async Task<IResult> ReadyAsync(GrainCalls calls, CancellationToken cancel)
    {
        try
        {
            var reply = await calls.Within(calls.Consortium.GetAsync(), cancel);
            return reply.Refusal is { } refusal
                ? TypedResults.Text(refusal.Code, statusCode: StatusCodes.Status503ServiceUnavailable)
                : TypedResults.Text("ready");
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            return TypedResults.Text("cluster.unavailable", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }
}
