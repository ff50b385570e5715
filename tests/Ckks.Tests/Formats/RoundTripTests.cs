using System.Buffers;
using System.Buffers.Binary;
using PrivacyGrains.Ckks.Formats;

namespace PrivacyGrains.Ckks.Tests.Formats;

public sealed class RoundTripTests
{
    private static readonly SealFraming Plain = new(new SealVersion(4, 1), SealCompression.None);

    public static TheoryData<string, byte, byte, SealCompression> Framings()
    {
        var data = new TheoryData<string, byte, byte, SealCompression>();
        foreach (var kind in (string[])["parms", "seeded", "whole", "public", "relin", "galois"])
        {
            foreach (var (major, minor) in ((byte, byte)[])[(3, 6), (3, 7), (4, 0), (4, 1), (4, 4)])
            {
                foreach (var compression in Enum.GetValues<SealCompression>())
                {
                    data.Add(kind, major, minor, compression);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Framings))]
    public void Read_OfWhatWasWritten_GivesTheSameObject_AndItsFraming(string kind, byte major, byte minor, SealCompression compression)
    {
        var framing = new SealFraming(new SealVersion(major, minor), compression);
        var bytes = SmallWorld.Instance.Write(kind, framing);

        Assert.Null(SmallWorld.Instance.Read(kind, bytes, out var found, out var rewrite));
        Assert.Equal(framing, found);
        var again = new ArrayBufferWriter<byte>();
        rewrite!(found, again);
        Assert.Equal(bytes, again.WrittenSpan.ToArray());
    }

    [Theory]
    [InlineData("seeded", SealCompression.None)]
    [InlineData("galois", SealCompression.None)]
    [InlineData("whole", SealCompression.Zlib)]
    [InlineData("whole", SealCompression.Zstd)]
    [InlineData("relin", SealCompression.Zlib)]
    [InlineData("galois", SealCompression.Zstd)]
    public void Read_OfACutObject_OrOneWithMore_IsRefused(string kind, SealCompression compression)
    {
        var bytes = SmallWorld.Instance.Write(kind, Plain with { Compression = compression });
        foreach (var length in (int[])[0, 7, 16, 60, bytes.Length / 2, bytes.Length - 5, bytes.Length - 1])
        {
            // As it was cut on the way, and as one who lies about the length sends it.
            var cut = bytes[..length];
            Assert.Equal("ckks.truncated", SmallWorld.Instance.Read(kind, cut, out _, out _)?.Code);
            if (length >= SealHeader.Length)
            {
                BinaryPrimitives.WriteInt64LittleEndian(cut.AsSpan(8), length);
                Assert.Contains(SmallWorld.Instance.Read(kind, cut, out _, out _)?.Code, (string[])["ckks.truncated", "ckks.inflate"]);
            }
        }

        Assert.Equal("ckks.trailing-bytes", SmallWorld.Instance.Read(kind, [.. bytes, 0], out _, out _)?.Code);
        byte[] longer = [.. bytes, .. new byte[20]];
        BinaryPrimitives.WriteInt64LittleEndian(longer.AsSpan(8), longer.Length);
        Assert.Contains(SmallWorld.Instance.Read(kind, longer, out _, out _)?.Code, (string[])["ckks.trailing-bytes", "ckks.inflate"]);
    }
}
