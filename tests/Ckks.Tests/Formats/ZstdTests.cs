using System.Buffers;
using System.Security.Cryptography;
using PrivacyGrains.Ckks.Formats.Zstd;

namespace PrivacyGrains.Ckks.Tests.Formats;

public sealed class ZstdTests
{
    public static TheoryData<string> Frames() => [.. Fixtures.Json("expected-zstd.json").EnumerateObject().Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Frames))]
    public void Read_OfAFrameOfTheCommandLines_GivesWhatWasPacked_InPiecesOfAnyLength(string name)
    {
        var expected = Fixtures.Json("expected-zstd.json").GetProperty(name);
        foreach (var piece in (int[])[1 << 20, 4096, 7])
        {
            var bytes = Unpack(Fixtures.Bytes($"zstd-{name}.zst"), piece);
            Assert.Equal(expected.GetProperty("length").GetInt32(), bytes.Length);
            Assert.Equal(expected.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(bytes)));
        }
    }

    // Each frame's bytes that are not right are said to be wrong, or unpack to something of no more than a frame may hold: never another exception.
    [Theory]
    [MemberData(nameof(Frames))]
    public void Read_OfADamagedFrame_NeverEndsInAnythingButItsOwnException(string name)
    {
        var frame = Fixtures.Bytes($"zstd-{name}.zst");
        for (var i = 0; i < 200; i++)
        {
            var damaged = frame.ToArray();
            // From the header on, then ever farther in.
            var at = (int)((long)i * i * frame.Length / 40_000);
            damaged[at] ^= (byte)(1 << (i % 8));
            damaged = i % 5 == 4 ? damaged[..at] : damaged;
            try
            {
                Unpack(damaged, 65536);
            }
            catch (Exception e) when (e is InvalidDataException or TooMuchException)
            {
            }
        }
    }

    [Fact]
    public void Read_OfAFrameWithAWrongChecksum_IsRefused()
    {
        var frame = Fixtures.Bytes("zstd-text.zst");
        frame[^1] ^= 1;
        Assert.Contains("checksum", Assert.Throws<InvalidDataException>(() => Unpack(frame, 4096)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("28B52FFDA001001000")]
    [InlineData("28B52FFDC058FFFFFFFFFFFFFFFF")]
    public void Read_OfAFrameThatSaysThatItHoldsMoreThanThereCanBe_IsRefusedBeforeMemoryIsTaken(string hex) =>
        Assert.Throws<TooMuchException>(() => Unpack(Convert.FromHexString(hex), 16));

    // A single segment of 2^40 bytes; a window of 2^41; a dictionary; a skippable frame.
    [Theory]
    [InlineData("28B52FFDE00000000000010000", "window")]
    [InlineData("28B52FFD00F8", "window")]
    [InlineData("28B52FFD01580701000000", "dictionary")]
    [InlineData("504D2A1804000000", "no Zstandard")]
    public void Read_OfAFrameThatAsksForTooMuch_IsRefusedBeforeMemoryIsTaken(string hex, string part) =>
        Assert.Contains(part, Assert.Throws<InvalidDataException>(() => Unpack(Convert.FromHexString(hex), 16)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(131072)]
    [InlineData(131073)]
    [InlineData(400000)]
    public void StoredFrame_IsAsLongAsItSays_AndReadBack(int length)
    {
        var content = new byte[length];
        new Arithmetic.Randomness.AesCtrRandomSource(new byte[16]).Fill(content);
        var frame = new ArrayBufferWriter<byte>();
        var stored = new StoredFrame(length, frame);
        stored.Write(content.AsSpan(0, length / 3));
        stored.Write(content.AsSpan(length / 3));
        Assert.Equal(StoredFrame.LengthOf(length), frame.WrittenCount);
        Assert.Equal(content, Unpack(frame.WrittenSpan.ToArray(), 50000));
    }

    // The specification's sanity checks, and the empty input's well-known hash.
    [Theory]
    [InlineData("", 0xEF46DB3751D8E999)]
    [InlineData("a", 0xD24EC4F1A98C6E5B)]
    [InlineData("abc", 0x44BC2CF5AD770999)]
    public void XxHash64_OfKnownInputs_IsTheirHash(string text, ulong hash)
    {
        var sum = new XxHash64();
        sum.Append(Encoding(text));
        Assert.Equal(hash, sum.Finish());
    }

    private static byte[] Encoding(string text) => System.Text.Encoding.ASCII.GetBytes(text);

    private static byte[] Unpack(byte[] frame, int piece)
    {
        using var decoder = new ZstdDecoder(new MemoryStream(frame), 1 << 20);
        var all = new ArrayBufferWriter<byte>();
        for (int read; (read = decoder.Read(all.GetSpan(piece)[..piece])) > 0;)
        {
            all.Advance(read);
        }

        return all.WrittenSpan.ToArray();
    }
}
