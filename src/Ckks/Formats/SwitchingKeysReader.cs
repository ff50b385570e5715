using System.Buffers;
using PrivacyGrains.Ckks.Keys;

namespace PrivacyGrains.Ckks.Formats;

/// <summary>Reads relinearisation or Galois keys from a stream, one key at a time: beside the keys that the caller keeps, one entry of one key is held.</summary>
/// <remarks>Synchronous: over a request's body run it on a thread that may block (<c>BodyReader.AsStream()</c>), or hand the pieces to a <see cref="SwitchingKeysParser"/>. Order: <see cref="Open"/>, <see cref="Next"/> until there is no key, <see cref="End"/>. Not thread-safe.</remarks>
public sealed class SwitchingKeysReader : IDisposable
{
    private readonly CkksContext _context;
    private readonly Stream _source;
    private readonly FormatLimits? _limits;
    private readonly FieldPath _path;
    private SwitchingKeysParser? _parser;
    private BodyStream? _body;
    private byte[] _piece = [];

    private SwitchingKeysReader(CkksContext context, Stream source, FormatLimits? limits) =>
        (_context, _source, _limits, _path) = (context, source, limits, new FieldPath(limits is null ? "relin_keys" : "galois_keys"));

    /// <summary>A reader of Galois keys.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="source">Untrusted; the caller keeps it.</param>
    /// <param name="limits">For the number of keys.</param>
    /// <returns>The reader.</returns>
    public static SwitchingKeysReader OfGaloisKeys(CkksContext context, Stream source, FormatLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return new(context, source, limits);
    }

    /// <summary>A reader of relinearisation keys.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="source">Untrusted; the caller keeps it.</param>
    /// <returns>The reader.</returns>
    public static SwitchingKeysReader OfRelinearizationKeys(CkksContext context, Stream source) => new(context, source, null);

    /// <summary>Reads the header.</summary>
    /// <param name="framing">How the object stands.</param>
    /// <returns>Null, or why not.</returns>
    public FormatFault? Open(out SealFraming framing)
    {
        Span<byte> bytes = stackalloc byte[SealHeader.Length];
        var read = _source.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        var fault = SealHeader.TryRead(bytes[..read], _path, "", out var header);
        framing = header.Framing;
        var largest = _limits?.LargestGaloisKeys(_context) ?? FormatLimits.LargestRelinearizationKeys(_context);
        fault ??= PooledBody.TooLarge(header, largest, _path);
        if (fault is null)
        {
            _body = new BodyStream(_source, header, largest, _path);
            _parser = _limits is null ? SwitchingKeysParser.OfRelinearizationKeys(_context, framing.Version) : SwitchingKeysParser.OfGaloisKeys(_context, framing.Version, _limits);
        }

        return fault;
    }

    /// <summary>Reads the next key.</summary>
    /// <param name="element">Its Galois element: odd, less than 2N; 1 for relinearisation.</param>
    /// <param name="key">The key; null at the end.</param>
    /// <returns>Null, or why not.</returns>
    public FormatFault? Next(out int element, out SwitchingKey? key)
    {
        var (parser, body) = (_parser ?? throw new InvalidOperationException("Open it first."), _body!);
        (element, key) = (0, null);
        while (key is null && parser.Needed > 0)
        {
            if (_piece.Length < parser.Needed)
            {
                Return();
                _piece = ArrayPool<byte>.Shared.Rent(parser.Needed);
            }

            var piece = _piece.AsSpan(0, parser.Needed);
            if ((body.Fill(piece) ?? parser.Advance(piece, out key)) is { } fault)
            {
                return fault;
            }

            element = parser.Element;
        }

        return null;
    }

    /// <summary>Checks that nothing follows: neither in the object nor in the stream.</summary>
    /// <returns>Null, or why not.</returns>
    public FormatFault? End()
    {
        Span<byte> one = stackalloc byte[1];
        return (_body ?? throw new InvalidOperationException("Open it first.")).End()
            ?? (_source.Read(one) == 0 ? null : _path.Fault("ckks.trailing-bytes", "", "Bytes stand after its end: send it alone."));
    }

    /// <summary>Gives its memory back. The source stays open.</summary>
    public void Dispose()
    {
        Return();
        _body?.Dispose();
    }

    private void Return()
    {
        if (_piece.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_piece);
            _piece = [];
        }
    }
}
