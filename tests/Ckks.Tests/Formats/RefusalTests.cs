using System.Buffers.Binary;
using PrivacyGrains.Ckks.Formats;

namespace PrivacyGrains.Ckks.Tests.Formats;

/// <summary>Each field of each object, one at a time, not as it must be: what is refused, and by which name.</summary>
public sealed class RefusalTests
{
    private static readonly SealFraming Plain = new(new SealVersion(4, 1), SealCompression.None);

    private static readonly SmallWorld World = SmallWorld.Instance;

    // Offsets of version 4: header 16, parms_id 32, is_ntt_form, size, N, k, scale, correction factor, array header 16, count, words; 2 x 4096 of them where seeded; seed header 16, type.
    [Theory]
    [InlineData(0, 0x5F, "ckks.header", "ciphertext")]
    [InlineData(2, 0x11, "ckks.header", "ciphertext")]
    [InlineData(6, 1, "ckks.header", "ciphertext")]
    [InlineData(3, 2, "ckks.version", "ciphertext")]
    [InlineData(3, 5, "ckks.version", "ciphertext")]
    [InlineData(5, 3, "ckks.compression", "ciphertext")]
    [InlineData(5, 1, "ckks.inflate", "ciphertext")]
    [InlineData(5, 2, "ckks.inflate", "ciphertext")]
    [InlineData(16, 0, "ckks.parameters", "ciphertext.parms_id")]
    [InlineData(48, 0, "ckks.form", "ciphertext.is_ntt_form")]
    [InlineData(48, 2, "ckks.form", "ciphertext.is_ntt_form")]
    [InlineData(49, 1, "ckks.shape", "ciphertext.size")]
    [InlineData(49, 3, "ckks.shape", "ciphertext.size")]
    [InlineData(56, 0x80, "ckks.shape", "ciphertext.size")]
    [InlineData(58, 0x20, "ckks.shape", "ciphertext.poly_modulus_degree")]
    [InlineData(65, 1, "ckks.shape", "ciphertext.coeff_modulus_size")]
    [InlineData(80, 0xC1, "ckks.scale", "ciphertext.scale")]
    [InlineData(80, 0x7F, "ckks.scale", "ciphertext.scale")]
    [InlineData(80, 0x45, "ckks.scale", "ciphertext.scale")]
    [InlineData(81, 2, "ckks.form", "ciphertext.correction_factor")]
    [InlineData(89, 0, "ckks.header", "ciphertext.data")]
    [InlineData(93, 4, "ckks.version", "ciphertext.data")]
    [InlineData(94, 1, "ckks.compression", "ciphertext.data")]
    [InlineData(97, 0x19, "ckks.length", "ciphertext.data")]
    [InlineData(105, 1, "ckks.length", "ciphertext.data.size")]
    [InlineData(112, 0x80, "ckks.length", "ciphertext.data.size")]
    [InlineData(117, 0xFF, "ckks.word", "ciphertext.data")]
    [InlineData(-81, 0, "ckks.header", "ciphertext.seed")]
    [InlineData(-73, 0x52, "ckks.length", "ciphertext.seed")]
    [InlineData(-65, 3, "ckks.seed", "ciphertext.seed.type")]
    [InlineData(-65, 0, "ckks.seed", "ciphertext.seed.type")]
    public void ReadCiphertext_WithOneByteOtherwise_IsRefusedByItsField(int at, byte value, string code, string field)
    {
        var bytes = World.Write("seeded", Plain);
        bytes[at < 0 ? bytes.Length + at : at] = value;

        var fault = SealReader.ReadCiphertext(World.Context, bytes, new Ciphertext(), out _);

        Assert.Equal((code, field), (fault?.Code, fault?.Field));
    }

    // Body at 16: parms_id 32, places, entries of place 0, then the first entry: header, parms_id ...
    [Theory]
    [InlineData(16, 0, "ckks.parameters", "relin_keys.parms_id")]
    [InlineData(48, 0, "ckks.keys", "relin_keys.size")]
    [InlineData(48, 2, "ckks.keys", "relin_keys.size")]
    [InlineData(55, 0xFF, "ckks.keys", "relin_keys.size")]
    [InlineData(56, 1, "ckks.keys", "relin_keys[0].size")]
    [InlineData(63, 0x80, "ckks.keys", "relin_keys[0].size")]
    [InlineData(64, 0, "ckks.header", "relin_keys[0][0]")]
    [InlineData(68, 0, "ckks.version", "relin_keys[0][0]")]
    [InlineData(72, 0, "ckks.length", "relin_keys[0][0]")]
    [InlineData(80, 0, "ckks.parameters", "relin_keys[0][0].parms_id")]
    [InlineData(144, 0, "ckks.scale", "relin_keys[0][0].scale")]
    [InlineData(181, 0xFF, "ckks.word", "relin_keys[0][0].data")]
    public void ReadRelinearizationKeys_WithOneByteOtherwise_AreRefusedByTheirField(int at, byte value, string code, string field)
    {
        var bytes = World.Write("relin", Plain);
        bytes[at] = value;

        var fault = SealReader.ReadRelinearizationKeys(World.Context, new MemoryStream(bytes), out var keys, out _);

        Assert.Equal((code, field), (fault?.Code, fault?.Field));
        Assert.Null(keys);
    }

    [Theory]
    [InlineData(16, 1, "ckks.parameters", "parms.scheme")]
    [InlineData(16, 3, "ckks.parameters", "parms.scheme")]
    [InlineData(18, 0x11, "ckks.parameters", "parms.poly_modulus_degree")]
    [InlineData(19, 1, "ckks.parameters", "parms.poly_modulus_degree")]
    [InlineData(25, 0, "ckks.parameters", "parms.coeff_modulus")]
    [InlineData(25, 2, "ckks.length", "parms.coeff_modulus")]
    [InlineData(32, 1, "ckks.parameters", "parms.coeff_modulus")]
    [InlineData(33, 0, "ckks.header", "parms.coeff_modulus[0]")]
    [InlineData(49, 3, "ckks.parameters", "parms.coeff_modulus")]
    [InlineData(55, 1, "ckks.parameters", "parms.coeff_modulus")]
    [InlineData(121, 1, "ckks.parameters", "parms.plain_modulus")]
    public void ReadParameters_WithOneByteOtherwise_AreRefusedByTheirField(int at, byte value, string code, string field)
    {
        var bytes = World.Write("parms", Plain);
        bytes[at] = value;

        var fault = SealReader.ReadParameters(bytes, out var parameters, out _);

        Assert.Equal((code, field), (fault?.Code, fault?.Field));
        Assert.Null(parameters);
    }

    [Fact]
    public void ReadCiphertext_OfAPublicKey_SaysWhatItIs()
    {
        var fault = SealReader.ReadCiphertext(World.Context, World.Write("public", Plain), new Ciphertext(), out _);
        Assert.Equal("ckks.level", fault?.Code);
        Assert.Contains("public key", fault!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadPublicKey_OfACiphertext_IsRefusedByItsLevel() =>
        Assert.Equal("ckks.level", SealReader.ReadPublicKey(World.Context, World.Write("whole", Plain), out _, out _)?.Code);

    [Fact]
    public void ReadCiphertext_OfAProduct_IsTakenWhereTheLimitsSaySo()
    {
        var product = new Ciphertext { Scale = 1 << 20 };
        product.Resize(3, 2, World.Context.Degree);
        product.Words.Fill(5);
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        SealWriter.WriteCiphertext(World.Context, product, Plain, bytes);

        Assert.Equal("ckks.shape", SealReader.ReadCiphertext(World.Context, bytes.WrittenSpan, new Ciphertext(), out _)?.Code);
        var found = new Ciphertext();
        Assert.Null(SealReader.ReadCiphertext(World.Context, bytes.WrittenSpan, found, out _, FormatLimits.Of(World.Context) with { MostPolynomials = 3 }));
        Assert.Equal(product.Words, found.Words);
    }

    [Fact]
    public void ReadGaloisKeys_OfMoreThanTheLimit_AreRefusedAtTheFirstTooMany()
    {
        var bytes = World.Write("galois", Plain);
        var limits = FormatLimits.Of(World.Context) with { MostGaloisKeys = 2 };
        // Where the third key begins; by its length where not even the first may come.
        Assert.Equal("ckks.too-many-keys", SealReader.ReadGaloisKeys(World.Context, new MemoryStream(bytes), out _, out _, limits)?.Code);
        Assert.Equal("ckks.too-large", SealReader.ReadGaloisKeys(World.Context, new MemoryStream(bytes), out _, out _, limits with { MostGaloisKeys = 0 })?.Code);
        bytes = World.Write("galois", Plain with { Compression = SealCompression.Zlib });
        Assert.Equal("ckks.too-many-keys", SealReader.ReadGaloisKeys(World.Context, new MemoryStream(bytes), out _, out _, limits)?.Code);
        Assert.Null(SealReader.ReadGaloisKeys(World.Context, new MemoryStream(bytes), out var keys, out _, limits with { MostGaloisKeys = 3 }));
        Assert.Equal(World.Galois.Keys.Keys.Order(), keys!.Keys.Keys.Order());
    }

    [Fact]
    public void ReadCiphertext_FromPieces_IsTheSameAsFromOne()
    {
        var bytes = World.Write("seeded", Plain);
        var (first, found) = (new Segment(bytes.AsMemory(0, 100), 0), new Ciphertext());
        var last = first.Then(bytes.AsMemory(100, 1000)).Then(bytes.AsMemory(1100));
        Assert.Null(SealReader.ReadCiphertext(World.Context, new System.Buffers.ReadOnlySequence<byte>(first, 0, last, last.Memory.Length), found, out _));
        Assert.Equal(World.Ciphertext.Words, found.Words);
    }

    // A body of zeros that says 2^60 bytes, in a packed object of 100: what is taken is what can be.
    [Theory]
    [InlineData(SealCompression.None)]
    [InlineData(SealCompression.Zlib)]
    [InlineData(SealCompression.Zstd)]
    public void Read_OfAnObjectThatSaysItIsHuge_TakesNoMemoryForIt(SealCompression compression)
    {
        var bytes = new byte[200];
        new SealHeader(Plain with { Compression = compression }, 1L << 40).Write(bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal("ckks.too-large", SealReader.ReadGaloisKeys(World.Context, new MemoryStream(bytes), out _, out _)?.Code);
        Assert.Equal("ckks.truncated", SealReader.ReadCiphertext(World.Context, bytes, new Ciphertext(), out _)?.Code);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 65536);
    }

    [Fact]
    public void SecretKeyFile_IsReadBackAsItWasWritten_AndRefusedWhereItIsDamaged()
    {
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        SecretKeyFile.Write(World.Context, World.SecretKey, new SealVersion(4, 1), bytes);
        Assert.Null(SecretKeyFile.Read(World.Context, bytes.WrittenSpan, out var key));
        using (key)
        {
            Assert.Equal(World.SecretKey.Words, key!.Words);
        }

        var damaged = bytes.WrittenSpan.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(damaged.AsSpan(^8), ulong.MaxValue);
        Assert.Equal("ckks.word", SecretKeyFile.Read(World.Context, damaged, out _)?.Code);
        Assert.Equal("ckks.secret-key", SealReader.ReadCiphertext(World.Context, bytes.WrittenSpan, new Ciphertext(), out _)?.Code);
    }

    private sealed class Segment : System.Buffers.ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        public Segment Then(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
