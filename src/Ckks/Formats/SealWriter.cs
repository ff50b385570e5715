using System.Buffers;
using System.Buffers.Binary;
using PrivacyGrains.Ckks.Hashing;
using PrivacyGrains.Ckks.Keys;
using PrivacyGrains.Ckks.Parameters;

namespace PrivacyGrains.Ckks.Formats;

/// <summary>Writes objects that SEAL's <c>load</c> takes, in the dialect and the packing that the other side spoke. Pure and thread-safe.</summary>
/// <remarks>
/// Not packed and seeded or not, the bytes are SEAL's own for the same object. Zlib is deflated at its fastest level, zstd is a frame of raw blocks: legal, and no smaller. Secret keys have a type of their own (<see cref="SecretKeyFile"/>).
/// </remarks>
public static class SealWriter
{
    /// <summary>Writes encryption parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="framing">Dialect and packing.</param>
    /// <param name="destination">Written in order.</param>
    public static void WriteParameters(CkksParameters parameters, SealFraming framing, IBufferWriter<byte> destination)
    {
        Check(framing);
        var body = new byte[ParametersLayout.Length(parameters.Primes.Length) - SealHeader.Length];
        ParametersLayout.Write(parameters, framing.Version, body);
        using var sink = BodySink.Begin(framing, body.Length, destination);
        sink.Write(body);
        sink.Finish();
    }

    /// <summary>Writes a ciphertext.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="ciphertext">Of these parameters, every word less than its prime.</param>
    /// <param name="framing">Dialect and packing.</param>
    /// <param name="destination">Written in order.</param>
    /// <param name="seed">Of the second polynomial: written in its place where it is known.</param>
    public static void WriteCiphertext(CkksContext context, Ciphertext ciphertext, SealFraming framing, IBufferWriter<byte> destination, ExpansionSeed seed = default) =>
        WriteObject(context, ciphertext, framing, seed, destination);

    /// <summary>Writes a public key.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="key">Of these parameters.</param>
    /// <param name="framing">Dialect and packing.</param>
    /// <param name="destination">Written in order.</param>
    public static void WritePublicKey(CkksContext context, PublicKey key, SealFraming framing, IBufferWriter<byte> destination) =>
        WriteObject(context, key.Value, framing, key.Seed, destination);

    /// <summary>Writes relinearisation keys.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="keys">Of these parameters.</param>
    /// <param name="framing">Dialect and packing.</param>
    /// <param name="destination">Written in order.</param>
    public static void WriteRelinearizationKeys(CkksContext context, RelinearizationKeys keys, SealFraming framing, IBufferWriter<byte> destination) =>
        WriteKeys(context, 1, new Dictionary<int, SwitchingKey> { [0] = keys.Key }, framing, destination);

    /// <summary>Writes Galois keys.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="keys">Of these parameters.</param>
    /// <param name="framing">Dialect and packing.</param>
    /// <param name="destination">Written in order.</param>
    public static void WriteGaloisKeys(CkksContext context, GaloisKeys keys, SealFraming framing, IBufferWriter<byte> destination) =>
        WriteKeys(context, context.Degree, keys.Keys.ToDictionary(k => (k.Key - 1) / 2, k => k.Value), framing, destination);

    private static void WriteKeys(CkksContext context, int places, Dictionary<int, SwitchingKey> keys, SealFraming framing, IBufferWriter<byte> destination)
    {
        Check(framing);
        var length = SwitchingKeysParser.PrefixLength + (8L * places) + keys.Values.Sum(k => Enumerable.Range(0, k.Entries.Count).Sum(j => Length(context, k.Entries[j], framing.Version, SeedOf(k, j))));
        using var sink = BodySink.Begin(framing, length, destination);
        Span<byte> prefix = stackalloc byte[SwitchingKeysParser.PrefixLength];
        context.IdOf(context.PrimeCount).Write(prefix);
        BinaryPrimitives.WriteInt64LittleEndian(prefix[ParametersId.Length..], places);
        sink.Write(prefix);
        for (var place = 0; place < places; place++)
        {
            var key = keys.GetValueOrDefault(place);
            BinaryPrimitives.WriteInt64LittleEndian(prefix, key?.Entries.Count ?? 0);
            sink.Write(prefix[..8]);
            for (var j = 0; key is not null && j < key.Entries.Count; j++)
            {
                var (entry, seed) = (key.Entries[j], SeedOf(key, j));
                WriteNestedHeader(framing.Version, Length(context, entry, framing.Version, seed), sink);
                WriteMembers(context, entry, framing.Version, seed, sink);
            }
        }

        sink.Finish();
    }

    private static ExpansionSeed SeedOf(SwitchingKey key, int entry) => key.Seeds.Count > entry ? key.Seeds[entry] : default;

    private static void WriteObject(CkksContext context, Ciphertext value, SealFraming framing, ExpansionSeed seed, IBufferWriter<byte> destination)
    {
        Check(framing);
        using var sink = BodySink.Begin(framing, Length(context, value, framing.Version, seed) - SealHeader.Length, destination);
        WriteMembers(context, value, framing.Version, seed, sink);
        sink.Finish();
    }

    private static long Length(CkksContext context, Ciphertext value, SealVersion version, ExpansionSeed seed)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(value.Degree, context.Degree, nameof(value));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value.PrimeCount, context.PrimeCount, nameof(value));
        if (seed.IsKnown && (value.Size != 2 || seed.Bytes.Length != SeedExpansion.SeedLength))
        {
            throw new ArgumentException("A seed of 64 bytes stands for the second of two polynomials.", nameof(seed));
        }

        return seed.IsKnown
            ? CiphertextLayout.SeededLength(version, value.Degree, value.PrimeCount)
            : CiphertextLayout.WholeLength(version, value.Degree, value.Size, value.PrimeCount);
    }

    private static void WriteMembers(CkksContext context, Ciphertext value, SealVersion version, ExpansionSeed seed, BodySink sink)
    {
        var words = seed.IsKnown ? value.Polynomial(0) : value.Words;
        Span<byte> head = stackalloc byte[CiphertextLayout.MembersLength(version) + CiphertextLayout.ArrayHead];
        CiphertextHead.Write(context, value, version, words.Length, head);
        sink.Write(head);
        Words.Write(words, sink);
        if (seed.IsKnown)
        {
            WriteNestedHeader(version, CiphertextLayout.SeedLength, sink);
            sink.Write([(byte)seed.Expander]);
            sink.Write(seed.Bytes.Span);
        }
    }

    private static void WriteNestedHeader(SealVersion version, long size, BodySink sink)
    {
        Span<byte> header = stackalloc byte[SealHeader.Length];
        SealHeader.WriteNested(header, version, size);
        sink.Write(header);
    }

    private static void Check(SealFraming framing)
    {
        if (!framing.Version.IsSupported)
        {
            throw new ArgumentException($"SEAL {framing.Version}'s dialect is not written: 3.6 and later, and 4, are.", nameof(framing));
        }
    }
}
