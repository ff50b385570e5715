using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;

namespace PrivacyGrains.Grains.Streams;

/// <summary>Listens for peers' connections, and makes them.</summary>
/// <remarks>
/// A connection says 8 fixed bytes and a token of 32 within two seconds, or it is closed and counted; so is one more than 64 that have not said it yet. Health
/// probes, port scans and old tokens disturb nothing else. Nothing is taken memory for before the token fits. Tokens are looked up by their digest, so that the
/// time of a look-up tells nothing of them.
/// </remarks>
public sealed partial class PartyStreams : IPartyStreams, IHostedService, IDisposable
{
    /// <summary>Bytes of a token.</summary>
    public const int TokenLength = 32;

    private const int MostStrangers = 64;
    private static readonly TimeSpan Introduction = TimeSpan.FromSeconds(2);

    private readonly PartyStreamSettings _settings;
    private readonly GrainMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger<PartyStreams> _logger;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<FrameStream?>> _expected = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopped = new();
    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;
    private int _strangers;

    /// <summary>Not listening yet.</summary>
    internal PartyStreams(PartyStreamSettings settings, GrainMetrics metrics, TimeProvider clock, ILogger<PartyStreams> logger) =>
        (_settings, _metrics, _clock, _logger) = (settings, metrics, clock, logger);

    // Before the token: so that what is no peer of ours is told apart at the first bytes. The last byte is the version.
    private static ReadOnlySpan<byte> Greeting => "pgstrm\0\u0001"u8;

    /// <inheritdoc/>
    public StreamPoint? Advertised { get; private set; }

    /// <summary>The port that is listened at; 0 before the start.</summary>
    public int Port => (_listener?.LocalEndPoint as IPEndPoint)?.Port ?? 0;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_settings.Listen is { Length: > 0 } listen)
        {
            var endpoint = IPEndPoint.Parse(listen);
            _listener = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            _listener.Bind(endpoint);
            _listener.Listen();
            var bound = (IPEndPoint)_listener.LocalEndPoint!;
            Advertised = _settings.Advertised(bound);
            LogListening(bound.Port, Advertised.Host, Advertised.Port);
            _accepting = Task.Run(AcceptAsync, CancellationToken.None);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopped.CancelAsync();
        _listener?.Dispose();
        await _accepting.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<FrameStream?> ExpectAsync(ReadOnlyMemory<byte> token, TimeSpan within)
    {
        var arrival = new TaskCompletionSource<FrameStream?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var name = NameOf(token.Span);
        if (Advertised is null || !_expected.TryAdd(name, arrival))
        {
            return null;
        }

        using var deadline = new CancellationTokenSource(within, _clock);
        using var late = deadline.Token.Register(() =>
        {
            if (_expected.TryRemove(name, out _))
            {
                arrival.TrySetResult(null);
            }
        });
        return await arrival.Task;
    }

    /// <inheritdoc/>
    public async Task<FrameStream?> ConnectAsync(StreamPoint to, ReadOnlyMemory<byte> token, TimeSpan within)
    {
        ArgumentNullException.ThrowIfNull(to);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_stopped.Token);
        using var clock = new CancellationTokenSource(within, _clock);
        using var late = clock.Token.Register(deadline.Cancel);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(to.Host, to.Port, deadline.Token);
            var hello = new byte[Greeting.Length + TokenLength];
            Greeting.CopyTo(hello);
            token.Span.CopyTo(hello.AsSpan(Greeting.Length));
            var stream = new FrameStream(socket);
            await stream.SendAsync(hello, deadline.Token);
            if (await stream.AcknowledgedAsync(deadline.Token))
            {
                _metrics.StreamOpened("out");
                return stream;
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            LogNotConnected(to.Host, to.Port, e.Message);
        }

        socket.Dispose();
        _metrics.StreamRefused("not-connected");
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener?.Dispose();
        _stopped.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopped.IsCancellationRequested)
        {
            try
            {
                var socket = await _listener!.AcceptAsync(_stopped.Token);
                if (Interlocked.Increment(ref _strangers) > MostStrangers)
                {
                    Refuse(socket, "too-many");
                    Interlocked.Decrement(ref _strangers);
                }
                else
                {
                    _ = MeetAsync(socket);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                LogNotAccepted(e.Message); // one that went away before it was accepted, or no more descriptors: the next one may come
                await Task.Delay(TimeSpan.FromMilliseconds(100), _clock, CancellationToken.None);
            }
        }
    }

    private async Task MeetAsync(Socket socket)
    {
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_stopped.Token);
            using var clock = new CancellationTokenSource(Introduction, _clock);
            using var late = clock.Token.Register(deadline.Cancel);
            var hello = new byte[Greeting.Length + TokenLength];
            for (var got = 0; got < hello.Length;)
            {
                var more = await socket.ReceiveAsync(hello.AsMemory(got), SocketFlags.None, deadline.Token);
                got += more;
                if (more == 0 || !hello.AsSpan(0, Math.Min(got, Greeting.Length)).SequenceEqual(Greeting[..Math.Min(got, Greeting.Length)]))
                {
                    Refuse(socket, more == 0 ? "ended" : "no-peer");
                    return;
                }
            }

            if (_expected.TryRemove(NameOf(hello.AsSpan(Greeting.Length)), out var arrival) && arrival.TrySetResult(new FrameStream(socket)))
            {
                _metrics.StreamOpened("in");
                return;
            }

            Refuse(socket, "unknown-token");
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            Refuse(socket, e is SocketException ? "ended" : "too-slow");
        }
        finally
        {
            Interlocked.Decrement(ref _strangers);
        }
    }

    private void Refuse(Socket socket, string why)
    {
        _metrics.StreamRefused(why); // before the other side can see it
        socket.Dispose();
    }

    private static string NameOf(ReadOnlySpan<byte> token) => Convert.ToHexString(SHA256.HashData(token));

    [LoggerMessage(Level = LogLevel.Information, Message = "Peers' streams are taken at port {Bound}, advertised as {Host}:{Port}")]
    private partial void LogListening(int bound, string host, int port);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No stream to {Host}:{Port}: {Message}; frames go as grain messages")]
    private partial void LogNotConnected(string host, int port, string message);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A connection was not accepted: {Message}")]
    private partial void LogNotAccepted(string message);
}
