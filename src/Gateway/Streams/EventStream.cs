using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PrivacyGrains.Gateway.Hosting;
using PrivacyGrains.Gateway.Telemetry;
using PrivacyGrains.Messages.Http;

namespace PrivacyGrains.Gateway.Streams;

/// <summary>One event to send.</summary>
/// <typeparam name="T">What it carries, known to <see cref="MessagesJson"/>.</typeparam>
/// <param name="Id">Where a reader goes on from after a break: one line.</param>
/// <param name="Kind">Its event type; neither <c>heartbeat</c> nor <c>end</c>, which are the stream's own.</param>
/// <param name="Data">What it carries.</param>
public sealed record StreamEvent<T>(string Id, string Kind, T Data);

/// <summary>Server-sent events (HTML, section 9.2) with heartbeats and resumption. An endpoint that streams calls <see cref="Send{T}"/>.</summary>
/// <remarks>
/// A stream without news sends <c>event: heartbeat</c>, so that both ends and what is between them see a dead connection. Where the source itself ends, the stream sends
/// <c>event: end</c>; a stream that stops without it was broken, and its reader opens it anew with <c>Last-Event-ID</c>.
/// </remarks>
public sealed class EventStream(GatewaySettings settings, TimeProvider clock, IHostApplicationLifetime lifetime)
{
    private const string LastEventId = "Last-Event-ID";

    /// <summary>How long a source waits before it looks for news again.</summary>
    /// <param name="cancel">The stream's.</param>
    public Task PauseAsync(CancellationToken cancel) => Task.Delay(settings.StreamPoll, clock, cancel);

    /// <summary>Where the reader wants to go on from: the header <c>Last-Event-ID</c>, or null for the stream's beginning.</summary>
    /// <param name="request">The request.</param>
    public static string? After(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Headers.TryGetValue(LastEventId, out var header) && header.Count == 1 && header[0] is { Length: > 0 } id ? id : null;
    }

    /// <summary>The answer that streams a source until it ends, the reader goes, or the gateway stops.</summary>
    /// <typeparam name="T">What an event carries.</typeparam>
    /// <param name="context">The request's.</param>
    /// <param name="source">Makes the events; its token ends with the stream.</param>
    public IResult Send<T>(HttpContext context, Func<CancellationToken, IAsyncEnumerable<StreamEvent<T>>> source)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(source);
        context.Response.Headers["X-Accel-Buffering"] = "no";
        return TypedResults.ServerSentEvents(Items(source, context.RequestAborted));
    }

    private async IAsyncEnumerable<SseItem<string>> Items<T>(
        Func<CancellationToken, IAsyncEnumerable<StreamEvent<T>>> source, [EnumeratorCancellation] CancellationToken aborted)
    {
        var type = (JsonTypeInfo<T>)MessagesJson.Tolerant.GetTypeInfo(typeof(T));
        using var over = CancellationTokenSource.CreateLinkedTokenSource(aborted, lifetime.ApplicationStopping);
        var events = source(over.Token).GetAsyncEnumerator(over.Token);
        var next = events.MoveNextAsync().AsTask();
        GatewayMetrics.CountStream(1);
        try
        {
            yield return Heartbeat; // says at once that the stream is there
            while (true)
            {
                var came = await CameAsync(next, over.Token);
                if (over.IsCancellationRequested)
                {
                    yield break;
                }

                if (!came)
                {
                    yield return Heartbeat;
                }
                else if (!await next)
                {
                    yield return new SseItem<string>("{}", "end");
                    yield break;
                }
                else
                {
                    var item = events.Current;
                    yield return new SseItem<string>(JsonSerializer.Serialize(item.Data, type), item.Kind) { EventId = item.Id };
                    next = events.MoveNextAsync().AsTask();
                }
            }
        }
        finally
        {
            GatewayMetrics.CountStream(-1);
            await over.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // an enumerator is not disposed while it moves
            await events.DisposeAsync();
        }
    }

    private static SseItem<string> Heartbeat => new("{}", "heartbeat");

    private async Task<bool> CameAsync(Task next, CancellationToken over)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(over);
        var silence = Task.Delay(settings.Heartbeat, clock, enough.Token);
        var first = await Task.WhenAny(next, silence);
        await enough.CancelAsync();
        return first == next;
    }
}
