using System.Buffers;
using System.Threading.Channels;
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
}

/// <summary>One peer, seen from a <see cref="Seat"/>: the session's channel over whatever carries its frames.</summary>
internal sealed class SeatLink(SecureChannel channel, IFrameCarrier carrier) : IDisposable
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
        }
    }

    /// <summary>Receives a message and opens it.</summary>
    /// <exception cref="InvalidOperationException">The peer sent something else.</exception>
    public async ValueTask<SecretBuffer> ReceiveAsync(int maximum)
    {
        while (true)
        {
            var frame = await carrier.ReceiveAsync();
            if (_opening.Take(frame.Span, maximum, out var message) is { } fault)
            {
                throw new InvalidOperationException(fault.ToString());
            }

            if (message is not null)
            {
                return message;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _opening.Dispose();
        carrier.Dispose();
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
    public void Dispose()
    {
        if (_taken is not null)
        {
            ArrayPool<byte>.Shared.Return(_taken);
            _taken = null;
        }
    }
}
