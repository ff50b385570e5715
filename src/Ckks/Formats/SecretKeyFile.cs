using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PrivacyGrains.Ckks.Keys;
using PrivacyGrains.Ckks.Parameters;

namespace PrivacyGrains.Ckks.Formats;

/// <summary>A client's own secret key on its own disk, as SEAL's <c>SecretKey::save</c> writes it. Not for a server: nothing there calls it.</summary>
/// <remarks>Body (a plaintext's): parms_id of the key level 32 | words 8 | scale 8 | array. Neither packed nor encrypted: protect the file. Reading takes none, zlib and zstd.</remarks>
public static class SecretKeyFile
{
    private const int HeadLength = ParametersId.Length + 16 + CiphertextLayout.ArrayHead;

    /// <summary>Writes a key, not packed.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="key">Of these parameters.</param>
    /// <param name="version">The dialect.</param>
    /// <param name="destination">Holds the secret afterwards: clear it.</param>
    public static void Write(CkksContext context, SecretKey key, SealVersion version, IBufferWriter<byte> destination)
    {
        Span<byte> head = stackalloc byte[HeadLength];
        context.IdOf(context.PrimeCount).Write(head);
        BinaryPrimitives.WriteInt64LittleEndian(head[ParametersId.Length..], key.Words.Length);
        BinaryPrimitives.WriteDoubleLittleEndian(head[(ParametersId.Length + 8)..], 1);
        var array = head[(ParametersId.Length + 16)..];
        SealHeader.WriteNested(array, version, CiphertextLayout.ArrayHead + (8L * key.Words.Length));
        BinaryPrimitives.WriteInt64LittleEndian(array[SealHeader.Length..], key.Words.Length);
        using var sink = BodySink.Begin(new SealFraming(version, SealCompression.None), HeadLength + (8L * key.Words.Length), destination);
        sink.Write(head);
        Words.Write(key.Words, sink);
        sink.Finish();
    }

    /// <summary>Reads a key.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="bytes">One object; the caller clears it.</param>
    /// <param name="key">Null after a fault; the caller disposes it.</param>
    /// <returns>Null, or why not.</returns>
    public static FormatFault? Read(CkksContext context, ReadOnlySpan<byte> bytes, out SecretKey? key)
    {
        key = null;
        var path = new FieldPath("secret_key");
        var count = context.PrimeCount * context.Degree;
        var fault = PooledBody.TryOpen(bytes, SealHeader.Length + HeadLength + (8L * count), path, out var header, out var body, isSecret: true);
        using (body)
        {
            return fault ?? TryRead(context, header.Framing.Version, body.Bytes, count, path, out key);
        }
    }

    private static FormatFault? TryRead(CkksContext context, SealVersion version, ReadOnlySpan<byte> body, int count, FieldPath path, out SecretKey? key)
    {
        key = null;
        if (body.Length != HeadLength + (8 * count))
        {
            return path.Fault("ckks.length", "data", $"{body.Length} bytes stand where a key of these parameters takes {HeadLength + (8 * count)}.");
        }

        var array = body[(ParametersId.Length + 16)..];
        if (ParametersId.Read(body) != context.IdOf(context.PrimeCount))
        {
            return path.Fault("ckks.parameters", "parms_id", "It is a key of other parameters.");
        }

        if (BinaryPrimitives.ReadUInt64LittleEndian(body[ParametersId.Length..]) != (ulong)count || BinaryPrimitives.ReadUInt64LittleEndian(array[SealHeader.Length..]) != (ulong)count)
        {
            return path.Fault("ckks.length", "coeff_count", $"A key of these parameters has {count} words.");
        }

        if (SealHeader.TryReadNested(array, version, CiphertextLayout.ArrayHead + (8L * count), path, "data") is { } fault)
        {
            return fault;
        }

        var words = new ulong[count];
        if (Words.Read(context, context.PrimeCount, body[HeadLength..], words) >= 0)
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(words.AsSpan()));
            return path.Fault("ckks.word", "data", "A word is not less than its prime: the file is damaged.");
        }

        key = new SecretKey(words);
        return null;
    }
}
