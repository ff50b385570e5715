using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Arithmetic.Tests;

public sealed class SeedStreamTests
{
    [Fact]
    public void Fill_EqualsOpenSslsCounterMode()
    {
        foreach (var line in File.ReadLines(Vectors.PathOf("aes-ctr/v1/streams.txt")))
        {
            var parts = line.Split(' ');
            var offset = int.Parse(parts[1]);
            using var whole = new AesCtrRandomSource(Convert.FromHexString(parts[0]));
            var stream = new byte[offset + 64];
            whole.Fill(stream);
            Assert.Equal(parts[2], Convert.ToHexStringLower(stream.AsSpan(offset)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(4096)]
    [InlineData(5001)]
    public void Fill_InPieces_EqualsFillAtOnce(int piece)
    {
        var seed = new byte[AesCtrRandomSource.SeedLength];
        using var one = new AesCtrRandomSource(seed);
        using var other = new AesCtrRandomSource(seed);
        var whole = new byte[100_000];
        var pieces = new byte[whole.Length];
        one.Fill(whole);
        for (var at = 0; at < pieces.Length; at += piece)
        {
            other.Fill(pieces.AsSpan(at, Math.Min(piece, pieces.Length - at)));
        }

        Assert.True(whole.AsSpan().SequenceEqual(pieces));
    }

    [Theory]
    [InlineData(0, 4096)]
    [InlineData(5, 4095)]
    [InlineData(5, 4096 + 4091)]
    [InlineData(16, (65536 * 2) + 4096 + 7)]
    [InlineData(4096, 65536 + 1)]
    public void Fill_LongAfterSomeBytes_GivesTheSameAsBytesOneByOne(int before, int length)
    {
        var seed = Convert.FromHexString("000102030405060708090a0b0c0d0e0f");
        using var one = new AesCtrRandomSource(seed);
        using var other = new AesCtrRandomSource(seed);
        const int After = 33;
        var whole = new byte[before + length + After];
        one.Fill(whole.AsSpan(0, before));
        one.Fill(whole.AsSpan(before, length));
        one.Fill(whole.AsSpan(before + length));
        var pieces = new byte[whole.Length];
        for (var i = 0; i < pieces.Length; i++)
        {
            other.Fill(pieces.AsSpan(i, 1));
        }

        Assert.Equal(pieces, whole);
    }

    [Fact]
    public void Constructor_SeedOfAnotherLength_IsRefused() => Assert.Throws<ArgumentException>(() => new AesCtrRandomSource(new byte[15]));

    [Fact]
    public void Branch_AnywhereInTheStream_ReadsOn_AndTheStreamGoesOnBehindIt()
    {
        var whole = new byte[300_000];
        using (var source = new AesCtrRandomSource(new byte[16]))
        {
            source.Fill(whole);
        }

        foreach (var (before, length) in ((int, int)[])[(0, 0), (0, 8), (8, 16), (24, 5000), (4096, 4096), (4104, 200_000), (100_001, 33)])
        {
            using var source = new AesCtrRandomSource(new byte[16]);
            var (first, middle, last) = (new byte[before], new byte[length], new byte[50_000]);
            source.Fill(first);
            using var branch = source.Branch(length);
            source.Fill(last.AsSpan(0, 7));
            branch.Fill(middle.AsSpan(0, length / 2));
            source.Fill(last.AsSpan(7));
            branch.Fill(middle.AsSpan(length / 2));
            Assert.Equal(whole[..before], first);
            Assert.Equal(whole[before..(before + length)], middle);
            Assert.Equal(whole[(before + length)..(before + length + last.Length)], last);
        }
    }
}
