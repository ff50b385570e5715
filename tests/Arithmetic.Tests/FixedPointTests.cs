using FsCheck;
using FsCheck.Fluent;

namespace PrivacyGrains.Arithmetic.Tests;

public sealed class FixedPointTests
{
    [Fact]
    public void Quantize_KnownAnswers()
    {
        using var vectors = Vectors.Read("arithmetic/v1/fixedpoint.json");
        foreach (var c in vectors.RootElement.EnumerateArray())
        {
            var format = FixedPoint.Create(c.GetProperty("fractionalBits").GetInt32());
            Assert.Equal(long.Parse(c.GetProperty("integer").GetString()!), format.Quantize(c.GetProperty("value").GetDouble(), 62));
        }
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(1e300)]
    [InlineData(70368744177664.0)] // 2^46: with 16 fractional bits it reaches 2^62
    public void Encode_NotFiniteOrTooLarge_IsRefused(double value)
    {
        var format = FixedPoint.Create(16);
        Assert.Throws<ArgumentOutOfRangeException>(() => format.Encode(WordAlgebra.Ring64, value));
        Assert.Throws<ArgumentOutOfRangeException>(() => format.Encode(WordAlgebra.Field61, value));
        var message = Assert.Throws<ArgumentOutOfRangeException>(() => format.Encode(WordAlgebra.Ring64, [1.0, value], new ulong[2])).Message;
        Assert.Contains("Value 1", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_EdgesOfTheHeadroom()
    {
        var format = FixedPoint.Create(0);
        Assert.Equal(1UL << 61, format.Encode(WordAlgebra.Ring64, Math.ScaleB(1, 61)));
        Assert.Throws<ArgumentOutOfRangeException>(() => format.Encode(WordAlgebra.Ring64, -Math.ScaleB(1, 62)));
        Assert.Equal(1UL << 58, format.Encode(WordAlgebra.Field61, Math.ScaleB(1, 58)));
        Assert.Throws<ArgumentOutOfRangeException>(() => format.Encode(WordAlgebra.Field61, Math.ScaleB(1, 59)));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(41)]
    public void Create_BitsOutsideTheRange_AreRefused(int bits) => Assert.Throws<ArgumentOutOfRangeException>(() => FixedPoint.Create(bits));

    [Fact]
    public void DecodeOfEncode_IsWithinHalfAnUlp() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NormalFloat>(), Gen.Choose(0, 24).ToArbitrary(), (number, bits) =>
        {
            var value = Math.IEEERemainder((double)number, 1 << 20);
            var format = FixedPoint.Create(bits);
            return Math.Abs(format.Decode(WordAlgebra.Ring64, format.Encode(WordAlgebra.Ring64, value)) - value) <= format.Ulp / 2
                && Math.Abs(format.Decode(WordAlgebra.Field61, format.Encode(WordAlgebra.Field61, value)) - value) <= format.Ulp / 2;
        }).QuickCheckThrowOnFailure();
}
