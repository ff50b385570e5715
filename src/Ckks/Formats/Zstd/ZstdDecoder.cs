using System.Buffers;
using System.Buffers.Binary;

namespace PrivacyGrains.Ckks.Formats.Zstd;

/// <summary>Unpacks one Zstandard frame, block by block as it is read: holds its window, at most <see cref="FrameHeader.LargestWindow"/>, and one block.</summary>
/// <remarks>RFC 8878, whole but for dictionaries and skippable frames. A frame's content size and checksum are verified where it has them. What is no frame throws <see cref="InvalidDataException"/>, as the framework's own unpacking streams do. Bytes after the frame are left in the source.</remarks>
internal sealed class ZstdDecoder : Stream
{
    // Room after the window, so that it is not moved down for every block.
    private const int Room = 8 * StoredFrame.LargestBlock;

    private readonly Stream _source;
    private readonly long _largest;
    private readonly byte[] _literalBytes = ArrayPool<byte>.Shared.Rent(StoredFrame.LargestBlock);
    private readonly byte[] _block = ArrayPool<byte>.Shared.Rent(StoredFrame.LargestBlock);
    private readonly Literals _literals;
    private readonly Sequences _sequences = new();
    private FrameHeader _frame;
    private byte[]? _output;
    private XxHash64? _checksum;
    private long _written;
    private int _read;
    private int _end;
    private bool _isDone;
    private bool _isDisposed;

    /// <summary>Reads nothing yet.</summary>
    /// <param name="source">Untrusted; stands at the frame; stays open.</param>
    /// <param name="largest">The most bytes that it may unpack to.</param>
    public ZstdDecoder(Stream source, long largest) => (_source, _largest, _literals) = (source, largest, new Literals(_literalBytes));

    /// <summary>Whether what is unpacked is a secret: its memory is then cleared before others get it.</summary>
    public bool IsSecret { get; init; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        if (_output is null)
        {
            _frame = FrameHeader.Read(_source);
            if (_frame.ContentSize > _largest)
            {
                throw new TooMuchException($"it unpacks to {_frame.ContentSize} bytes, where at most {_largest} belong");
            }

            _checksum = _frame.HasChecksum ? new XxHash64() : null;
            _output = ArrayPool<byte>.Shared.Rent((int)Math.Min(_frame.Window + Room, _frame.ContentSize >= 0 ? _frame.ContentSize : _largest));
        }

        while (_read == _end && !_isDone)
        {
            Next(_output);
        }

        var now = _output.AsSpan(_read, Math.Min(buffer.Length, _end - _read));
        now.CopyTo(buffer);
        _read += now.Length;
        return now.Length;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            ArrayPool<byte>.Shared.Return(_block, IsSecret);
            ArrayPool<byte>.Shared.Return(_literalBytes, IsSecret);
            if (_output is not null)
            {
                ArrayPool<byte>.Shared.Return(_output, IsSecret);
            }
        }

        base.Dispose(disposing);
    }

    private void Next(byte[] output)
    {
        Span<byte> bytes = stackalloc byte[3];
        FrameHeader.Fill(_source, bytes);
        var header = bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
        var (isLast, kind, size) = ((header & 1) != 0, (header >> 1) & 3, header >> 3);
        if (kind == 3 || size > _frame.LargestBlock)
        {
            throw new InvalidDataException("a block is of no known kind, or too large");
        }

        var most = (int)Math.Min(_frame.LargestBlock, (_frame.ContentSize < 0 ? _largest : _frame.ContentSize) - _written);
        MakeRoom(output, most);
        var start = _end;
        _end = kind switch
        {
            0 => Stored(output, size, most),
            1 => Repeated(output, size, most),
            _ => Compressed(output, size, most),
        };
        _written += _end - start;
        _checksum?.Append(output.AsSpan(start, _end - start));
        if (isLast)
        {
            Finish();
        }
    }

    /// <summary>All of the output was read: of what lies before it the window is enough.</summary>
    private void MakeRoom(byte[] output, int most)
    {
        if (output.Length - _end < most)
        {
            var kept = (int)Math.Min(_frame.Window, _end);
            output.AsSpan(_end - kept, kept).CopyTo(output);
            (_read, _end) = (kept, kept);
        }
    }

    private int Stored(byte[] output, int size, int most)
    {
        Check(size, most);
        FrameHeader.Fill(_source, output.AsSpan(_end, size));
        return _end + size;
    }

    private int Repeated(byte[] output, int size, int most)
    {
        Check(size, most);
        FrameHeader.Fill(_source, _block.AsSpan(0, 1));
        output.AsSpan(_end, size).Fill(_block[0]);
        return _end + size;
    }

    private int Compressed(byte[] output, int size, int most)
    {
        var block = _block.AsSpan(0, size);
        FrameHeader.Fill(_source, block);
        var literals = _literals.Read(block, _frame.LargestBlock);
        return _sequences.Execute(block[literals..], _literals.Bytes, _frame.Window, output, _end, most);
    }

    private static void Check(int size, int most)
    {
        if (size > most)
        {
            throw new InvalidDataException("it holds more than it says");
        }
    }

    private void Finish()
    {
        _isDone = true;
        if (_frame.ContentSize >= 0 && _written != _frame.ContentSize)
        {
            throw new InvalidDataException("it holds less than it says");
        }

        if (_checksum is not null)
        {
            Span<byte> sum = stackalloc byte[4];
            FrameHeader.Fill(_source, sum);
            if (BinaryPrimitives.ReadUInt32LittleEndian(sum) != unchecked((uint)_checksum.Finish()))
            {
                throw new InvalidDataException("its checksum is wrong");
            }
        }
    }
}
