namespace PrivacyGrains.Ckks.Formats;

/// <summary>So many bytes of another stream, the last few one by one: a decoder that reads ahead then shows where its own data ended.</summary>
/// <remarks><c>ZLibStream</c> neither says so nor minds a missing checksum: it asks again past the end of a stream that was cut, and leaves bytes where some follow.</remarks>
internal sealed class BoundedStream(Stream source, long length) : Stream
{
    private const int Tail = 8;

    /// <summary>How many bytes were not taken yet.</summary>
    public long Remaining { get; private set; } = length;

    /// <summary>Whether there was less than was wanted: the data are cut.</summary>
    public bool WasAskedBeyond { get; private set; }

    /// <summary>Whether the source threw.</summary>
    public bool SourceFailed { get; private set; }

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

        var most = Remaining > Tail ? Math.Min(buffer.Length, Remaining - Tail) : Math.Min(1, Remaining);
        SourceFailed = true;
        var read = most == 0 ? 0 : source.Read(buffer[..(int)most]);
        SourceFailed = false;
        Remaining -= read;
        WasAskedBeyond |= read == 0;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
