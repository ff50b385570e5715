using System.Buffers;
using System.IO.Compression;

namespace PrivacyGrains.Ckks.Formats;

/// <summary>Takes the body of one object, whose length is known, packs it and puts its header before it.</summary>
internal abstract class BodySink : IDisposable
{
    /// <summary>Begins an object.</summary>
    /// <param name="framing">Dialect and packing.</param>
    /// <param name="length">Of the body, not packed.</param>
    /// <param name="destination">Written in order.</param>
    /// <returns>The sink.</returns>
    public static BodySink Begin(SealFraming framing, long length, IBufferWriter<byte> destination) => framing.Compression switch
    {
        SealCompression.None => new Plain(framing, length, destination),
        SealCompression.Zlib => new Deflated(framing, destination),
        SealCompression.Zstd => new Stored(framing, length, destination),
        _ => throw new ArgumentOutOfRangeException(nameof(framing), framing.Compression, "None, zlib or zstd."),
    };

    public abstract void Write(ReadOnlySpan<byte> bytes);

    /// <summary>Ends the object.</summary>
    public virtual void Finish()
    {
    }

    public abstract void Dispose();

    private static void Header(SealFraming framing, long bodyLength, IBufferWriter<byte> destination)
    {
        new SealHeader(framing, SealHeader.Length + bodyLength).Write(destination.GetSpan(SealHeader.Length));
        destination.Advance(SealHeader.Length);
    }

    private sealed class Plain : BodySink
    {
        private readonly IBufferWriter<byte> _destination;

        public Plain(SealFraming framing, long length, IBufferWriter<byte> destination)
        {
            _destination = destination;
            Header(framing, length, destination);
        }

        public override void Write(ReadOnlySpan<byte> bytes) => _destination.Write(bytes);

        public override void Dispose()
        {
        }
    }

    /// <summary>The length is known only at the end, so the packed body waits in memory.</summary>
    private sealed class Deflated(SealFraming framing, IBufferWriter<byte> destination) : BodySink
    {
        private readonly MemoryStream _packed = new();
        private ZLibStream? _stream;

        public override void Write(ReadOnlySpan<byte> bytes) => (_stream ??= new ZLibStream(_packed, CompressionLevel.Fastest, leaveOpen: true)).Write(bytes);

        public override void Finish()
        {
            _stream?.Dispose();
            Header(framing, _packed.Length, destination);
            destination.Write(_packed.GetBuffer().AsSpan(0, (int)_packed.Length));
        }

        public override void Dispose() => _packed.Dispose();
    }

    /// <summary>A frame of raw blocks: ciphertexts hardly shrink, and every reader takes it.</summary>
    private sealed class Stored : BodySink
    {
        private readonly Zstd.StoredFrame _frame;

        public Stored(SealFraming framing, long length, IBufferWriter<byte> destination)
        {
            Header(framing, Zstd.StoredFrame.LengthOf(length), destination);
            _frame = new Zstd.StoredFrame(length, destination);
        }

        public override void Write(ReadOnlySpan<byte> bytes) => _frame.Write(bytes);

        public override void Dispose()
        {
        }
    }
}
