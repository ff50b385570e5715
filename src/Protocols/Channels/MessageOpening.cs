using System.Buffers;

namespace PrivacyGrains.Protocols.Channels;

/// <summary>Opens a channel's frames and puts messages of several parts together again.</summary>
/// <remarks>
/// A frame is decrypted where its part belongs: nothing is copied. Memory is taken for a message when its first frame says its length, and that is held against
/// the caller's bound before. A frame that is refused changes nothing: the next right one still opens. Not thread-safe. Dispose it to give back what is half open.
/// </remarks>
public sealed class MessageOpening : IDisposable
{
    private readonly SecureChannel _channel;
    private readonly ArrayPool<ulong>? _pool;
    private SecretBuffer? _message;
    private int _opened;

    /// <summary>Begins at a channel's next frame.</summary>
    /// <param name="channel">From whom.</param>
    /// <param name="pool">Where messages' memory comes from; null for the process's own.</param>
    public MessageOpening(SecureChannel channel, ArrayPool<ulong>? pool = null)
    {
        ArgumentNullException.ThrowIfNull(channel);
        (_channel, _pool) = (channel, pool);
    }

    /// <summary>Opens the channel's next frame.</summary>
    /// <param name="frame">The bytes as they came; may be hostile.</param>
    /// <param name="maximum">The greatest length in bytes that a message may have here.</param>
    /// <param name="message">The whole message where this was its last frame, else null. The caller owns and disposes it.</param>
    /// <returns>Null, or a fault: those of <see cref="SecureChannel.Open"/>, and <c>channel.too-long</c>.</returns>
    public ProtocolFault? Take(ReadOnlySpan<byte> frame, int maximum, out SecretBuffer? message)
    {
        message = null;
        if (_channel.Expect(frame, out var header) is { } fault)
        {
            return fault;
        }

        if (_message is { } begun ? header.Remaining != begun.Length - _opened : header.Remaining > maximum)
        {
            return _message is null
                ? new ProtocolFault("channel.too-long", _channel.Peer, $"a message of at most {maximum} bytes", $"one of {header.Remaining}")
                : new ProtocolFault("channel.malformed", _channel.Peer, $"the {_message.Length - _opened} bytes that are left of a message", $"{header.Remaining}");
        }

        var buffer = _message ?? SecretBuffer.Rent(header.Remaining, _pool);
        if (_channel.OpenPart(frame, header, buffer.Bytes.Slice(_opened, header.Part)) is { } tampered)
        {
            if (_message is null)
            {
                buffer.Dispose();
            }

            return tampered;
        }

        _opened += header.Part;
        var isWhole = _opened == buffer.Length;
        message = isWhole ? buffer : null;
        (_message, _opened) = isWhole ? (null, 0) : (buffer, _opened);
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _message?.Dispose();
        _message = null;
    }
}
