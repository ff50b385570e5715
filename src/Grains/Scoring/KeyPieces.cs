using System.Globalization;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Grains.Scoring;

/// <summary>An uploaded object as one stream over its pieces: one piece in memory at a time. Synchronous: read on a thread that may block.</summary>
/// <param name="folder">The set's.</param>
/// <param name="kind">Of <see cref="KeyKinds"/>.</param>
/// <param name="upload">Its name.</param>
/// <param name="count">How many pieces.</param>
internal sealed class KeyPieces(BlobFolder folder, string kind, string upload, int count) : Stream
{
    private byte[] _piece = [];
    private int _at;
    private int _next;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>A piece's file.</summary>
    public static string NameOf(string kind, string upload, int index) => string.Create(CultureInfo.InvariantCulture, $"{kind}.{upload}.{index:D5}");

    /// <summary>All files of an upload.</summary>
    public static IEnumerable<string> NamesOf(string kind, string upload, int count) => Enumerable.Range(0, count).Select(index => NameOf(kind, upload, index));

    /// <inheritdoc/>
    /// <exception cref="KeysLostException">A piece is not on this silo's disk.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (_at == _piece.Length)
        {
            if (_next == count || buffer.IsEmpty)
            {
                return 0;
            }

            _piece = folder.Read(NameOf(kind, upload, _next++)) ?? throw new KeysLostException();
            _at = 0;
        }

        var taken = Math.Min(buffer.Length, _piece.Length - _at);
        _piece.AsSpan(_at, taken).CopyTo(buffer);
        _at += taken;
        return taken;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>Keys that the journal has are not on this silo's disk: it is another silo's, or was cleared.</summary>
internal sealed class KeysLostException : Exception;
