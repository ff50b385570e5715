using System.Net.Sockets;
using PrivacyGrains.Protocols.Channels;

namespace PrivacyGrains.Grains.Streams;

/// <summary>Carries a channel's frames over one connection between two parties: out of the memory they were sealed in, into memory they are opened from.</summary>
/// <remarks>
/// <para>A frame says its own length in its header (<see cref="ChannelFrame"/>), at most 256 KiB, which is held against that bound before anything is read or
/// taken memory for. The stream itself is not trusted: what it carries is sealed, numbered and bound to its session, and whoever alters it is named by the channel.</para>
/// <para>One thread may send while another receives. A bare socket rather than a pipe: a pipe of Kestrel's receives in blocks of 4 KiB, and a frame that is opened
/// must lie in one piece, so that every byte would be copied once more.</para>
/// </remarks>
public sealed class FrameStream : IDisposable
{
    private const byte Acknowledgement = 1;
    private const int ReadAhead = 64 * 1024;
    private readonly Socket _socket;
    private byte[] _out = [];
    private byte[] _in = [];
    private int _start;
    private int _end;

    /// <summary>Takes a connected socket over.</summary>
    /// <param name="socket">Of a stream protocol; disposed with this.</param>
    public FrameStream(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        _socket = socket;
        _socket.NoDelay = true;
    }

    /// <summary>Room for the next frame: seal it there, then <see cref="SendAsync(int, CancellationToken)"/>.</summary>
    /// <param name="length">At most <see cref="ChannelFrame.MaximumLength"/>.</param>
    public Span<byte> Room(int length)
    {
        if (_out.Length == 0)
        {
            _out = GC.AllocateUninitializedArray<byte>(ChannelFrame.MaximumLength, pinned: true);
        }

        return _out.AsSpan(0, length);
    }

    /// <summary>Sends what lies in the room.</summary>
    /// <param name="length">The frame's length.</param>
    /// <param name="cancel">Breaks the stream.</param>
    /// <exception cref="SocketException">The connection is lost.</exception>
    public ValueTask SendAsync(int length, CancellationToken cancel = default) => SendAsync(_out.AsMemory(0, length), cancel);

    /// <summary>Sends a frame that lies elsewhere.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="cancel">Breaks the stream.</param>
    /// <exception cref="SocketException">The connection is lost.</exception>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancel = default)
    {
        while (!frame.IsEmpty)
        {
            frame = frame[await _socket.SendAsync(frame, SocketFlags.None, cancel)..];
        }
    }

    /// <summary>Receives the next frame.</summary>
    /// <param name="cancel">Breaks the stream.</param>
    /// <returns>The frame, good until the next call; empty where the peer has ended the stream between two frames.</returns>
    /// <exception cref="InvalidDataException">What came is no frame, or ends within one.</exception>
    /// <exception cref="SocketException">The connection is lost.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken cancel = default)
    {
        if (_in.Length == 0)
        {
            _in = GC.AllocateUninitializedArray<byte>(ChannelFrame.MaximumLength + ReadAhead, pinned: true);
        }

        // Reading a header's length beyond a frame keeps what must be moved to the front short.
        while (_end - _start < ChannelFrame.HeaderLength)
        {
            if (!await ReadAsync(ReadAhead, cancel))
            {
                return _end == _start ? ReadOnlyMemory<byte>.Empty : throw new InvalidDataException("The stream ends within a frame's header.");
            }
        }

        var header = ChannelFrame.TryRead(_in.AsSpan(_start, ChannelFrame.HeaderLength)) ?? throw new InvalidDataException("What came is no frame.");
        while (_end - _start < header.Length)
        {
            if (!await ReadAsync(header.Length - (_end - _start) + ChannelFrame.HeaderLength, cancel))
            {
                throw new InvalidDataException("The stream ends within a frame.");
            }
        }

        var frame = _in.AsMemory(_start, header.Length);
        _start += header.Length;
        return frame;
    }

    /// <summary>Tells the peer that this end takes the stream; before any frame.</summary>
    /// <exception cref="SocketException">The connection is lost.</exception>
    public ValueTask AcknowledgeAsync(CancellationToken cancel = default) => SendAsync(new[] { Acknowledgement }, cancel);

    /// <summary>Waits until the peer has said so.</summary>
    /// <returns>Whether it has; false where it closed the stream or said something else.</returns>
    /// <exception cref="SocketException">The connection is lost.</exception>
    public async ValueTask<bool> AcknowledgedAsync(CancellationToken cancel = default)
    {
        var answer = new byte[1];
        return await _socket.ReceiveAsync(answer, SocketFlags.None, cancel) == 1 && answer[0] == Acknowledgement;
    }

    /// <summary>Closes the connection: what was sent still reaches the peer.</summary>
    public void Dispose() => _socket.Dispose();

    private async ValueTask<bool> ReadAsync(int wanted, CancellationToken cancel)
    {
        if (_start > 0)
        {
            _in.AsSpan(_start, _end - _start).CopyTo(_in);
            (_start, _end) = (0, _end - _start);
        }

        var got = await _socket.ReceiveAsync(_in.AsMemory(_end, Math.Min(wanted, _in.Length - _end)), SocketFlags.None, cancel);
        _end += got;
        return got > 0;
    }
}
