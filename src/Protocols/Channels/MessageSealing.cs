namespace PrivacyGrains.Protocols.Channels;

/// <summary>Seals one message for a channel's peer, frame by frame.</summary>
/// <remarks>
/// Each part is written into its frame and encrypted there: nothing is copied. Frames are numbered as they are made, so a message is sealed to its end before the
/// channel's next one begins.
/// </remarks>
public sealed class MessageSealing
{
    private readonly SecureChannel _channel;
    private readonly IOutboundMessage _message;
    private int _sealed;

    /// <summary>Begins a message.</summary>
    /// <param name="channel">To whom.</param>
    /// <param name="message">What.</param>
    public MessageSealing(SecureChannel channel, IOutboundMessage message)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(message);
        (_channel, _message) = (channel, message);
    }

    /// <summary>Whether all frames are made.</summary>
    public bool IsDone { get; private set; }

    /// <summary>The next frame's length in bytes, at most <see cref="ChannelFrame.MaximumLength"/>; 0 at the end.</summary>
    public int NextLength => IsDone ? 0 : Math.Min(_message.Length - _sealed, ChannelFrame.PartLength) + SecureChannel.Overhead;

    /// <summary>Makes the next frame. Send it before the one after it.</summary>
    /// <param name="destination">At least <see cref="NextLength"/> bytes; the frame takes the first of them. Public afterwards.</param>
    /// <returns>The frame's length.</returns>
    /// <exception cref="ArgumentException">There is too little room.</exception>
    /// <exception cref="InvalidOperationException">All frames are made.</exception>
    public int Next(Span<byte> destination)
    {
        var length = IsDone ? throw new InvalidOperationException("The message is sealed to its end.") : NextLength;
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, length);
        var frame = destination[..length];
        _message.CopyTo(_sealed, frame[ChannelFrame.HeaderLength..^ChannelDirection.TagLength]);
        _channel.SealPart(frame, _message.Length - _sealed);
        _sealed += length - SecureChannel.Overhead;
        IsDone = _sealed == _message.Length;
        return length;
    }
}
