using System.Numerics;
using PrivacyGrains.Privacy.Mechanisms.Lazy;

namespace PrivacyGrains.Privacy.Mechanisms;

/// <summary>The integers of a range, those of one utility and one stretch together: each value that the data have, and what lies between.</summary>
internal sealed class QuantileBins
{
    private readonly List<(long First, Int128 Length, Int128 Distance)> _bins = [];
    private readonly Int128 _least;

    /// <summary>Cuts a range.</summary>
    /// <param name="sorted">Values within the range, rising.</param>
    /// <param name="low">The range's first integer.</param>
    /// <param name="high">The range's last integer.</param>
    /// <param name="a">The quantile's numerator.</param>
    /// <param name="b">The quantile's denominator.</param>
    public QuantileBins(long[] sorted, long low, long high, Int128 a, Int128 b)
    {
        RowSensitivity = (BigInteger)Int128.Max(a, b - a);
        var (wanted, next) = (a * sorted.Length, low);
        for (var i = 0; i < sorted.Length;)
        {
            var below = i;
            var value = sorted[i];
            while (i < sorted.Length && sorted[i] == value)
            {
                i++;
            }

            Add(next, (Int128)value - next, below, below);
            Add(value, 1, below, i);
            next = value + 1;
        }

        Add(next, (Int128)high - next + 1, sorted.Length, sorted.Length);
        _least = _bins.Min(bin => bin.Distance);

        void Add(long first, Int128 length, int less, int notMore)
        {
            if (length > 0)
            {
                _bins.Add((first, length, Int128.Max(0, Int128.Max((b * less) - wanted, wanted - (b * notMore)))));
            }
        }
    }

    /// <summary>By how much one row more or fewer changes a utility.</summary>
    public BigInteger RowSensitivity { get; }

    /// <summary>A bin's first integer.</summary>
    public long First(int bin) => _bins[bin].First;

    /// <summary>How many integers it has.</summary>
    public long Length(int bin) => (long)_bins[bin].Length;

    /// <summary>Length times exp(-rate * distance) of each bin, up to a common factor.</summary>
    public Enclosure[] Weights(BigInteger numerator, BigInteger denominator, int bits) =>
        [.. _bins.Select(bin => Enclosure.ExpMinus(numerator * (BigInteger)(bin.Distance - _least), denominator, bits).Times((BigInteger)bin.Length))];
}
