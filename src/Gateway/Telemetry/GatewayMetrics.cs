using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace PrivacyGrains.Gateway.Telemetry;

/// <summary>What the gateway measures; the meter <c>PrivacyGrains.Gateway</c>.</summary>
/// <remarks>Labels are routes' templates, methods, statuses and codes: never a name, an id or a value.</remarks>
internal static class GatewayMetrics
{
    public const string MeterName = "PrivacyGrains.Gateway";

    private const string CodeItem = "privacygrains.problem-code";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "privacygrains.gateway.request.duration", "s", "How long requests took, streams excepted.", null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });

    private static readonly Counter<long> Refusals = Meter.CreateCounter<long>(
        "privacygrains.gateway.refusals", "{refusal}", "Answers that are problems, by code.");

    private static readonly UpDownCounter<long> Streams = Meter.CreateUpDownCounter<long>(
        "privacygrains.gateway.streams", "{stream}", "Streams that are open.");

    /// <summary>The meters as a middleware.</summary>
    public static async Task Measure(HttpContext context, RequestDelegate next)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            if (context.Response.ContentType is not "text/event-stream")
            {
                Duration.Record(
                    Stopwatch.GetElapsedTime(start).TotalSeconds,
                    new("http.request.method", Method(context.Request.Method)),
                    new("http.route", (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(none)"),
                    new("http.response.status_code", context.Response.StatusCode));
            }
        }
    }

    /// <summary>One more problem, once for each request.</summary>
    public static void CountRefusal(HttpContext context, string code)
    {
        if (context.Items.TryAdd(CodeItem, code))
        {
            Refusals.Add(1, new KeyValuePair<string, object?>("code", code));
        }
    }

    /// <summary>A stream opened (1) or closed (-1).</summary>
    public static void CountStream(int change) => Streams.Add(change);

    // Any token is a method to Kestrel, and a label must not grow by what callers invent.
    private static string Method(string method) => method is "GET" or "PUT" or "POST" or "DELETE" or "HEAD" or "OPTIONS" or "PATCH" ? method : "_OTHER";
}
