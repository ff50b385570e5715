namespace PrivacyGrains.Arithmetic.Tests;

public sealed class PackedBitsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(200)]
    public void ToPlanes_PutsBitBOfWordIAtBitIOfPlaneB(int count)
    {
        var words = AlgebraTests.Uniform(WordAlgebra.Ring64, count, 5);
        var width = PackedBits.WordsFor(count);
        foreach (var planeCount in new[] { 1, 61, 64 })
        {
            var planes = new ulong[planeCount * width];
            PackedBits.ToPlanes(words, planes, planeCount);
            for (var b = 0; b < planeCount; b++)
            {
                for (var i = 0; i < width * 64; i++)
                {
                    Assert.Equal(i < count && ((words[i] >> b) & 1) != 0, PackedBits.Get(planes.AsSpan(b * width, width), i));
                }
            }
        }
    }

    [Fact]
    public void ToPlanes_WrongLength_IsRefused() => Assert.Throws<ArgumentException>(() => PackedBits.ToPlanes(new ulong[3], new ulong[63], 64));

    [Fact]
    public void XorAndNot_AreBitwise()
    {
        var x = AlgebraTests.Uniform(WordAlgebra.Ring64, 37, 1);
        var y = AlgebraTests.Uniform(WordAlgebra.Ring64, 37, 2);
        var result = new ulong[37];
        PackedBits.Xor(x, y, result);
        Assert.Equal(x.Zip(y, (a, b) => a ^ b), result);
        PackedBits.And(x, y, result);
        Assert.Equal(x.Zip(y, (a, b) => a & b), result);
        PackedBits.Not(x, result);
        Assert.Equal(x.Select(a => ~a), result);
    }

    [Fact]
    public void SetSpreadAndClearPadding_AgreeWithGet()
    {
        var words = new ulong[2];
        PackedBits.Set(words, 3, true);
        PackedBits.Set(words, 70, true);
        PackedBits.Set(words, 100, true);
        PackedBits.Set(words, 3, false);
        var spread = new ulong[80];
        PackedBits.Spread(words, spread);
        Assert.Equal(1UL, spread[70]);
        Assert.Equal(1, spread.Count(word => word != 0));
        PackedBits.ClearPadding(words, 100);
        Assert.False(PackedBits.Get(words, 100));
        Assert.True(PackedBits.Get(words, 70));
    }
}
