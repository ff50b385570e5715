using System.IO.Compression;

namespace PrivacyGrains.Ckks.Formats;

/// <summary>The unpacked body of one object of a stream, read in pieces of known length: never more is unpacked than is asked for.</summary>
internal sealed class BodyStream : IDisposable
{
    private readonly BoundedStream _packed;
    private readonly Stream _body;
    private readonly FieldPath _path;

    /// <summary>Begins after the header.</summary>
    /// <param name="source">Stands after the object's header; the caller keeps it.</param>
    /// <param name="header">Checked against the limits.</param>
    /// <param name="largest">The most bytes that the body may unpack to.</param>
    /// <param name="path">The object's name.</param>
    /// <param name="isSecret">Whether copies are cleared.</param>
    public BodyStream(Stream source, SealHeader header, long largest, FieldPath path, bool isSecret = false)
    {
        _path = path;
        _packed = new BoundedStream(source, header.Size - SealHeader.Length);
        _body = header.Framing.Compression switch
        {
            SealCompression.None => _packed,
            SealCompression.Zlib => new ZLibStream(_packed, CompressionMode.Decompress),
            _ => new Zstd.ZstdDecoder(_packed, largest) { IsSecret = isSecret },
        };
    }

    /// <summary>Fills a piece.</summary>
    /// <returns>Null, or what is wrong.</returns>
    public FormatFault? Fill(Span<byte> destination) => Read(destination, out var read) ?? (read == destination.Length ? null : _path.Fault("ckks.truncated", "", "It ends early: send the whole object."));

    /// <summary>Takes what there is, up to a length.</summary>
    /// <returns>Null, or what is wrong.</returns>
    public FormatFault? Read(Span<byte> destination, out int read)
    {
        read = 0;
        try
        {
            read = _body.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
            return null;
        }
        catch (Zstd.TooMuchException e)
        {
            return _path.Fault("ckks.too-large", "", $"Its compressed body does not unpack ({e.Message}).");
        }
        // The library's own exception for what it does not unpack is internal, and an IOException: not one of the source's.
        catch (Exception e) when (e is InvalidDataException || (e is IOException && !_packed.SourceFailed))
        {
            return _packed.WasAskedBeyond
                ? _path.Fault("ckks.truncated", "", "Its compressed body ends early: send the whole object.")
                : _path.Fault("ckks.inflate", "", $"Its compressed body does not unpack ({e.Message}): send what SEAL's save wrote.");
        }
    }

    /// <summary>Checks that nothing follows.</summary>
    /// <returns>Null, or what is wrong.</returns>
    public FormatFault? End()
    {
        Span<byte> one = stackalloc byte[1];
        return Read(one, out var read) is { } fault ? fault
            : read != 0 ? _path.Fault("ckks.trailing-bytes", "", "Bytes stand after its end: send it alone.")
            : _packed.Remaining > 0 ? _path.Fault(
                _packed.WasAskedBeyond ? "ckks.truncated" : "ckks.trailing-bytes",
                "",
                _packed.WasAskedBeyond ? "It ends early: send the whole object." : "Bytes stand after the end of its compressed body: send it alone.")
            : _packed.WasAskedBeyond && !ReferenceEquals(_body, _packed) ? _path.Fault("ckks.truncated", "", "Its compressed body ends early: send the whole object.")
            : null;
    }

    public void Dispose()
    {
        if (!ReferenceEquals(_body, _packed))
        {
            _body.Dispose();
        }
    }
}
