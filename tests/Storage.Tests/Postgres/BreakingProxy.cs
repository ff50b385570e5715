using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace PrivacyGrains.Storage.Tests;

/// <summary>Stands between a journal and its server and breaks the connection at a chosen moment, once.</summary>
internal sealed class BreakingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private readonly string _host;
    private readonly int _port;
    private Func<Task>? _atRequest;
    private Func<Task>? _atAnswer;

    public BreakingProxy(string connectionString)
    {
        var target = new NpgsqlConnectionStringBuilder(connectionString);
        (_host, _port) = (target.Host!, target.Port);
        _listener.Start();
        (target.Host, target.Port) = ("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port);
        target.NoResetOnClose = true; // else the pool's reset is the first request, and its answer the first answer
        ConnectionString = target.ConnectionString;
        _accepting = AcceptAsync();
    }

    /// <summary>The way in through the proxy.</summary>
    public string ConnectionString { get; }

    /// <summary>How often a connection was broken.</summary>
    public int Broken { get; private set; }

    /// <summary>The next request does not reach the server; the action runs before the client sees the connection break.</summary>
    public void BreakNextRequest(Func<Task> meanwhile) => _atRequest = meanwhile;

    /// <summary>The next request reaches the server and is carried out, but its answer is lost; the action runs before the client sees the connection break.</summary>
    public void BreakNextAnswer(Func<Task> meanwhile) => _atAnswer = meanwhile;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient { NoDelay = true };
        using (client)
        {
            try
            {
                client.NoDelay = true;
                await server.ConnectAsync(_host, _port, _stop.Token);
                await Task.WhenAny(
                    PumpAsync(client.GetStream(), server.GetStream(), () => Interlocked.Exchange(ref _atRequest, null)),
                    PumpAsync(server.GetStream(), client.GetStream(), () => Interlocked.Exchange(ref _atAnswer, null)));
            }
            catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
            {
                // one side went away, and with it the other
            }
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, Func<Func<Task>?> takeBreak)
    {
        var buffer = new byte[65536];
        while (await from.ReadAsync(buffer, _stop.Token) is var count and > 0)
        {
            if (takeBreak() is { } meanwhile)
            {
                await meanwhile();
                Broken++;
                return;
            }

            await to.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
        }
    }
}
