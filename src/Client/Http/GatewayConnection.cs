using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Messages.Http;

namespace PrivacyGrains.Client.Http;

/// <summary>One gateway, one API key: sends messages, repeats what may be repeated, and turns every refusal into a <see cref="GatewayException"/>.</summary>
/// <remarks>
/// GET, PUT and DELETE are repeated after a broken connection, a timeout or "not now". A POST is repeated only where its caller says that repeating is safe: it has a
/// natural id, or an idempotency key. Redirects are not followed, so a key goes to the address it was given for and nowhere else. Safe to use from several threads.
/// </remarks>
public sealed class GatewayConnection : IDisposable
{
    private const int LargestAnswer = 64 * 1024 * 1024;
    private const int WorthAsking = 64 * 1024;

    private readonly GatewayOptions _options;
    private readonly TimeProvider _clock;
    private readonly HttpClient _http;

    /// <summary>Opens nothing yet: the first call does.</summary>
    /// <param name="options">Where the gateway is.</param>
    /// <param name="clock">For deadlines and waits; null for the machine's.</param>
    /// <param name="handler">What sends; null for sockets. A given one is not disposed.</param>
    /// <exception cref="GatewayException"><c>gateway.insecure</c>: the key would travel over plain HTTP to another machine.</exception>
    public GatewayConnection(GatewayOptions options, TimeProvider? clock = null, HttpMessageHandler? handler = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Attempts, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Attempts, 10, nameof(options));
        if (options.ApiKey is not null && !options.AllowPlainHttp && options.BaseAddress.Scheme != Uri.UriSchemeHttps && !options.BaseAddress.IsLoopback)
        {
            throw new GatewayException(
                GatewayException.Insecure, 0, $"An API key would travel unencrypted to {options.BaseAddress}. Use https, or allow plain HTTP where the network is trusted.");
        }

        _options = options;
        _clock = clock ?? TimeProvider.System;
        _http = handler is null
            ? new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5), ConnectTimeout = TimeSpan.FromSeconds(5) })
            : new HttpClient(handler, disposeHandler: false);
        _http.BaseAddress = WithSlash(options.BaseAddress);
        _http.Timeout = Timeout.InfiniteTimeSpan; // deadlines are per attempt and come from the clock
        _http.MaxResponseContentBufferSize = LargestAnswer;
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("PrivacyGrains.Client", "0.1"));
        if (options.ApiKey is { } key)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    /// <summary>Where the gateway is.</summary>
    public Uri BaseAddress => _options.BaseAddress;

    /// <summary>The clock of this connection's deadlines.</summary>
    public TimeProvider Clock => _clock;

    internal GatewayOptions Options => _options;

    internal HttpClient Http => _http;

    /// <summary>Reads a message.</summary>
    /// <typeparam name="TAnswer">The message, known to <see cref="MessagesJson"/>.</typeparam>
    /// <param name="path">Relative, as <c>v1/parties</c>, with escaped segments.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="GatewayException">The gateway refused, or did not answer.</exception>
    public Task<TAnswer> GetAsync<TAnswer>(string path, CancellationToken cancel = default) =>
        SendAsync<TAnswer>(HttpMethod.Get, path, null, repeatable: true, null, cancel);

    /// <summary>Ends a thing and reads what became of it. Repeatable.</summary>
    /// <typeparam name="TAnswer">What comes back, known to <see cref="MessagesJson"/>.</typeparam>
    /// <param name="path">Relative, with its query, as <see cref="Segments"/> makes it.</param>
    /// <param name="cancel">Gives up.</param>
    public Task<TAnswer> DeleteAsync<TAnswer>(string path, CancellationToken cancel = default) =>
        SendAsync<TAnswer>(HttpMethod.Delete, path, null, repeatable: true, null, cancel);

    /// <summary>Sends a message and reads one back.</summary>
    /// <typeparam name="TBody">What is sent, known to <see cref="MessagesJson"/>.</typeparam>
    /// <typeparam name="TAnswer">What comes back.</typeparam>
    /// <param name="method">PUT, POST or DELETE.</param>
    /// <param name="path">Relative, with escaped segments.</param>
    /// <param name="body">What is sent.</param>
    /// <param name="repeatable">Whether sending it twice is the same as once: it has a natural id.</param>
    /// <param name="idempotencyKey">1 to 128 visible ASCII characters; makes any write repeatable.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="GatewayException">The gateway refused, or did not answer.</exception>
    public Task<TAnswer> SendAsync<TBody, TAnswer>(
        HttpMethod method, string path, TBody body, bool repeatable = false, string? idempotencyKey = null, CancellationToken cancel = default)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, TypeInfo<TBody>());
        return SendAsync<TAnswer>(method, path, () => Content(bytes, "application/json"), repeatable, idempotencyKey, cancel);
    }

    /// <summary>Sends bytes (<c>application/octet-stream</c>) and reads a message back.</summary>
    /// <typeparam name="TAnswer">What comes back.</typeparam>
    /// <param name="method">PUT or POST.</param>
    /// <param name="path">Relative, with escaped segments.</param>
    /// <param name="body">What is sent.</param>
    /// <param name="repeatable">Whether sending it twice is the same as once.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="GatewayException">The gateway refused, or did not answer.</exception>
    public Task<TAnswer> SendBytesAsync<TAnswer>(HttpMethod method, string path, ReadOnlyMemory<byte> body, bool repeatable = false, CancellationToken cancel = default) =>
        SendAsync<TAnswer>(method, path, () => Content(body, "application/octet-stream"), repeatable, null, cancel);

    /// <summary>Sends a POST without a body and reads a message back.</summary>
    /// <typeparam name="TAnswer">What comes back.</typeparam>
    /// <param name="path">Relative, with escaped segments.</param>
    /// <param name="repeatable">Whether sending it twice is the same as once.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="GatewayException">The gateway refused, or did not answer.</exception>
    public Task<TAnswer> PostAsync<TAnswer>(string path, bool repeatable = false, CancellationToken cancel = default) =>
        SendAsync<TAnswer>(HttpMethod.Post, path, null, repeatable, null, cancel);

    /// <summary>Sends a request without a body, of which only success matters.</summary>
    /// <param name="method">DELETE, or POST.</param>
    /// <param name="path">Relative, with escaped segments.</param>
    /// <param name="repeatable">Whether sending it twice is the same as once.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="GatewayException">The gateway refused, or did not answer.</exception>
    public async Task SendAsync(HttpMethod method, string path, bool repeatable = true, CancellationToken cancel = default)
    {
        using var answer = await ExchangeAsync(method, path, null, repeatable, null, cancel);
    }

    /// <summary>Sends a message of which only success matters.</summary>
    /// <typeparam name="TBody">What is sent.</typeparam>
    /// <param name="method">PUT or POST.</param>
    /// <param name="path">Relative, with escaped segments.</param>
    /// <param name="body">What is sent.</param>
    /// <param name="repeatable">Whether sending it twice is the same as once.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="GatewayException">The gateway refused, or did not answer.</exception>
    public async Task SendAsync<TBody>(HttpMethod method, string path, TBody body, bool repeatable = false, CancellationToken cancel = default)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, TypeInfo<TBody>());
        using var answer = await ExchangeAsync(method, path, () => Content(bytes, "application/json"), repeatable, null, cancel);
    }

    /// <summary>Sends what is written while it is sent, so that it is never whole in memory, and reads a message back. Repeatable: what is sent replaces what was there.</summary>
    /// <typeparam name="TAnswer">What comes back.</typeparam>
    /// <param name="path">Relative, with escaped segments.</param>
    /// <param name="write">Writes all of it; runs anew for each attempt, on another thread.</param>
    /// <param name="deadline">How long one attempt may take.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="GatewayException">The gateway refused, or did not answer.</exception>
    public async Task<TAnswer> PutWrittenAsync<TAnswer>(string path, Action<System.Buffers.IBufferWriter<byte>> write, TimeSpan deadline, CancellationToken cancel = default)
    {
        using var answer = await ExchangeAsync(HttpMethod.Put, path, () => new WrittenContent(write), repeatable: true, null, cancel, deadline);
        return await ReadAsync<TAnswer>(HttpMethod.Put, path, answer, cancel);
    }

    /// <summary>Sends bytes and reads bytes back.</summary>
    /// <param name="path">Relative, with escaped segments.</param>
    /// <param name="body">What is sent.</param>
    /// <param name="repeatable">Whether sending it twice is the same as once.</param>
    /// <param name="deadline">How long one attempt may take.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="GatewayException">The gateway refused, or did not answer.</exception>
    public async Task<BytesAnswer> PostForBytesAsync(string path, ReadOnlyMemory<byte> body, bool repeatable, TimeSpan deadline, CancellationToken cancel = default)
    {
        using var answer = await ExchangeAsync(HttpMethod.Post, path, () => Content(body, "application/octet-stream"), repeatable, null, cancel, deadline);
        return new BytesAnswer(
            await answer.Content.ReadAsByteArrayAsync(cancel), answer.Headers.ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>Reads bytes.</summary>
    /// <param name="path">Relative, with escaped segments.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="GatewayException">The gateway refused, or did not answer.</exception>
    public async Task<byte[]> GetBytesAsync(string path, CancellationToken cancel = default)
    {
        using var answer = await ExchangeAsync(HttpMethod.Get, path, null, repeatable: true, null, cancel);
        return await answer.Content.ReadAsByteArrayAsync(cancel);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<TAnswer> SendAsync<TAnswer>(
        HttpMethod method, string path, Func<HttpContent>? content, bool repeatable, string? idempotencyKey, CancellationToken cancel)
    {
        using var answer = await ExchangeAsync(method, path, content, repeatable, idempotencyKey, cancel);
        return await ReadAsync<TAnswer>(method, path, answer, cancel);
    }

    private static async Task<TAnswer> ReadAsync<TAnswer>(HttpMethod method, string path, HttpResponseMessage answer, CancellationToken cancel)
    {
        var bytes = await answer.Content.ReadAsByteArrayAsync(cancel);
        try
        {
            return JsonSerializer.Deserialize(bytes, TypeInfo<TAnswer>())
                ?? throw new GatewayException(GatewayException.NotTheApi, (int)answer.StatusCode, $"{method} {path} was answered with null.");
        }
        catch (JsonException e)
        {
            throw new GatewayException(
                GatewayException.NotTheApi, (int)answer.StatusCode, $"{method} {path} was answered with something else than a {typeof(TAnswer).Name}: {e.Message}", null, e);
        }
    }

    /// <summary>Sends, and sends again where that may help; the answer is a success, wholly read into memory.</summary>
    private async Task<HttpResponseMessage> ExchangeAsync(
        HttpMethod method, string path, Func<HttpContent>? content, bool repeatable, string? idempotencyKey, CancellationToken cancel, TimeSpan? deadline = null)
    {
        var mayRepeat = repeatable || idempotencyKey is not null || method == HttpMethod.Get || method == HttpMethod.Put || method == HttpMethod.Delete;
        for (var attempt = 1; ; attempt++)
        {
            var last = !mayRepeat || attempt >= _options.Attempts;
            TimeSpan? retryAfter = null;
            try
            {
                using var request = new HttpRequestMessage(method, path) { Content = content?.Invoke() };
                request.Headers.ExpectContinue = request.Content is WrittenContent || request.Content?.Headers.ContentLength > WorthAsking; // so that a refusal is heard, not a broken pipe
                if (idempotencyKey is not null)
                {
                    request.Headers.Add("Idempotency-Key", idempotencyKey);
                }

                var answer = await SendOnceAsync(request, deadline ?? _options.AttemptDeadline, cancel);
                if (answer.IsSuccessStatusCode)
                {
                    return answer;
                }

                using (answer)
                {
                    if (last || !Retries.MayHelp(answer.StatusCode))
                    {
                        throw await Problems.ReadAsync(answer, cancel);
                    }

                    retryAfter = answer.Headers.RetryAfter?.Delta;
                }
            }
            catch (GatewayException e) when (!last && e.Status == 0)
            {
                // The connection broke or the deadline passed: the wait below, then again.
            }

            await Task.Delay(Retries.Wait(_options, attempt, retryAfter), _clock, cancel);
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, TimeSpan deadline, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(deadline, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, either.Token);
        }
        catch (HttpRequestException e)
        {
            throw new GatewayException(GatewayException.Unreachable, 0, $"No gateway answers at {BaseAddress}: {e.Message}", null, e);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new GatewayException(GatewayException.TimedOut, 0, $"{BaseAddress} did not answer within {deadline.TotalSeconds:0.#} s.", null, e);
        }
    }

    private static ByteArrayContent Content(ReadOnlyMemory<byte> bytes, string mediaType) =>
        new(bytes.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } };

    private static JsonTypeInfo<T> TypeInfo<T>() => (JsonTypeInfo<T>)MessagesJson.Tolerant.GetTypeInfo(typeof(T));

    private static Uri WithSlash(Uri address) => address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");
}
