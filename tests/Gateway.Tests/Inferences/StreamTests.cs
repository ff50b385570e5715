using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Grains.Hosting;
using PrivacyGrains.Grains.Streams;
using PrivacyGrains.Protocols.Channels;
using static PrivacyGrains.Gateway.Tests.Inferences.InferenceWorld;

namespace PrivacyGrains.Gateway.Tests.Inferences;

/// <summary>Sides that send each other their frames over direct streams, through a cable that the tests can alter and cut.</summary>
public sealed class StreamTests(StreamTests.StreamedWorld world) : IClassFixture<StreamTests.StreamedWorld>
{
    private const int Hello = 8 + PartyStreams.TokenLength;

    [Fact]
    public async Task Scores_WithStreams_AreRight_AndEveryFrameGoesOverTheStream()
    {
        world.Wire.Reset();
        var session = NewSession();
        using var asker = world.Of(Asker);
        using var ask = await asker.Inference.AskAsync(session, Question());
        await world.ProvideAllAsync(session);
        var answer = await asker.Inference.ReceiveAsync(ask);
        Assert.All(answer.Values.Zip(Clear()), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, Math.Pow(2, -10)));
        Assert.Equal(Hello + 1 + (2 * (ask.Plan.BytesPerParty + (ask.Plan.Rounds * SecureChannel.Overhead))), world.Wire.Bytes);
    }

    [Fact]
    public async Task Scores_OfThreeParties_AreRight()
    {
        world.Wire.Reset();
        var session = NewSession();
        using var asker = world.Of(Asker);
        using var ask = await asker.Inference.AskAsync(session, Question(parties: 3));
        await world.ProvideAllAsync(session);
        var answer = await asker.Inference.ReceiveAsync(ask);
        Assert.All(answer.Values.Zip(Clear()), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, Math.Pow(2, -10)));
        Assert.Equal((3 * (Hello + 1)) + (3 * (ask.Plan.BytesPerParty + (2 * ask.Plan.Rounds * SecureChannel.Overhead))), world.Wire.Bytes);
    }

    [Fact]
    public async Task Connection_ThatDoesNotComeAbout_LeavesGrainMessages()
    {
        world.Wire.Reset();
        world.Wire.IsDead = true;
        await world.WorksAsync();
        Assert.Equal(0, world.Wire.Bytes);

        world.Wire.Reset();
        world.Wire.Pass = (place, bytes) => place + bytes.Length > 20 ? bytes[..0] : bytes; // within the introduction
        await world.WorksAsync();
    }

    [Fact]
    public async Task Connection_LostBeforeTheFirstFrame_LeavesGrainMessages()
    {
        world.Wire.Reset();
        var session = NewSession();
        using var asker = world.Of(Asker);
        using var ask = await asker.Inference.AskAsync(session, Question()); // the sides are linked when this ends
        Assert.Equal(Hello + 1, world.Wire.Bytes);
        await world.Wire.CutAsync();
        await world.ProvideAllAsync(session);
        var answer = await asker.Inference.ReceiveAsync(ask);
        Assert.All(answer.Values.Zip(Clear()), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, Math.Pow(2, -10)));
        Assert.Equal(Hello + 1, world.Wire.Bytes);
    }

    [Fact]
    public async Task Stream_CutAmongTheRounds_EndsTheSessionAndNamesThePeer_AndTheNextWorks()
    {
        world.Wire.Reset();
        world.Wire.Pass = (place, bytes) => place + bytes.Length > 500 ? bytes[..0] : bytes;
        var (code, reason) = await FailsAsync();
        Assert.Equal("computation.peer-lost", code);
        Assert.Contains("h-", reason, StringComparison.Ordinal);
        world.Wire.Reset();
        await world.WorksAsync();
    }

    [Fact]
    public async Task Stream_WithAByteChanged_EndsTheSessionByAFaultThatNamesTheSender()
    {
        world.Wire.Reset();
        world.Wire.Pass = (place, bytes) =>
        {
            const int At = Hello + ChannelFrame.HeaderLength + 70; // within the first frame's words
            if (place <= At && At < place + bytes.Length)
            {
                bytes.Span[(int)(At - place)] ^= 1;
            }

            return bytes;
        };
        var (code, reason) = await FailsAsync();
        Assert.Equal("channel.tampered", code);
        Assert.Contains("h-1", reason, StringComparison.Ordinal);
        world.Wire.Reset();
        await world.WorksAsync();
    }

    [Theory]
    [InlineData("GET /health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n", "no-peer")]
    [InlineData("pgstrm\0\u0001................................", "unknown-token")]
    [InlineData("pgs", "ended")]
    public async Task Connection_OfSomebodyElse_IsClosedAndCounted_AndDisturbsNothing(string says, string counted)
    {
        using var refusals = new Refusals();
        world.Wire.Reset();
        using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, world.Wire.Target));
            await socket.SendAsync(Encoding.Latin1.GetBytes(says), SocketFlags.None);
            if (counted == "ended")
            {
                socket.Shutdown(SocketShutdown.Send);
            }

            var closed = 0;
            try
            {
                closed = await socket.ReceiveAsync(new byte[1], SocketFlags.None);
            }
            catch (SocketException)
            {
                // Reset: there were bytes that nobody read.
            }

            Assert.Equal(0, closed);
        }

        Assert.Contains(counted, refusals.Reasons);
        await world.WorksAsync();
    }

    [Theory]
    [InlineData("nowhere", "", "Listen is 'nowhere'")]
    [InlineData("0.0.0.0:11200", "", "set Advertise")]
    [InlineData("127.0.0.1:11200", "clinic", "Advertise is 'clinic'")]
    [InlineData("", "clinic:1", "Listen is empty")]
    public void Settings_ThatCannotBe_SayWhatToChange(string listen, string advertise, string says) =>
        Assert.Contains(says, Assert.Single(new PartyStreamSettings { Listen = listen, Advertise = advertise }.Faults("S")), StringComparison.Ordinal);

    private async Task<(string Code, string Reason)> FailsAsync()
    {
        var session = NewSession();
        using var asker = world.Of(Asker);
        using var ask = await asker.Inference.AskAsync(session, Question());
        await world.ProvideAllAsync(session);
        var failure = await Assert.ThrowsAsync<GatewayException>(() => asker.Inference.ReceiveAsync(ask));
        return (failure.Code, failure.Message);
    }

    /// <summary>Reasons for which connections were closed.</summary>
    private sealed class Refusals : IDisposable
    {
        private readonly MeterListener _listener = new();

        public Refusals()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "privacygrains.streams.refused")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, _, tags, _) => Reasons.Add((string)tags[0].Value!));
            _listener.Start();
        }

        public ConcurrentBag<string> Reasons { get; } = [];

        public void Dispose() => _listener.Dispose();
    }

    /// <summary>A world whose silo takes streams, by way of a cable.</summary>
    public sealed class StreamedWorld : InferenceWorld
    {
        internal Wire Wire { get; } = new();

        protected override Action<IServiceCollection> More => services =>
            services.AddPartyStreams(new PartyStreamSettings { Listen = $"127.0.0.1:{Wire.Target}", Advertise = $"127.0.0.1:{Wire.Port}" });

        public override async Task DisposeAsync()
        {
            await base.DisposeAsync();
            Wire.Dispose();
        }
    }
}
