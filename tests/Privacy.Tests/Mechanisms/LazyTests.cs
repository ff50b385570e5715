using System.Globalization;
using System.Numerics;
using PrivacyGrains.Privacy.Audits;
using PrivacyGrains.Privacy.Mechanisms;
using PrivacyGrains.Privacy.Mechanisms.Lazy;

namespace PrivacyGrains.Privacy.Tests.Mechanisms;

public class LazyTests
{
    // exp(-n/d) * 2^128 cut to an integer, by mpmath at 60 digits.
    [Theory]
    [InlineData(1, 3, "243822970335011067903414604203639432393")]
    [InlineData(7, 2, "10275637105765648526871610556406864783")]
    [InlineData(1, 1_000_000, "340282026638741683651657899647165175767")]
    [InlineData(40, 1, "1445640041509262763346")]
    [InlineData(88, 1, "2")]
    [InlineData(900, 1, "0")]
    public void ExpMinus_HoldsTheTrueNumber_WithinTwoUnits(int numerator, int denominator, string expected)
    {
        var truth = BigInteger.Parse(expected, CultureInfo.InvariantCulture);
        var enclosure = Enclosure.ExpMinus(numerator, denominator, 128);
        Assert.InRange(truth, enclosure.Low, enclosure.High - 1);
        Assert.True(enclosure.High - enclosure.Low <= 2);

        // A finer one lies within, for all precisions that are ever used.
        for (var bits = 160; bits <= 1280; bits *= 2)
        {
            var finer = Enclosure.ExpMinus(numerator, denominator, bits);
            Assert.InRange(finer.Low >> (bits - 128), enclosure.Low, enclosure.High);
            Assert.InRange(finer.High >> (bits - 128), enclosure.Low, enclosure.High);
            Assert.True(finer.High - finer.Low <= 2);
        }
    }

    [Fact]
    public void Arithmetic_NeverLosesTheNumber()
    {
        using var random = new TestRandom(1);
        for (var i = 0; i < 500; i++)
        {
            var (a, b, c) = (random.Next(100) + 1, random.Next(100) + 100, random.Next(99) + 1);
            var (x, y) = (Enclosure.Of(a, b, 40), Enclosure.Of(c, 100, 40));
            AssertHolds(x.Plus(y), (a * 100) + (c * b), b * 100);
            AssertHolds(x.Times(y), a * c, b * 100);
            AssertHolds(x.Times(new BigInteger(7)), 7 * a, b);
            AssertHolds(x.Inverse(), b, a);
            AssertHolds(x.Complement(), b - a, b);
            AssertHolds(x.Min(y), Math.Min(a * 100, c * b), b * 100);
        }

        static void AssertHolds(Enclosure enclosure, BigInteger numerator, BigInteger denominator)
        {
            Assert.True(enclosure.Low * denominator <= numerator << 40);
            Assert.True(enclosure.High * denominator >= numerator << 40);
        }
    }

    [Fact]
    public void Coin_ThatNeedsManyBits_IsStillDecided()
    {
        // Enclosures that stay useless until 1,024 bits: all outcomes come from there.
        using var random = new TestRandom(2);
        using var bits = new RandomBits(random.Source);
        var heads = 0L;
        for (var i = 0; i < 3000; i++)
        {
            heads += LazyDraws.Coin(bits, precision => precision < 1024 ? new Enclosure(0, BigInteger.One << precision, precision) : Enclosure.Of(1, 3, precision)) ? 1 : 0;
        }

        Assert.InRange(ChiSquare.PValue([heads, 3000 - heads], [1.0 / 3, 2.0 / 3]), 1e-4, 1);
    }

    [Fact]
    public void Choice_FollowsItsWeights()
    {
        using var random = new TestRandom(3);
        using var bits = new RandomBits(random.Source);
        var counts = new long[4];
        for (var i = 0; i < 20_000; i++)
        {
            counts[LazyDraws.Choice(bits, precision => [Enclosure.ExpMinus(1, 2, precision), Enclosure.Of(0, 1, precision), Enclosure.ExpMinus(500, 1, precision).Times(new BigInteger(1000)), Enclosure.One(precision)], 10)]++;
        }

        Assert.Equal((0L, 0L), (counts[1], counts[2]));
        Assert.InRange(ChiSquare.PValue([counts[0], counts[3]], [Math.Exp(-0.5) / (1 + Math.Exp(-0.5)), 1 / (1 + Math.Exp(-0.5))]), 1e-4, 1);
    }
}
