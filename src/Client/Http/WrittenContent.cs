using System.Buffers;
using System.Net;
using System.Net.Http.Headers;

namespace PrivacyGrains.Client.Http;

/// <summary>A body that is written while it is sent, in chunks: one of them is in memory at a time.</summary>
internal sealed class WrittenContent : HttpContent
{
    private readonly Action<IBufferWriter<byte>> _write;

    public WrittenContent(Action<IBufferWriter<byte>> write)
    {
        _write = write;
        Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await Task.Run(
            () =>
            {
                var chunks = new ChunkWriter(stream, cancellationToken);
                _write(chunks);
                chunks.Flush();
            },
            cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    /// <summary>Gives memory out and sends it on when it is full.</summary>
    private sealed class ChunkWriter(Stream stream, CancellationToken cancellationToken) : IBufferWriter<byte>
    {
        private byte[] _chunk = new byte[256 * 1024];
        private int _used;

        public void Advance(int count) => _used += count;

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            if (_chunk.Length - _used < Math.Max(sizeHint, 1))
            {
                Flush();
                _chunk = _chunk.Length < sizeHint ? new byte[sizeHint] : _chunk;
            }

            return _chunk.AsMemory(_used);
        }

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public void Flush()
        {
            cancellationToken.ThrowIfCancellationRequested();
            stream.Write(_chunk, 0, _used);
            _used = 0;
        }
    }
}
