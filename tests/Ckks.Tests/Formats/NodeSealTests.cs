using System.Text.Json;
using PrivacyGrains.Ckks.Encoding;
using PrivacyGrains.Ckks.Encryption;
using PrivacyGrains.Ckks.Evaluation;
using PrivacyGrains.Ckks.Formats;
using PrivacyGrains.Ckks.Keys;
using PrivacyGrains.Ckks.Parameters;

namespace PrivacyGrains.Ckks.Tests.Formats;

/// <summary>Objects that node-seal made with a secret key of its own.</summary>
public sealed class NodeSealTests
{
    // At N = 2048 the scales are small, as the modulus is: tolerances are five times the error of a slot, 3.2 sqrt(N) / scale for a fresh ciphertext.
    private static readonly JsonElement Real = Fixtures.Json("expected.json").GetProperty("real");

    [Theory]
    [InlineData("n2048-parms-none.seal", 4, 1, SealCompression.None)]
    [InlineData("n2048-parms-zlib.seal", 4, 1, SealCompression.Zlib)]
    [InlineData("n2048-parms-zstd.seal", 4, 1, SealCompression.Zstd)]
    [InlineData("3x-parms.seal", 3, 7, SealCompression.Zstd)]
    public void ReadParameters_OfNodeSeal_AreTheOnesItWasTold(string name, byte major, byte minor, SealCompression compression)
    {
        Assert.Null(SealReader.ReadParameters(Fixtures.Bytes(name), out var parameters, out var framing));

        Assert.Equal(CkksParameters.OfBits(2048, 27, 27), parameters);
        Assert.Equal(new SealFraming(new SealVersion(major, minor), compression), framing);
    }

    [Theory]
    [InlineData("n2048-x-none.seal")]
    [InlineData("n2048-x-zlib.seal")]
    [InlineData("n2048-x-zstd.seal")]
    public void ReadCiphertext_SeededByNodeSeal_HasTheWordsThatSealExpands(string name)
    {
        var (context, entry) = World("n2048");
        Assert.Null(SealReader.ReadCiphertext(context, Fixtures.Bytes(name), new Ciphertext(), out _, out var seed));
        Assert.True(seed.IsKnown);
        Assert.Equal(entry.GetProperty("loaded").GetProperty("x").GetString(), Fixtures.Digest(context, Fixtures.Ciphertext(context, name)));
    }

    [Fact]
    public void ReadCiphertext_SeededForShake256_HasTheWordsThatSealExpands()
    {
        var (context, entry) = World("n2048");
        var bytes = Fixtures.Bytes("n2048-x-none.seal");
        bytes[^65] = 2;
        var x = new Ciphertext();
        Assert.Null(SealReader.ReadCiphertext(context, bytes, x, out _));
        Assert.Equal(entry.GetProperty("loaded").GetProperty("shaken").GetString(), Fixtures.Digest(context, x));
    }

    [Fact]
    public void ReadKeys_OfNodeSeal_HaveTheWordsThatSealLoads()
    {
        var (context, entry) = World("n2048");
        Assert.Equal(entry.GetProperty("loaded").GetProperty("galois").GetString(), Fixtures.Digest(context, Fixtures.Galois(context, "n2048-galois.seal")));
        Assert.Equal(entry.GetProperty("loaded").GetProperty("relin").GetString(), Fixtures.Digest(context, Fixtures.Relinearization(context, "n2048-relin.seal")));
        (context, entry) = World("n4096");
        Assert.Equal(entry.GetProperty("loaded").GetProperty("relin").GetString(), Fixtures.Digest(context, Fixtures.Relinearization(context, "n4096-relin.seal")));
    }

    [Theory]
    [InlineData("n2048", "n2048-x-zlib.seal", "x", 0.1)]
    [InlineData("n2048", "n2048-whole-zlib.seal", "y", 0.01)]
    [InlineData("n2048", "n2048-whole-zstd.seal", "y", 0.01)]
    [InlineData("n4096", "n4096-x-zstd.seal", "x", 1e-3)]
    [InlineData("n4096", "n4096-y-zstd.seal", "y", 1e-3)]
    public void Decrypt_OfNodeSealsCiphertext_UnderItsSecretKey_GivesItsNumbers(string world, string name, string values, double tolerance)
    {
        var (context, entry) = World(world);
        AssertSlots(context, world + "-secret.seal", Fixtures.Ciphertext(context, name), Fixtures.Doubles(entry.GetProperty("values").GetProperty(values)), tolerance);
    }

    [Fact]
    public void Product_OfNodeSealsCiphertexts_UnderItsKeys_IsTheProductOfItsNumbers()
    {
        var (context, entry) = World("n4096");
        var evaluator = new CkksEvaluator(context);
        var z = new Ciphertext();
        evaluator.Multiply(Fixtures.Ciphertext(context, "n4096-x-zstd.seal"), Fixtures.Ciphertext(context, "n4096-y-zstd.seal"), z);
        evaluator.Relinearize(z, Fixtures.Relinearization(context, "n4096-relin.seal"), z);
        evaluator.Rescale(z, z);
        var (x, y) = (Fixtures.Doubles(entry.GetProperty("values").GetProperty("x")), Fixtures.Doubles(entry.GetProperty("values").GetProperty("y")));
        AssertSlots(context, "n4096-secret.seal", z, [.. x.Zip(y, (a, b) => a * b)], 5e-3);
    }

    [Fact]
    public void Encrypt_UnderNodeSealsPublicKey_IsReadByItsSecretKey()
    {
        foreach (var (secret, name) in (ReadOnlySpan<(string, string)>)[("n2048-secret.seal", "n2048-public.seal"), ("3x-secret.seal", "3x-public.seal")])
        {
            var context = World("n2048").Context;
            Assert.Null(SealReader.ReadPublicKey(context, Fixtures.Bytes(name), out var key, out _));
            var (plaintext, z) = (new Plaintext(), new Ciphertext());
            new CkksEncoder(context).Encode(new double[] { 1, 2, -3 }, 1 << 20, 1, plaintext);
            new Encryptor(context, Arithmetic.Randomness.SystemRandomSource.Instance).Encrypt(plaintext, key!, z);
            AssertSlots(context, secret, z, [1, 2, -3], 0.01);
        }
    }

    [Theory]
    [InlineData("3x-x-none.seal", SealCompression.None)]
    [InlineData("3x-x-zstd.seal", SealCompression.Zstd)]
    [InlineData("3x-whole.seal", SealCompression.Zstd)]
    public void ReadCiphertext_OfSeal37_WithoutCorrectionFactor_GivesItsNumbers_AndIsWrittenLikeIt(string name, SealCompression compression)
    {
        var expected = Fixtures.Json("expected-3x.json");
        var context = new CkksContext(CkksParameters.OfBits(2048, 27, 27));
        var x = new Ciphertext();
        Assert.Null(SealReader.ReadCiphertext(context, Fixtures.Bytes(name), x, out var framing));
        Assert.Equal(new SealFraming(new SealVersion(3, 7), compression), framing);
        AssertSlots(context, "3x-secret.seal", x, Fixtures.Doubles(expected.GetProperty("values")), 0.35);
        if (name != "3x-whole.seal")
        {
            var bytes = new System.Buffers.ArrayBufferWriter<byte>();
            SealWriter.WriteCiphertext(context, x, new SealFraming(framing.Version, SealCompression.None), bytes);
            Assert.Equal(expected.GetProperty("loaded").GetProperty("x").GetString(), Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes.WrittenSpan)));
        }
    }

    [Fact]
    public void ReadKeys_OfSeal37_Work()
    {
        var context = new CkksContext(CkksParameters.OfBits(2048, 27, 27));
        var (x, z) = (Fixtures.Ciphertext(context, "3x-x-zstd.seal"), new Ciphertext());
        var evaluator = new CkksEvaluator(context);
        evaluator.Multiply(x, x, z);
        evaluator.Relinearize(z, Fixtures.Relinearization(context, "3x-relin.seal"), z);
        var values = Fixtures.Doubles(Fixtures.Json("expected-3x.json").GetProperty("values"));
        AssertSlots(context, "3x-secret.seal", z, [.. values.Select(v => v * v)], 0.8);
    }

    /// <summary>A key, or a plaintext, that was sent in place of something else.</summary>
    [Theory]
    [InlineData("n2048-secret.seal", "ckks.secret-key")]
    [InlineData("3x-secret.seal", "ckks.secret-key")]
    [InlineData("n2048-plain.seal", "ckks.plaintext")]
    [InlineData("n2048-public.seal", "ckks.level")]
    public void Read_OfWhatMustNotCome_IsRefusedByName(string name, string code)
    {
        var context = World("n2048").Context;
        var bytes = Fixtures.Bytes(name);
        Assert.Equal(code, SealReader.ReadCiphertext(context, bytes, new Ciphertext(), out _)?.Code);
        if (code == "ckks.secret-key")
        {
            Assert.Equal(code, SealReader.ReadPublicKey(context, bytes, out _, out _)?.Code);
            Assert.Equal(code, SealReader.ReadGaloisKeys(context, new MemoryStream(bytes), out _, out _)?.Code);
            Assert.Equal(code, SealReader.ReadRelinearizationKeys(context, new MemoryStream(bytes), out _, out _)?.Code);
        }
    }

    private static (CkksContext Context, JsonElement Entry) World(string name)
    {
        var entry = Real.GetProperty(name);
        return (new CkksContext(CkksParameters.OfBits(entry.GetProperty("degree").GetInt32(), Fixtures.Ints(entry.GetProperty("bits")))), entry);
    }

    private static void AssertSlots(CkksContext context, string secret, Ciphertext ciphertext, double[] expected, double tolerance)
    {
        using SecretKey key = Fixtures.Secret(context, secret);
        var plaintext = new Plaintext();
        new Decryptor(context, key).Decrypt(ciphertext, plaintext);
        var slots = new double[context.SlotCount];
        new CkksEncoder(context).Decode(plaintext, slots);
        for (var i = 0; i < context.SlotCount; i++)
        {
            Assert.True(Math.Abs(slots[i] - (i < expected.Length ? expected[i] : 0)) < tolerance, $"Slot {i} is {slots[i]}.");
        }
    }
}
