using System.Numerics;
using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Privacy.Mechanisms;

/// <summary>Exact draws of discrete Gaussian noise: mass at x proportional to exp(-x^2 / (2 variance)), on the integers.</summary>
/// <remarks>
/// Source: Canonne, Kamath, Steinke 2020, algorithm 3. Integers only. Adding a draw to each coordinate of an integer vector of L2 sensitivity D gives
/// (D^2 / (2 variance))-zCDP (section 2). The variance of the draws is at most the parameter (section 3). The time of a draw depends on its magnitude: see <see cref="DiscreteLaplace"/>.
/// </remarks>
public sealed class DiscreteGaussian
{
    private readonly DiscreteLaplace _proposal;
    private readonly ulong _p;
    private readonly ulong _q;
    private readonly ulong _t;
    private readonly UInt128 _denominator;
    private readonly bool _small;

    /// <summary>Fixes the variance.</summary>
    /// <param name="variance">The parameter sigma^2, above zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">The variance is the default value.</exception>
    public DiscreteGaussian(ExactRatio variance)
    {
        ArgumentOutOfRangeException.ThrowIfZero(variance.Denominator, nameof(variance));
        Variance = variance;
        _p = variance.Numerator;
        _q = variance.Denominator;
        _t = FloorOfRoot(_p / _q) + 1;
        _proposal = new DiscreteLaplace(ExactRatio.Create(_t));

        // The acceptance ratio is (|y| t q - p)^2 / (2 p q t^2); below these sizes its parts fit 128 bits.
        var whole = 2 * (BigInteger)_p * _q * _t * _t;
        _small = whole.GetBitLength() <= 112;
        _denominator = _small ? (UInt128)whole : 0;
    }

    /// <summary>The parameter sigma^2.</summary>
    public ExactRatio Variance { get; }

    /// <summary>One draw.</summary>
    /// <param name="source">Cryptographic; no seed of a command line ever reaches it.</param>
    /// <returns>Secret: whoever knows it can subtract it.</returns>
    public long Sample(IRandomSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        using var bits = new RandomBits(source);
        return Sample(bits);
    }

    /// <summary>Independent draws.</summary>
    /// <param name="destination">Overwritten; secret.</param>
    /// <param name="source">Cryptographic.</param>
    public void Fill(Span<long> destination, IRandomSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        using var bits = new RandomBits(source);
        foreach (ref var draw in destination)
        {
            draw = Sample(bits);
        }
    }

    internal long Sample(RandomBits bits)
    {
        while (true)
        {
            var y = _proposal.Sample(bits);
            if (Accept(bits, (ulong)Math.Abs(y)))
            {
                return y;
            }
        }
    }

    private static ulong FloorOfRoot(ulong value)
    {
        var root = (ulong)Math.Sqrt(value);
        while ((UInt128)root * root > value)
        {
            root--;
        }

        while ((UInt128)(root + 1) * (root + 1) <= value)
        {
            root++;
        }

        return root;
    }

    private bool Accept(RandomBits bits, ulong magnitude)
    {
        if (_small)
        {
            var scaled = (UInt128)magnitude * _t;
            if (scaled <= ulong.MaxValue / _q)
            {
                scaled *= _q;
                var distance = scaled > _p ? scaled - _p : _p - scaled;
                return BernoulliExp.Draw(bits, distance * distance, _denominator);
            }
        }

        var wide = ((BigInteger)magnitude * _t * _q) - _p;
        return BernoulliExp.Draw(bits, wide * wide, 2 * (BigInteger)_p * _q * _t * _t);
    }
}
