using System.Numerics;
using PrivacyGrains.Ckks.Encoding;
using PrivacyGrains.Ckks.Parameters;
using PrivacyGrains.Ckks.Transforms;

namespace PrivacyGrains.Ckks.Tests;

/// <summary>Encoding gives the same numbers at every width, and is the canonical embedding.</summary>
public sealed class EncodingLaneTests
{
    [Theory]
    [InlineData(1024)]
    [InlineData(8192)]
    [InlineData(32768)]
    public void SlotTransform_AtEveryWidth_GivesTheSameBits(int degree)
    {
        var transform = new SlotTransform(degree);
        var slots = Enumerable.Range(0, degree / 2).Select(i => new Complex(Math.Sin(i), Math.Cos(3 * i))).ToArray();
        var (one, other) = (new double[degree], new double[degree]);
        var (slotsOfOne, slotsOfOther) = (new Complex[slots.Length], new Complex[slots.Length]);
        transform.ToCoefficients(slots, one, lanes: 1);
        foreach (var lanes in (int[])[4, 8])
        {
            transform.ToCoefficients(slots, other, lanes);
            Assert.Equal(one, other);
            transform.ToSlots(other, slotsOfOther, lanes);
            one.CopyTo(other, 0);
            transform.ToSlots(other, slotsOfOne, lanes: 1);
            Assert.Equal(slotsOfOne, slotsOfOther);
        }

        Assert.All(slots.Zip(slotsOfOne), p => Assert.True((p.First - (p.Second / slots.Length)).Magnitude < 1e-13));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    public void ScaleAndRound_IsHalfAwayFromZero_AndFindsTheLargest(int lanes)
    {
        double[] numbers = [0.49999999999999994, -0.49999999999999994, 0.5, -0.5, 1.5, -2.5, 4503599627370495.5, -9007199254740993, 0, -0.0, 1e300, 3, -1e-320, 2.4999999999999996, 7, 8];
        var expected = numbers.Select(n => Math.Round(n, MidpointRounding.AwayFromZero)).ToArray();
        Assert.Equal(1e300, Rounding.ScaleAndRound(numbers, 1, lanes));
        Assert.Equal(expected, numbers);
        foreach (var bad in (double[])[double.NaN, double.PositiveInfinity, double.NegativeInfinity])
        {
            for (var at = 0; at < numbers.Length; at++)
            {
                var some = expected.ToArray();
                some[at] = bad;
                Assert.False(double.IsFinite(Rounding.ScaleAndRound(some, 1, lanes)));
            }
        }
    }

    [Theory]
    [InlineData(4611686018427387392.0)] // the largest below 2^62
    [InlineData(1e18)]
    [InlineData(1e25)]
    public void Residues_OfWholeNumbers_AreExact(double largest)
    {
        var context = new CkksContext(CkksParameters.OfBits(4096, 60, 20, 20));
        var numbers = Enumerable.Range(0, 4096).Select(i => Math.Round((i % 2 == 0 ? 1 : -1) * largest * (i % 97) / 96)).ToArray();
        numbers[1] = -largest;
        var residues = new ulong[4096];
        foreach (var modulus in context.Moduli)
        {
            ExactResidues.Of(modulus, numbers, largest, residues);
            Assert.All(numbers.Zip(residues), p => Assert.Equal((ulong)(((new BigInteger(p.First) % modulus.Value) + modulus.Value) % modulus.Value), p.Second));
        }
    }
}
