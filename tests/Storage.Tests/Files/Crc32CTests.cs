using System.Text;
using PrivacyGrains.Storage.Files;

namespace PrivacyGrains.Storage.Tests;

/// <summary>Known answers of RFC 3720, appendix B.4, and the usual check value.</summary>
public sealed class Crc32CTests
{
    public static TheoryData<byte[], uint> KnownAnswers => new()
    {
        { Encoding.ASCII.GetBytes("123456789"), 0xE3069283 },
        { new byte[32], 0x8A9136AA },
        { [.. Enumerable.Repeat((byte)0xFF, 32)], 0x62A8AB43 },
        { [.. Enumerable.Range(0, 32).Select(i => (byte)i)], 0x46DD794E },
        { [.. Enumerable.Range(0, 32).Select(i => (byte)(31 - i))], 0x113FDB5C },
    };

    [Theory]
    [MemberData(nameof(KnownAnswers))]
    public void Append_KnownBytes_GivesPublishedChecksum(byte[] bytes, uint expected) => Assert.Equal(expected, Crc32C.Append(0, bytes));

    [Fact]
    public void Append_InPieces_EqualsWhole()
    {
        var bytes = Entries.Bytes(100).Payload.ToArray();
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            Assert.Equal(Crc32C.Append(0, bytes), Crc32C.Append(Crc32C.Append(0, bytes.AsSpan(0, cut)), bytes.AsSpan(cut)));
        }
    }
}
