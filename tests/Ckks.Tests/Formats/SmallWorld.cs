using System.Buffers;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Ckks.Encoding;
using PrivacyGrains.Ckks.Encryption;
using PrivacyGrains.Ckks.Formats;
using PrivacyGrains.Ckks.Hashing;
using PrivacyGrains.Ckks.Keys;
using PrivacyGrains.Ckks.Parameters;

namespace PrivacyGrains.Ckks.Tests.Formats;

/// <summary>Small parameters with one of each object, always the same.</summary>
internal sealed class SmallWorld
{
    public static readonly SmallWorld Instance = new(CkksParameters.OfBits(4096, 30, 20, 30));

    private SmallWorld(CkksParameters parameters)
    {
        Context = new CkksContext(parameters);
        var random = new AesCtrRandomSource(new byte[16]);
        using var keys = new KeyGenerator(Context, random);
        SecretKey = new SecretKey(keys.SecretKey.Words.ToArray());
        PublicKey = keys.CreatePublicKey();
        Relinearization = keys.CreateRelinearizationKeys();
        Galois = keys.CreateGaloisKeys([1, -3], conjugation: true);
        var plaintext = new Plaintext();
        new CkksEncoder(Context).Encode(new double[] { 1, 2, 3 }, 1 << 20, Context.DataPrimeCount, plaintext);
        Seed = new Encryptor(Context, random).EncryptSymmetric(plaintext, SecretKey, Ciphertext);
    }

    public CkksContext Context { get; }

    public SecretKey SecretKey { get; }

    public PublicKey PublicKey { get; }

    public RelinearizationKeys Relinearization { get; }

    public GaloisKeys Galois { get; }

    public Ciphertext Ciphertext { get; } = new();

    public ExpansionSeed Seed { get; }

    public byte[] Write(string kind, SealFraming framing)
    {
        var bytes = new ArrayBufferWriter<byte>();
        switch (kind)
        {
            case "parms": SealWriter.WriteParameters(Context.Parameters, framing, bytes); break;
            case "seeded": SealWriter.WriteCiphertext(Context, Ciphertext, framing, bytes, Seed); break;
            case "whole": SealWriter.WriteCiphertext(Context, Ciphertext, framing, bytes); break;
            case "public": SealWriter.WritePublicKey(Context, PublicKey, framing, bytes); break;
            case "relin": SealWriter.WriteRelinearizationKeys(Context, Relinearization, framing, bytes); break;
            case "galois": SealWriter.WriteGaloisKeys(Context, Galois, framing, bytes); break;
            default: throw new ArgumentOutOfRangeException(nameof(kind));
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Reads an object, and writes what was read in the same framing.</summary>
    public FormatFault? Read(string kind, byte[] bytes, out SealFraming framing, out Action<SealFraming, IBufferWriter<byte>>? rewrite)
    {
        FormatFault? fault;
        rewrite = null;
        switch (kind)
        {
            case "parms":
                fault = SealReader.ReadParameters(bytes, out var parameters, out framing);
                rewrite = (f, w) => SealWriter.WriteParameters(parameters!, f, w);
                break;
            case "seeded" or "whole":
                var ciphertext = new Ciphertext();
                fault = SealReader.ReadCiphertext(Context, bytes, ciphertext, out framing, out var seed);
                rewrite = (f, w) => SealWriter.WriteCiphertext(Context, ciphertext, f, w, seed);
                break;
            case "public":
                fault = SealReader.ReadPublicKey(Context, bytes, out var key, out framing);
                rewrite = (f, w) => SealWriter.WritePublicKey(Context, key!, f, w);
                break;
            case "relin":
                fault = SealReader.ReadRelinearizationKeys(Context, new MemoryStream(bytes), out var relin, out framing);
                rewrite = (f, w) => SealWriter.WriteRelinearizationKeys(Context, relin!, f, w);
                break;
            default:
                fault = SealReader.ReadGaloisKeys(Context, new MemoryStream(bytes), out var galois, out framing);
                rewrite = (f, w) => SealWriter.WriteGaloisKeys(Context, galois!, f, w);
                break;
        }

        return fault;
    }
}
