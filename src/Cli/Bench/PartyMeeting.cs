using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PrivacyGrains.Grains.Streams;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Channels;

namespace PrivacyGrains.Cli.Bench;

/// <summary>How a party that is a process of its own meets its peers.</summary>
internal interface IPartyMeeting : IAsyncDisposable
{
    /// <summary>Where this one is met.</summary>
    int Port { get; }

    /// <summary>Makes ready, before any peer does the next step.</summary>
    /// <param name="ports">Of all parties, in the order of their indices.</param>
    /// <param name="cancel">Ends it.</param>
    Task PrepareAsync(IReadOnlyList<int> ports, CancellationToken cancel);

    /// <summary>Meets every peer.</summary>
    Task MeetAsync(IReadOnlyList<int> ports, CancellationToken cancel);

    /// <summary>The link to a peer that was met.</summary>
    SeatLink Link(PartyId peer, SecureChannel channel);
}

/// <summary>Meets peers over the party-to-party stream: of each pair the first in order connects.</summary>
internal sealed class StreamMeeting : IPartyMeeting
{
    private readonly PartyId[] _names;
    private readonly int _self;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Dictionary<PartyId, FrameStream> _streams = [];

    public StreamMeeting(PartyId[] names, int self)
    {
        (_names, _self) = (names, self);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    /// <inheritdoc/>
    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <inheritdoc/>
    public Task PrepareAsync(IReadOnlyList<int> ports, CancellationToken cancel) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task MeetAsync(IReadOnlyList<int> ports, CancellationToken cancel)
    {
        for (var peer = _self + 1; peer < _names.Length; peer++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, ports[peer]), cancel);
            await socket.SendAsync(new[] { (byte)_self }, SocketFlags.None, cancel);
            _streams[_names[peer]] = new FrameStream(socket);
        }

        while (_streams.Count < _names.Length - 1)
        {
            var (socket, who) = (await _listener.AcceptAsync(cancel), new byte[1]);
            await socket.ReceiveAsync(who, SocketFlags.None, cancel);
            _streams.Add(_names[who[0]], new FrameStream(socket));
        }
    }

    /// <inheritdoc/>
    public SeatLink Link(PartyId peer, SecureChannel channel) => new PumpedLink(channel, new StreamCarrier(_streams[peer]));

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Meets peers as grains of one cluster: each party's process is a silo, the first one's the one that the others join by.</summary>
internal sealed class SiloMeeting(PartyId[] names, int self) : IPartyMeeting
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private BenchSilo? _silo;

    /// <inheritdoc/>
    public int Port { get; } = BenchSilo.FreePort();

    /// <inheritdoc/>
    public async Task PrepareAsync(IReadOnlyList<int> ports, CancellationToken cancel)
    {
        if (self == 0)
        {
            _silo = await BenchSilo.StartAsync(names, [names[0]], Port, null, cancel);
        }
    }

    /// <inheritdoc/>
    public async Task MeetAsync(IReadOnlyList<int> ports, CancellationToken cancel)
    {
        _silo ??= await BenchSilo.StartAsync(names, [names[self]], Port, string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{ports[0]}"), cancel);
        var start = TimeProvider.System.GetTimestamp();
        foreach (var name in names)
        {
            while (true)
            {
                try
                {
                    await BenchPartyGrain.Of(_silo.Grains, name).OpenAsync();
                    break;
                }
                catch (Exception e) when (e is OrleansException or TimeoutException && TimeProvider.System.GetElapsedTime(start) < Patience)
                {
                    await Task.Delay(Pause, TimeProvider.System, cancel); // its silo is not there yet
                }
            }
        }
    }

    /// <inheritdoc/>
    public SeatLink Link(PartyId peer, SecureChannel channel) => new DirectLink(channel, _silo!.Carrier(names[self], peer));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _silo?.DisposeAsync() ?? ValueTask.CompletedTask;
}
