using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace PrivacyGrains.Gateway.Tests.Inferences;

/// <summary>A cable between two silos that counts what passes, and that a test can alter or cut.</summary>
internal sealed class Wire : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stopped = new();
    private readonly ConcurrentBag<(Socket Near, Socket Far, Task Ended)> _carried = [];
    private long _bytes;

    public Wire()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Target = FreePort();
        _ = AcceptAsync();
    }

    /// <summary>Where to connect.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Where it leads.</summary>
    public int Target { get; }

    /// <summary>Bytes passed on, both ways.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Whether connections are closed before anything passes.</summary>
    public bool IsDead { get; set; }

    /// <summary>What happens to the bytes on their way from whoever connected, given the place of the first one; fewer bytes than came cut the cable.</summary>
    public Func<long, Memory<byte>, Memory<byte>> Pass { get; set; } = (_, bytes) => bytes;

    /// <summary>Forgets what passed, and how it was altered.</summary>
    public void Reset() => (_bytes, IsDead, Pass) = (0, false, (_, bytes) => bytes);

    /// <summary>Cuts what is connected now.</summary>
    public async Task CutAsync()
    {
        while (_carried.TryTake(out var carried))
        {
            carried.Near.Dispose();
            carried.Far.Dispose();
            await carried.Ended;
        }
    }

    public void Dispose()
    {
        _stopped.Cancel();
        _listener.Dispose();
        _stopped.Dispose();
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private async Task AcceptAsync()
    {
        var stopped = _stopped.Token;
        while (!stopped.IsCancellationRequested)
        {
            var near = await _listener.AcceptAsync(stopped);
            if (IsDead)
            {
                near.Dispose();
                continue;
            }

            var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await far.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Target), stopped);
            _carried.Add((near, far, Task.WhenAll(CarryAsync(near, far, Pass), CarryAsync(far, near, (_, bytes) => bytes))));
        }
    }

    private async Task CarryAsync(Socket from, Socket to, Func<long, Memory<byte>, Memory<byte>> pass)
    {
        try
        {
            var buffer = new byte[64 * 1024];
            for (var place = 0L; ;)
            {
                var got = await from.ReceiveAsync(buffer, SocketFlags.None, _stopped.Token);
                var passed = got == 0 ? Memory<byte>.Empty : pass(place, buffer.AsMemory(0, got));
                for (var rest = passed; !rest.IsEmpty;)
                {
                    rest = rest[await to.SendAsync(rest, SocketFlags.None, _stopped.Token)..];
                }

                Interlocked.Add(ref _bytes, passed.Length);
                place += got;
                if (passed.Length < got || got == 0)
                {
                    break;
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One end closed: the other follows.
        }

        from.Dispose();
        to.Dispose();
    }
}
