using System.Net;

namespace PrivacyGrains.Client.Http;

/// <summary>When a request is sent again, and after how long.</summary>
/// <remarks>The waits are deterministic: doubling from the first, bounded, or what the gateway's <c>Retry-After</c> says, bounded too.</remarks>
internal static class Retries
{
    /// <summary>Whether the same request may succeed later.</summary>
    public static bool MayHelp(HttpStatusCode status) =>
        status is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    /// <summary>How long to wait after a failed attempt.</summary>
    /// <param name="options">First and longest wait.</param>
    /// <param name="failed">How many attempts have failed; from 1.</param>
    /// <param name="retryAfter">What the gateway asked for, if it did.</param>
    public static TimeSpan Wait(GatewayOptions options, int failed, TimeSpan? retryAfter)
    {
        var doubled = options.FirstWait * Math.Pow(2, Math.Min(failed, 16) - 1);
        var wait = retryAfter is { } asked && asked > doubled ? asked : doubled;
        return wait < options.LongestWait ? wait : options.LongestWait;
    }
}
