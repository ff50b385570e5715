using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using PrivacyGrains.Gateway.Hosting;
using PrivacyGrains.Gateway.Problems;
using PrivacyGrains.Gateway.Security;
using PrivacyGrains.Messages.Errors;

namespace PrivacyGrains.Gateway.Limits;

/// <summary>How often a credential, and before its key is even looked at an address, may ask.</summary>
internal static class RateLimits
{
    /// <summary>The policy of streams: how many are open at once.</summary>
    public const string Streams = "streams";

    /// <summary>Sets the limits of credentials.</summary>
    public static void Add(RateLimiterOptions options, GatewaySettings settings)
    {
        var rates = settings.Rates;
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
            ApiCaller.Of(context.User) is { } caller && rates.CredentialPerSecond > 0
                ? RateLimitPartition.GetTokenBucketLimiter(caller.CredentialId, _ => Bucket(rates.CredentialPerSecond, rates.CredentialBurst))
                : RateLimitPartition.GetNoLimiter("")); // without a credential, the address's limit has been asked already
        options.AddPolicy(Streams, context => RateLimitPartition.GetConcurrencyLimiter(
            ApiCaller.Of(context.User)?.CredentialId ?? "",
            _ => new ConcurrencyLimiterOptions { PermitLimit = rates.Streams, QueueLimit = 0 }));
        options.OnRejected = static (rejected, _) => RejectAsync(rejected.HttpContext, rejected.Lease);
    }

    /// <summary>The limit of addresses: asked before a key is looked at, so that guessing keys is slow.</summary>
    public static Func<HttpContext, RequestDelegate, Task> ForAddresses(GatewaySettings settings)
    {
        var rates = settings.Rates;
        if (rates.AddressPerSecond <= 0)
        {
            return static (context, next) => next(context);
        }

        var limiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
            RateLimitPartition.GetTokenBucketLimiter(context.Connection.RemoteIpAddress?.ToString() ?? "", _ => Bucket(rates.AddressPerSecond, rates.AddressBurst)));
        return async (context, next) =>
        {
            using var lease = limiter.AttemptAcquire(context);
            await (lease.IsAcquired ? next(context) : RejectAsync(context, lease).AsTask());
        };
    }

    private static ValueTask RejectAsync(HttpContext context, RateLimitLease lease)
    {
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var asked) ? Math.Max(1, (int)Math.Ceiling(asked.TotalSeconds)) : 1;
        context.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
        return new ValueTask(ProblemResult.Of(ProblemCodes.TooMany, $"Ask again in {wait} s.").ExecuteAsync(context));
    }

    private static TokenBucketRateLimiterOptions Bucket(int perSecond, int burst) => new()
    {
        TokenLimit = Math.Max(burst, 1),
        TokensPerPeriod = Math.Max(perSecond, 1),
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        QueueLimit = 0,
    };
}
