using System.Buffers;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Ckks;
using PrivacyGrains.Ckks.Encoding;
using PrivacyGrains.Ckks.Encryption;
using PrivacyGrains.Ckks.Formats;
using PrivacyGrains.Ckks.Keys;
using PrivacyGrains.Ckks.Parameters;

namespace PrivacyGrains.Cli.Bench.CkksParser;

/// <summary>What an object is taken for.</summary>
internal enum FuzzKind
{
    Parameters,
    Ciphertext,
    PublicKey,
    RelinearizationKeys,
    GaloisKeys,
}

/// <summary>An object that is right, to be spoilt.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Context">Its parameters: small, so that many are read a second.</param>
/// <param name="Bytes">As SEAL writes it.</param>
internal sealed record FuzzObject(FuzzKind Kind, CkksContext Context, byte[] Bytes)
{
    /// <summary>One of each kind in two dialects and all packings; always the same.</summary>
    public static IReadOnlyList<FuzzObject> Corpus()
    {
        var all = new List<FuzzObject>();
        foreach (var framing in from version in (SealVersion[])[new(3, 7), new(4, 1)] from packing in Enum.GetValues<SealCompression>() select new SealFraming(version, packing))
        {
            Add(all, new CkksContext(CkksParameters.OfBits(1024, 27)), framing);
            Add(all, new CkksContext(CkksParameters.OfBits(2048, 27, 27)), framing);
        }

        return all;
    }

    /// <summary>The kind, by what an object written here or by the scripts of tests/vectors/ckks is called.</summary>
    /// <param name="context">Of N = 2048 {27, 27}.</param>
    /// <param name="path">A file.</param>
    /// <returns>The object, or null for one that none of the readers takes.</returns>
    public static FuzzObject? OfFile(CkksContext context, string path)
    {
        var parts = Path.GetFileNameWithoutExtension(path).Split('-');
        FuzzKind? kind = parts is ["n2048" or "3x", var what, ..] ? what switch
        {
            "parms" => FuzzKind.Parameters,
            "x" or "y" or "whole" => FuzzKind.Ciphertext,
            "public" => FuzzKind.PublicKey,
            "relin" => FuzzKind.RelinearizationKeys,
            "galois" => FuzzKind.GaloisKeys,
            _ => null,
        }
        : null;
        return kind is { } found ? new FuzzObject(found, context, File.ReadAllBytes(path)) : null;
    }

    private static void Add(List<FuzzObject> all, CkksContext context, SealFraming framing)
    {
        var random = new AesCtrRandomSource(new byte[16]);
        using var keys = new KeyGenerator(context, random);
        Add(FuzzKind.Parameters, w => SealWriter.WriteParameters(context.Parameters, framing, w));
        if (context.CanSwitchKeys)
        {
            Add(FuzzKind.RelinearizationKeys, w => SealWriter.WriteRelinearizationKeys(context, keys.CreateRelinearizationKeys(), framing, w));
            Add(FuzzKind.GaloisKeys, w => SealWriter.WriteGaloisKeys(context, keys.CreateGaloisKeys([1]), framing, w));
            return;
        }

        // Ciphertexts are what comes most: more of them.
        var (plaintext, ciphertext) = (new Plaintext(), new Ciphertext());
        new CkksEncoder(context).Encode(new double[] { 1, 2, 3 }, 1 << 20, 1, plaintext);
        for (var i = 0; i < 3; i++)
        {
            var seed = new Encryptor(context, random).EncryptSymmetric(plaintext, keys.SecretKey, ciphertext);
            Add(FuzzKind.Ciphertext, w => SealWriter.WriteCiphertext(context, ciphertext, framing, w, seed));
            Add(FuzzKind.Ciphertext, w => SealWriter.WriteCiphertext(context, ciphertext, framing, w));
        }

        Add(FuzzKind.PublicKey, w => SealWriter.WritePublicKey(context, keys.CreatePublicKey(), framing, w));

        void Add(FuzzKind kind, Action<IBufferWriter<byte>> write)
        {
            var bytes = new ArrayBufferWriter<byte>();
            write(bytes);
            all.Add(new FuzzObject(kind, context, bytes.WrittenSpan.ToArray()));
        }
    }
}
