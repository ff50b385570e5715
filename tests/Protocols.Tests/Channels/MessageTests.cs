using System.Buffers;
using System.Runtime.InteropServices;
using FsCheck;
using FsCheck.Fluent;
using PrivacyGrains.Protocols.Channels;
using PrivacyGrains.Protocols.Tests.Rosters;

namespace PrivacyGrains.Protocols.Tests.Channels;

public sealed class MessageTests : IDisposable
{
    private readonly Parties _parties = new(2);
    private readonly PoisoningPool _pool = new();
    private readonly List<IDisposable> _owned = [];
    private readonly SecureChannel _a;
    private readonly SecureChannel _b;
    private readonly MessageOpening _opening;

    public MessageTests()
    {
        var roster = _parties.Roster();
        var (one, other) = (Own(LocalSession.Begin(roster, _parties.Names[0], _parties.Key(_parties.Names[0]))), Own(LocalSession.Begin(roster, _parties.Names[1], _parties.Key(_parties.Names[1]))));
        _a = Own(one.Connect(other.Offer).Value);
        _b = Own(other.Connect(one.Offer).Value);
        _opening = Own(new MessageOpening(_b, _pool));
    }

    public void Dispose()
    {
        _owned.ForEach(owned => owned.Dispose());
        _parties.Dispose();
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(8, 1)]
    [InlineData(ChannelFrame.PartLength, 1)]
    [InlineData(ChannelFrame.PartLength + 8, 2)]
    [InlineData((3 * ChannelFrame.PartLength) + 24, 4)]
    public void Take_EveryFrameInOrder_GivesTheMessageAtTheLast(int length, int frames)
    {
        var message = new Numbers(length);
        var sealedFrames = Seal(message);
        Assert.Equal((frames, length + (frames * SecureChannel.Overhead)), (sealedFrames.Count, sealedFrames.Sum(frame => frame.Length)));
        Assert.All(sealedFrames, frame => Assert.Equal(frame.Length, ChannelFrame.TryRead(frame)!.Value.Length));
        Assert.All(sealedFrames.SkipLast(1), frame => Assert.Null(Taken(frame, length)));
        using var opened = Taken(sealedFrames[^1], length)!;
        Assert.True(opened.Bytes.SequenceEqual(message.ToBytes()));
        Assert.Null(_b.VerifyTranscript(_a.SignTranscript(_parties.Key(_a.Self)), _parties.Key(_a.Self).PublicKey));
    }

    [Fact]
    public void Take_PartTamperedReplayedOutOfOrderOrShort_IsNamedAndTheRightOneStillOpens()
    {
        var message = new Numbers((2 * ChannelFrame.PartLength) + 80);
        var frames = Seal(message);
        Assert.Null(Taken(frames[0], message.Length));
        Assert.Equal("channel.replayed", Fault(frames[0]));
        Assert.Equal("channel.out-of-order", Fault(frames[2]));
        Assert.Equal("channel.malformed", Fault(frames[1].AsSpan(0, 1000).ToArray()));
        frames[1][5000] ^= 1;
        Assert.Equal("channel.tampered", Fault(frames[1]));
        frames[1][5000] ^= 1;
        Assert.Null(Taken(frames[1], message.Length));
        using var opened = Taken(frames[2], message.Length)!;
        Assert.True(opened.Bytes.SequenceEqual(message.ToBytes()));
    }

    [Fact]
    public void Take_AnotherRemainderThanIsLeft_IsMalformed()
    {
        var frames = Seal(new Numbers(2 * ChannelFrame.PartLength));
        Assert.Null(Taken(frames[0], int.MaxValue));
        BitConverter.TryWriteBytes(frames[1].AsSpan(24), (2 * ChannelFrame.PartLength) + 8); // as if the message began anew, longer
        Assert.Equal("channel.malformed", Fault(frames[1]));
    }

    [Fact]
    public void Take_LongerThanMayBe_TakesNoMemory()
    {
        var frame = Seal(new Numbers(4096))[0];
        Assert.Equal("channel.too-long", _opening.Take(frame, 4095, out _).Code());
        BitConverter.TryWriteBytes(frame.AsSpan(24), int.MaxValue);
        Assert.Equal("channel.malformed", Fault(frame)); // the header's two lengths do not fit
        Assert.Equal(0, _pool.Rented);
    }

    [Fact]
    public void Take_TwoLiveMessages_NeverShareMemory_AndReturnedMemoryIsCleared()
    {
        Prop.ForAll(Gen.Choose(0, 400).ListOf(12).ToArbitrary(), lengths =>
        {
            var live = new Queue<(SecretBuffer Opened, byte[] Expected)>();
            foreach (var length in lengths)
            {
                var message = new Numbers(8 * length);
                live.Enqueue((Taken(Seal(message)[0], int.MaxValue)!, message.ToBytes()));
                if (live.Count > 3)
                {
                    live.Dequeue().Opened.Dispose();
                }

                if (live.Any(entry => !entry.Opened.Bytes.SequenceEqual(entry.Expected)))
                {
                    return false;
                }
            }

            while (live.TryDequeue(out var last))
            {
                last.Opened.Dispose();
            }

            return _pool.AllWereCleared && _pool.Rented == _pool.Returned;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Buffer_AfterDispose_ThrowsRatherThanShowsAnothersBytes()
    {
        var buffer = SecretBuffer.Rent(64, _pool);
        buffer.Dispose();
        buffer.Dispose();
        Assert.Equal(1, _pool.Returned);
        Assert.Throws<ObjectDisposedException>(() => buffer.Bytes.Length);
        Assert.Throws<ObjectDisposedException>(() => buffer.Words);
        Assert.Equal("64 bytes", buffer.ToString());
    }

    [Fact]
    public void Next_AfterTheLastFrame_Throws()
    {
        var sealing = new MessageSealing(_a, new Numbers(8));
        Assert.Throws<ArgumentOutOfRangeException>(() => sealing.Next(new byte[55]));
        Assert.Equal(56, sealing.Next(new byte[80]));
        Assert.Equal((true, 0), (sealing.IsDone, sealing.NextLength));
        Assert.Throws<InvalidOperationException>(() => sealing.Next(new byte[80]));
        Assert.Throws<ArgumentOutOfRangeException>(() => _a.Seal(new byte[ChannelFrame.PartLength + 1]));
    }

    [Fact]
    public void Open_APartOfALongerMessage_IsMalformed() =>
        Assert.Equal("channel.malformed", _b.Open(Seal(new Numbers(ChannelFrame.PartLength + 8))[0]).Fault.Code());

    private List<byte[]> Seal(IOutboundMessage message)
    {
        var (sealing, frames) = (new MessageSealing(_a, message), new List<byte[]>());
        while (!sealing.IsDone)
        {
            frames.Add(new byte[sealing.NextLength]);
            sealing.Next(frames[^1]);
        }

        return frames;
    }

    private SecretBuffer? Taken(byte[] frame, int maximum)
    {
        Assert.Null(_opening.Take(frame, maximum, out var message));
        return message;
    }

    private string? Fault(byte[] frame) => _opening.Take(frame, int.MaxValue, out _).Code();

    private T Own<T>(T item)
        where T : IDisposable
    {
        _owned.Add(item);
        return item;
    }

    private sealed class Numbers(int length) : IOutboundMessage
    {
        public int Length => length;

        public void CopyTo(int from, Span<byte> destination)
        {
            for (var i = 0; i < destination.Length; i++)
            {
                destination[i] = unchecked((byte)((from + i) * 31 / 7));
            }
        }

        public byte[] ToBytes()
        {
            var bytes = new byte[length];
            CopyTo(0, bytes);
            return bytes;
        }
    }

    /// <summary>Overwrites what comes back, so that whoever still reads it shows; hands the last returned out first.</summary>
    private sealed class PoisoningPool : ArrayPool<ulong>
    {
        private readonly Stack<ulong[]> _free = [];

        public int Rented { get; private set; }

        public int Returned { get; private set; }

        public bool AllWereCleared { get; private set; } = true;

        public override ulong[] Rent(int minimumLength)
        {
            Rented++;
            return _free.TryPop(out var free) && free.Length >= minimumLength ? free : new ulong[Math.Max(500, minimumLength)];
        }

        public override void Return(ulong[] array, bool clearArray = false)
        {
            Returned++;
            AllWereCleared &= !MemoryMarshal.AsBytes(array.AsSpan()).ContainsAnyExcept((byte)0, (byte)0xEE);
            Array.Fill(array, 0xEEEE_EEEE_EEEE_EEEE);
            _free.Push(array);
        }
    }
}
