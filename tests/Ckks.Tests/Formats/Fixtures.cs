using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using PrivacyGrains.Ckks.Formats;
using PrivacyGrains.Ckks.Keys;

namespace PrivacyGrains.Ckks.Tests.Formats;

/// <summary>What node-seal wrote and computed: tests/vectors/ckks.</summary>
internal static class Fixtures
{
    private static readonly SealFraming Plain = new(new SealVersion(4, 1), SealCompression.None);

    public static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "ckks", name));

    public static JsonElement Json(string name) => JsonDocument.Parse(Bytes(name)).RootElement;

    public static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetInt32())];

    public static double[] Doubles(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetDouble())];

    public static Ciphertext Ciphertext(CkksContext context, string name)
    {
        var ciphertext = new Ciphertext();
        Assert.Null(SealReader.ReadCiphertext(context, Bytes(name), ciphertext, out _));
        return ciphertext;
    }

    public static SecretKey Secret(CkksContext context, string name)
    {
        Assert.Null(SecretKeyFile.Read(context, Bytes(name), out var key));
        return key!;
    }

    public static RelinearizationKeys Relinearization(CkksContext context, string name)
    {
        Assert.Null(SealReader.ReadRelinearizationKeys(context, new MemoryStream(Bytes(name)), out var keys, out _));
        return keys!;
    }

    public static GaloisKeys Galois(CkksContext context, string name)
    {
        Assert.Null(SealReader.ReadGaloisKeys(context, new MemoryStream(Bytes(name)), out var keys, out _));
        return keys!;
    }

    /// <summary>The digest of what SEAL 4.1 writes for the same object, expanded and not packed.</summary>
    public static string Digest(CkksContext context, Ciphertext ciphertext) => Digest(w => SealWriter.WriteCiphertext(context, ciphertext, Plain, w));

    public static string Digest(CkksContext context, RelinearizationKeys keys) => Digest(w => SealWriter.WriteRelinearizationKeys(context, new RelinearizationKeys(Whole(keys.Key)), Plain, w));

    public static string Digest(CkksContext context, GaloisKeys keys) =>
        Digest(w => SealWriter.WriteGaloisKeys(context, new GaloisKeys(keys.Keys.ToDictionary(k => k.Key, k => Whole(k.Value))), Plain, w));

    private static SwitchingKey Whole(SwitchingKey key) => new(key.Entries);

    private static string Digest(Action<IBufferWriter<byte>> write)
    {
        using var hash = new HashingWriter();
        write(hash);
        return hash.Finish();
    }

    /// <summary>Keys of a whole parameter set need not lie in memory to be hashed.</summary>
    private sealed class HashingWriter : IBufferWriter<byte>, IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private byte[] _bytes = new byte[65536];

        public void Advance(int count) => _hash.AppendData(_bytes.AsSpan(0, count));

        public Memory<byte> GetMemory(int sizeHint = 0) => _bytes = sizeHint > _bytes.Length ? new byte[sizeHint] : _bytes;

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public string Finish() => Convert.ToHexStringLower(_hash.GetHashAndReset());

        public void Dispose() => _hash.Dispose();
    }
}
