using System.Buffers;
using PrivacyGrains.Ckks.Hashing;
using PrivacyGrains.Ckks.Keys;
using PrivacyGrains.Ckks.Parameters;

namespace PrivacyGrains.Ckks.Formats;

/// <summary>Reads what SEAL's <c>save</c> wrote, from whoever sent it: nothing is believed before it is checked, and nothing is allocated that the parameters do not call for.</summary>
/// <remarks>
/// SEAL 3.6 and later, and 4; not packed, zlib or zstd; seeded or whole. Layouts: SEAL's <c>save_members</c> functions (docs/protocols/seal-formats.md has them). Stricter than SEAL: fields that have one value must have it, nested objects are of the outer one's dialect, and nothing may follow an object.
/// Secret keys and plaintexts are refused by name. Every method answers null or the fault; what it read is then of no use. Pure and thread-safe.
/// </remarks>
public static class SealReader
{
    /// <summary>Reads encryption parameters, and checks them (<see cref="CkksParameters.TryCreate"/>).</summary>
    /// <param name="bytes">Untrusted: one object.</param>
    /// <param name="parameters">Null after a fault.</param>
    /// <param name="framing">How it stood.</param>
    /// <returns>Null, or why not.</returns>
    public static FormatFault? ReadParameters(ReadOnlySpan<byte> bytes, out CkksParameters? parameters, out SealFraming framing)
    {
        parameters = null;
        var path = new FieldPath("parms");
        var fault = PooledBody.TryOpen(bytes, ParametersLayout.Length(ParametersLayout.MostPrimes), path, out var header, out var body);
        using (body)
        {
            framing = header.Framing;
            return fault ?? ParametersLayout.TryRead(framing.Version, body.Bytes, path, out parameters);
        }
    }

    /// <summary>Reads a ciphertext at any level that ciphertexts have.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="bytes">Untrusted: one object.</param>
    /// <param name="destination">Overwritten; keeps its memory.</param>
    /// <param name="framing">How it stood: answer the same way.</param>
    /// <param name="limits">Null for <see cref="FormatLimits.Of"/>.</param>
    /// <returns>Null, or why not.</returns>
    public static FormatFault? ReadCiphertext(CkksContext context, ReadOnlySpan<byte> bytes, Ciphertext destination, out SealFraming framing, FormatLimits? limits = null) =>
        ReadCiphertext(context, bytes, destination, out framing, out _, limits);

    /// <summary>Reads a ciphertext at any level that ciphertexts have.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="bytes">Untrusted: one object.</param>
    /// <param name="destination">Overwritten; keeps its memory.</param>
    /// <param name="framing">How it stood: answer the same way.</param>
    /// <param name="seed">Of the second polynomial, where it was seeded.</param>
    /// <param name="limits">Null for <see cref="FormatLimits.Of"/>.</param>
    /// <returns>Null, or why not.</returns>
    public static FormatFault? ReadCiphertext(CkksContext context, ReadOnlySpan<byte> bytes, Ciphertext destination, out SealFraming framing, out ExpansionSeed seed, FormatLimits? limits = null)
    {
        limits ??= FormatLimits.Of(context);
        // A key that was taken for a ciphertext is to be told so: there is room for it.
        return ReadPolynomials(context, bytes, Math.Max(limits.LargestCiphertext(context), PublicKeyLength(context)), limits.MostPolynomials, "ciphertext", destination, out framing, out seed);
    }

    /// <summary>Reads a ciphertext that lies in pieces, as a request's body does.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="bytes">Untrusted: one object.</param>
    /// <param name="destination">Overwritten; keeps its memory.</param>
    /// <param name="framing">How it stood: answer the same way.</param>
    /// <param name="limits">Null for <see cref="FormatLimits.Of"/>.</param>
    /// <returns>Null, or why not.</returns>
    public static FormatFault? ReadCiphertext(CkksContext context, ReadOnlySequence<byte> bytes, Ciphertext destination, out SealFraming framing, FormatLimits? limits = null)
    {
        if (bytes.IsSingleSegment)
        {
            return ReadCiphertext(context, bytes.FirstSpan, destination, out framing, limits);
        }

        limits ??= FormatLimits.Of(context);
        framing = default;
        var most = FormatLimits.Packed(Math.Max(limits.LargestCiphertext(context), PublicKeyLength(context)));
        if (bytes.Length > most)
        {
            return new FieldPath("ciphertext").Fault("ckks.too-large", "", $"It has {bytes.Length} bytes; under these parameters and limits at most {most} are taken.");
        }

        var whole = ArrayPool<byte>.Shared.Rent((int)bytes.Length);
        try
        {
            bytes.CopyTo(whole);
            return ReadCiphertext(context, whole.AsSpan(0, (int)bytes.Length), destination, out framing, limits);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(whole);
        }
    }

    /// <summary>Reads a public key.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="bytes">Untrusted: one object.</param>
    /// <param name="key">Null after a fault.</param>
    /// <param name="framing">How it stood.</param>
    /// <returns>Null, or why not.</returns>
    public static FormatFault? ReadPublicKey(CkksContext context, ReadOnlySpan<byte> bytes, out PublicKey? key, out SealFraming framing)
    {
        var value = new Ciphertext();
        var fault = ReadPolynomials(context, bytes, PublicKeyLength(context), 0, "public_key", value, out framing, out var seed);
        key = fault is null ? new PublicKey(value) { Seed = seed } : null;
        return fault;
    }

    /// <summary>Reads relinearisation keys.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="source">Untrusted: one object, to its end; read in order and as far as it is right.</param>
    /// <param name="keys">Null after a fault.</param>
    /// <param name="framing">How it stood.</param>
    /// <returns>Null, or why not.</returns>
    public static FormatFault? ReadRelinearizationKeys(CkksContext context, Stream source, out RelinearizationKeys? keys, out SealFraming framing)
    {
        keys = null;
        using var reader = SwitchingKeysReader.OfRelinearizationKeys(context, source);
        var fault = reader.Open(out framing) ?? reader.Next(out _, out var key) ?? Take(key, out keys) ?? reader.Next(out _, out _) ?? reader.End();
        keys = fault is null ? keys : null;
        return fault;
    }

    /// <summary>Reads Galois keys.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="source">Untrusted: one object, to its end; read in order and as far as it is right. Beside the keys only one entry is held.</param>
    /// <param name="keys">Null after a fault.</param>
    /// <param name="framing">How it stood.</param>
    /// <param name="limits">Null for <see cref="FormatLimits.Of"/>.</param>
    /// <returns>Null, or why not.</returns>
    public static FormatFault? ReadGaloisKeys(CkksContext context, Stream source, out GaloisKeys? keys, out SealFraming framing, FormatLimits? limits = null)
    {
        keys = null;
        var found = new Dictionary<int, SwitchingKey>();
        using var reader = SwitchingKeysReader.OfGaloisKeys(context, source, limits ?? FormatLimits.Of(context));
        var fault = reader.Open(out framing);
        for (SwitchingKey? key = null; fault is null;)
        {
            fault = reader.Next(out var element, out key);
            if (fault is not null || key is null)
            {
                break;
            }

            found.Add(element, key);
        }

        fault ??= reader.End();
        keys = fault is null ? new GaloisKeys(found) : null;
        return fault;
    }

    private static int PublicKeyLength(CkksContext context) => CiphertextLayout.WholeLength(new SealVersion(4, 0), context.Degree, 2, context.PrimeCount);

    private static FormatFault? Take(SwitchingKey? key, out RelinearizationKeys? keys)
    {
        keys = new RelinearizationKeys(key!);
        return null;
    }

    private static FormatFault? ReadPolynomials(CkksContext context, ReadOnlySpan<byte> bytes, int largest, int mostPolynomials, string name, Ciphertext destination, out SealFraming framing, out ExpansionSeed seed)
    {
        seed = default;
        var path = new FieldPath(name);
        var fault = PooledBody.TryOpen(bytes, largest, path, out var header, out var body);
        using (body)
        {
            framing = header.Framing;
            return fault
                ?? CiphertextHead.TryRead(context, framing.Version, body.Bytes, mostPolynomials, path, out var head)
                ?? CiphertextBody.TryRead(context, framing.Version, head, body.Bytes[(CiphertextLayout.HeadLength(framing.Version) - SealHeader.Length)..], path, destination, out seed);
        }
    }
}
