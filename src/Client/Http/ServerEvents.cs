using System.Net;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Messages.Http;

namespace PrivacyGrains.Client.Http;

/// <summary>One server-sent event.</summary>
/// <typeparam name="T">What it carries.</typeparam>
/// <param name="Id">Where to go on from after a break; null where the stream has none.</param>
/// <param name="Kind">Its event type.</param>
/// <param name="Data">What it carries.</param>
public sealed record ServerEvent<T>(string? Id, string Kind, T Data);

/// <summary>Reads streams of progress, over breaks of the connection.</summary>
public static class ServerEvents
{
    /// <summary>The event type that only says that the stream is alive; never handed on.</summary>
    public const string Heartbeat = "heartbeat";

    /// <summary>The event type that ends a stream for good; a stream that ends without it is opened anew.</summary>
    public const string End = "end";

    /// <summary>Longer silence than this is a broken connection; heartbeats come every 15 s.</summary>
    public static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(45);

    /// <summary>Follows a stream until it ends or the caller stops. A broken connection is opened anew after the last event's id.</summary>
    /// <typeparam name="T">What an event carries, known to <see cref="MessagesJson"/>.</typeparam>
    /// <param name="connection">To which gateway.</param>
    /// <param name="path">Relative, with escaped segments.</param>
    /// <param name="lastEventId">Where to go on from; null for the stream's beginning.</param>
    /// <param name="cancel">Stops.</param>
    /// <exception cref="GatewayException">The gateway refused, or stayed away for as many attempts as the options allow.</exception>
    public static async IAsyncEnumerable<ServerEvent<T>> FollowAsync<T>(
        this GatewayConnection connection, string path, string? lastEventId = null, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var type = (JsonTypeInfo<T>)MessagesJson.Tolerant.GetTypeInfo(typeof(T));
        for (var failed = 0; ; await Task.Delay(Retries.Wait(connection.Options, failed, null), connection.Clock, cancel))
        {
            var (answer, trouble) = await OpenAsync(connection, path, lastEventId, cancel);
            if (answer is null)
            {
                failed++;
                if (failed >= connection.Options.Attempts || trouble is { Status: not 0 and not 503 })
                {
                    throw trouble!;
                }

                continue;
            }

            using var silence = new CancellationTokenSource(LongestSilence, connection.Clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, silence.Token);
            using (answer)
            {
                var body = await answer.Content.ReadAsStreamAsync(cancel);
                await using var events = SseParser.Create(body).EnumerateAsync(either.Token).GetAsyncEnumerator(either.Token);
                while (await NextAsync(events, cancel))
                {
                    silence.CancelAfter(LongestSilence);
                    failed = 0;
                    var item = events.Current;
                    lastEventId = string.IsNullOrEmpty(item.EventId) ? lastEventId : item.EventId;
                    if (item.EventType == End)
                    {
                        yield break;
                    }

                    if (item.EventType != Heartbeat && JsonSerializer.Deserialize(item.Data, type) is { } data)
                    {
                        yield return new ServerEvent<T>(lastEventId, item.EventType, data);
                    }
                }
            }

            failed++;
            if (failed >= connection.Options.Attempts)
            {
                throw new GatewayException(GatewayException.Unreachable, 0, $"The stream {path} broke {failed} times without an event between.");
            }
        }
    }

    private static async Task<bool> NextAsync(IAsyncEnumerator<SseItem<string>> events, CancellationToken cancel)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (Exception e) when (e is IOException or HttpRequestException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return false;
        }
    }

    private static async Task<(HttpResponseMessage? Answer, GatewayException? Trouble)> OpenAsync(
        GatewayConnection connection, string path, string? lastEventId, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Accept = { new("text/event-stream") } } };
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        try
        {
            var answer = await connection.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel)
                .WaitAsync(connection.Options.AttemptDeadline, connection.Clock, cancel);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                return (answer, null);
            }

            using (answer)
            {
                return (null, await Problems.ReadAsync(answer, cancel));
            }
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException)
        {
            return (null, new GatewayException(GatewayException.Unreachable, 0, $"No gateway answers at {connection.BaseAddress}: {e.Message}", null, e));
        }
    }
}
