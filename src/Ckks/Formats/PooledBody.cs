using System.Buffers;

namespace PrivacyGrains.Ckks.Formats;

/// <summary>The unpacked body of an object that lies in memory; its own bytes where it is not packed, else a pooled array of at most the length that the object can have.</summary>
internal readonly ref struct PooledBody : IDisposable
{
    private readonly byte[]? _rented;
    private readonly bool _isSecret;

    private PooledBody(byte[]? rented, ReadOnlySpan<byte> bytes, bool isSecret)
    {
        (_rented, _isSecret) = (rented, isSecret);
        Bytes = bytes;
    }

    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Reads the header and unpacks.</summary>
    /// <param name="bytes">Untrusted: one object and nothing else.</param>
    /// <param name="largest">The most bytes of the object unpacked, its header counted.</param>
    /// <param name="path">Its name.</param>
    /// <param name="header">What it says.</param>
    /// <param name="body">To be disposed.</param>
    /// <param name="isSecret">Whether copies are cleared.</param>
    /// <returns>Null, or what is wrong.</returns>
    public static FormatFault? TryOpen(ReadOnlySpan<byte> bytes, long largest, FieldPath path, out SealHeader header, out PooledBody body, bool isSecret = false)
    {
        body = default;
        if (SealHeader.TryRead(bytes, path, "", out header) is { } fault)
        {
            return fault;
        }

        if (header.Size != bytes.Length)
        {
            return header.Size > bytes.Length
                ? path.Fault("ckks.truncated", "", $"Its header says {header.Size} bytes; {bytes.Length} came: send the whole object.")
                : path.Fault("ckks.trailing-bytes", "", $"{bytes.Length - header.Size} bytes stand after its end: send it alone.");
        }

        if (TooLarge(header, largest, path) is { } large)
        {
            return large;
        }

        if (header.Framing.Compression == SealCompression.None)
        {
            body = new PooledBody(null, bytes[SealHeader.Length..], isSecret);
            return null;
        }

        return Unpack(bytes, largest - SealHeader.Length, path, header, isSecret, out body);
    }

    /// <summary>Refuses what cannot be such an object at these parameters.</summary>
    public static FormatFault? TooLarge(SealHeader header, long largest, FieldPath path)
    {
        var most = header.Framing.Compression == SealCompression.None ? largest : FormatLimits.Packed(largest);
        return header.Size <= most ? null : path.Fault("ckks.too-large", "", $"It has {header.Size} bytes; under these parameters and limits at most {most} are taken.");
    }

    private static FormatFault? Unpack(ReadOnlySpan<byte> bytes, long largest, FieldPath path, SealHeader header, bool isSecret, out PooledBody body)
    {
        body = default;
        var packed = ArrayPool<byte>.Shared.Rent(bytes.Length);
        var unpacked = ArrayPool<byte>.Shared.Rent((int)largest);
        try
        {
            bytes.CopyTo(packed);
            using var source = new MemoryStream(packed, SealHeader.Length, bytes.Length - SealHeader.Length, writable: false);
            using var stream = new BodyStream(source, header, largest + 1, path, isSecret);
            var fault = stream.Read(unpacked.AsSpan(0, (int)largest), out var read) ?? stream.End();
            if (read == largest && fault is { Code: "ckks.trailing-bytes" })
            {
                fault = path.Fault("ckks.too-large", "", $"It unpacks to more than the {largest} bytes that such an object can have under these parameters and limits.");
            }

            if (fault is null)
            {
                body = new PooledBody(unpacked, unpacked.AsSpan(0, read), isSecret);
                unpacked = null;
            }

            return fault;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(packed, isSecret);
            if (unpacked is not null)
            {
                ArrayPool<byte>.Shared.Return(unpacked, isSecret);
            }
        }
    }

    public void Dispose()
    {
        if (_rented is not null)
        {
            ArrayPool<byte>.Shared.Return(_rented, _isSecret);
        }
    }
}
