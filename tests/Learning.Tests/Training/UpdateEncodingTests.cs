using PrivacyGrains.Learning.Data;
using PrivacyGrains.Learning.Training;

namespace PrivacyGrains.Learning.Tests.Training;

public class UpdateEncodingTests
{
    [Theory]
    [InlineData(64, 30, 5, 500)]
    [InlineData(32, 14, 5, 500)]
    [InlineData(20, 8, 50, 1)]
    [InlineData(8, 0, 2, 1)]
    public void SumOfAllParties_IsTheWeightedSum_WithinAUnitEach(int bits, int fractionalBits, int clients, int weight)
    {
        var encoding = UpdateEncoding.Create(bits, fractionalBits, ClipNorm.Create(8), clients, weight, 31);
        using var choices = new SeededSplit(3, "updates");
        using var source = TestBytes.Source(3);
        var (words, exact) = (new ulong[31], new double[31]);
        var mask = ulong.MaxValue >> (64 - bits);
        for (var client = 0; client < clients; client++)
        {
            var update = Enumerable.Range(0, 31).Select(_ => (choices.NextUnit() * 2) - 1).ToArray();
            var encoded = encoding.Encode(update, weight, source);
            for (var i = 0; i < 31; i++)
            {
                words[i] = unchecked(words[i] + encoded[i]) & mask;
                exact[i] += update[i] * weight;
            }
        }

        var decoded = encoding.Decode(words);
        Assert.All(decoded.Zip(exact), p => Assert.InRange(Math.Abs(p.First - p.Second), 0, clients * weight * Math.ScaleB(1, -fractionalBits)));
    }

    [Fact]
    public void Extremes_AllPartiesAtTheClipInOneCoordinate_DoNotWrap()
    {
        var encoding = UpdateEncoding.Create(24, 10, ClipNorm.Create(8), 9, 100, 3);
        using var source = TestBytes.Source(4);
        foreach (var sign in new[] { 1, -1 })
        {
            var sum = 0UL;
            for (var client = 0; client < 9; client++)
            {
                sum = unchecked(sum + encoding.Encode([sign * 1e9, 0, 0], 100, source)[0]) & 0xFFFFFF;
            }

            Assert.Equal(sign * 7200.0, encoding.Decode([sum])[0], 0);
        }
    }

    [Fact]
    public void Encode_NormKeepsTheBound_AndTheMeanIsRight()
    {
        var encoding = UpdateEncoding.Create(64, 0, ClipNorm.Create(4), 1, 1, 40);
        var update = Enumerable.Range(0, 40).Select(i => 0.3 + (0.01 * i)).ToArray();
        var norm = Math.Sqrt(update.Sum(x => x * x));
        using var source = TestBytes.Source(5);
        var sums = new double[40];
        for (var run = 0; run < 4000; run++)
        {
            var rounded = encoding.Decode(encoding.Encode(update, 1, source));
            Assert.True(Math.Sqrt(rounded.Sum(x => x * x)) <= encoding.NormBound);
            for (var i = 0; i < 40; i++)
            {
                sums[i] += rounded[i];
            }
        }

        // Conditioning on the norm biases a little, as the paper says; beyond that, 4,000 draws of a coin have a standard error of 0.008.
        Assert.True(norm > 2.9 && norm < 4);
        Assert.All(sums.Zip(update), p => Assert.InRange(p.First / 4000, p.Second - 0.06, p.Second + 0.06));
    }

    [Fact]
    public void Create_WhereASumCouldWrap_IsRefused_AndSaysHowManyBits()
    {
        var error = Assert.Throws<ArgumentException>(() => UpdateEncoding.Create(32, 20, ClipNorm.Create(8), 5, 500, 31));
        Assert.Contains("36 bits", error.Message, StringComparison.Ordinal);
        Assert.NotNull(UpdateEncoding.Create(36, 20, ClipNorm.Create(8), 5, 500, 31));
    }

    [Fact]
    public void Encode_BadUpdateOrWeight_IsRefused()
    {
        var encoding = UpdateEncoding.Create(32, 10, ClipNorm.Create(8), 5, 10, 2);
        using var source = TestBytes.Source(6);
        Assert.Throws<ArgumentException>(() => encoding.Encode([1], 1, source));
        Assert.Throws<ArgumentException>(() => encoding.Encode([1, double.NaN], 1, source));
        Assert.Throws<ArgumentOutOfRangeException>(() => encoding.Encode([1, 1], 11, source));
        Assert.Throws<ArgumentOutOfRangeException>(() => encoding.Encode([1, 1], 0, source));
        Assert.Throws<ArgumentException>(() => encoding.Decode([1UL << 40]));
        Assert.Equal([0UL, 0UL], encoding.Encode([0, 0], 10, source));
    }
}
