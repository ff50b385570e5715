using System.Buffers;
using System.Threading.Channels;
using PrivacyGrains.Grains.Streams;
using PrivacyGrains.Protocols.Channels;

namespace PrivacyGrains.Cli.Bench;

/// <summary>What carries sealed frames to one peer and back.</summary>
internal interface IFrameCarrier : IDisposable
{
    /// <summary>Room for the next frame; what is written there goes with <see cref="SendAsync"/>.</summary>
    Span<byte> Room(int length);

    /// <summary>Sends what lies in the room.</summary>
    ValueTask SendAsync(int length);

    /// <summary>The next frame that came; good until the next call.</summary>
    ValueTask<ReadOnlyMemory<byte>> ReceiveAsync();

    /// <summary>The next frame where it is there already, for a carrier that holds whatever is sent; good until the next call.</summary>
    bool TryReceive(out ReadOnlyMemory<byte> frame);
}

/// <summary>One peer, seen from a <see cref="Seat"/>: the session's channel over whatever carries its frames.</summary>
internal abstract class SeatLink(SecureChannel channel, IFrameCarrier carrier) : IDisposable
{
    private readonly MessageOpening _opening = new(channel);

    /// <summary>Seals a message and sends it, frame by frame.</summary>
    public async ValueTask SendAsync(IOutboundMessage message)
    {
        var sealing = new MessageSealing(channel, message);
        while (!sealing.IsDone)
        {
            var length = sealing.NextLength;
            sealing.Next(carrier.Room(length));
            await carrier.SendAsync(length);
            FrameSent();
        }
    }

    /// <summary>Receives a message and opens it.</summary>
    /// <exception cref="InvalidOperationException">The peer sent something else.</exception>
    public abstract ValueTask<SecretBuffer> ReceiveAsync(int maximum);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        carrier.Dispose();
        _opening.Dispose();
    }

    /// <summary>After each frame.</summary>
    protected virtual void FrameSent()
    {
    }

    /// <summary>Takes frames until a message is whole.</summary>
    protected async ValueTask<SecretBuffer> OpenAsync(int maximum)
    {
        while (true)
        {
            if (Open(await carrier.ReceiveAsync(), maximum) is { } message)
            {
                return message;
            }
        }
    }

    /// <summary>Takes the frames that are there.</summary>
    /// <returns>The message that they made whole, or null.</returns>
    protected SecretBuffer? OpenWhatCame(int maximum)
    {
        while (carrier.TryReceive(out var frame))
        {
            if (Open(frame, maximum) is { } message)
            {
                return message;
            }
        }

        return null;
    }

    private SecretBuffer? Open(ReadOnlyMemory<byte> frame, int maximum) =>
        _opening.Take(frame.Span, maximum, out var message) is { } fault ? throw new InvalidOperationException(fault.ToString()) : message;
}

/// <summary>Opens frames between those it sends: for a carrier that holds whatever is sent, so that few lie in it at a time and their memory stays in the cache.</summary>
internal sealed class DirectLink(SecureChannel channel, IFrameCarrier carrier) : SeatLink(channel, carrier)
{
    private const int LongestMessage = 256 << 20;
    private SecretBuffer? _early;

    /// <inheritdoc/>
    public override async ValueTask<SecretBuffer> ReceiveAsync(int maximum)
    {
        var message = _early ?? await OpenAsync(maximum);
        _early = null;
        return message.Length <= maximum ? message : throw new InvalidOperationException($"A message of at most {maximum} bytes is wanted; {message.Length} came.");
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _early?.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override void FrameSent() => _early ??= OpenWhatCame(LongestMessage);
}

/// <summary>Opens frames as they come: two parties that each send a long message at once would otherwise wait for each other.</summary>
internal sealed class PumpedLink : SeatLink
{
    private const int LongestMessage = 256 << 20;
    private readonly Channel<SecretBuffer> _messages = Channel.CreateBounded<SecretBuffer>(new BoundedChannelOptions(4) { SingleReader = true, SingleWriter = true, AllowSynchronousContinuations = true });

    /// <summary>Begins to receive.</summary>
    public PumpedLink(SecureChannel channel, IFrameCarrier carrier)
        : base(channel, carrier) => _ = Task.Run(PumpAsync);

    /// <inheritdoc/>
    public override async ValueTask<SecretBuffer> ReceiveAsync(int maximum)
    {
        var message = await _messages.Reader.ReadAsync();
        return message.Length <= maximum ? message : throw new InvalidOperationException($"A message of at most {maximum} bytes is wanted; {message.Length} came.");
    }

    private async Task PumpAsync()
    {
        try
        {
            while (true)
            {
                await _messages.Writer.WriteAsync(await OpenAsync(LongestMessage));
            }
        }
        catch (Exception e)
        {
            _messages.Writer.TryComplete(e);
        }
    }
}

/// <summary>Carries frames between two parties of one process, in pooled memory that changes hands.</summary>
internal sealed class BoxCarrier(Channel<(byte[] Memory, int Length)> outbound, Channel<(byte[] Memory, int Length)> inbound) : IFrameCarrier
{
    private byte[]? _room;
    private byte[]? _taken;

    /// <inheritdoc/>
    public Span<byte> Room(int length) => _room = ArrayPool<byte>.Shared.Rent(length);

    /// <inheritdoc/>
    public ValueTask SendAsync(int length)
    {
        outbound.Writer.TryWrite((_room!, length)); // unbounded: it takes every frame
        _room = null;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync()
    {
        Dispose();
        var (memory, length) = await inbound.Reader.ReadAsync();
        _taken = memory;
        return memory.AsMemory(0, length);
    }

    /// <inheritdoc/>
    public bool TryReceive(out ReadOnlyMemory<byte> frame)
    {
        Dispose();
        var came = inbound.Reader.TryRead(out var box);
        _taken = box.Memory;
        frame = box.Memory.AsMemory(0, box.Length);
        return came;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_taken is not null)
        {
            ArrayPool<byte>.Shared.Return(_taken);
            _taken = null;
        }
    }
}

/// <summary>Carries frames between two processes, over the party-to-party stream.</summary>
internal sealed class StreamCarrier(FrameStream stream) : IFrameCarrier
{
    /// <inheritdoc/>
    public Span<byte> Room(int length) => stream.Room(length);

    /// <inheritdoc/>
    public ValueTask SendAsync(int length) => stream.SendAsync(length);

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync() =>
        await stream.ReceiveAsync() is { IsEmpty: false } frame ? frame : throw new EndOfStreamException("The peer has ended the stream.");

    /// <inheritdoc/>
    public bool TryReceive(out ReadOnlyMemory<byte> frame) => throw new NotSupportedException("A stream is read by a link of its own.");

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();
}
