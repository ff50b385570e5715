using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Privacy.Mechanisms;

/// <summary>Exact draws of discrete Laplace noise: mass at x proportional to exp(-|x| / scale), on the integers.</summary>
/// <remarks>
/// Source: Canonne, Kamath, Steinke 2020, algorithm 2. Integers only, so no low-order bit betrays the true value (Mironov 2012). Adding a draw to each coordinate of an integer vector of
/// L1 sensitivity D gives D/scale-differential privacy. The time of a draw grows with its magnitude: noise is drawn before the true value is known, or in batches, and is not timed by outsiders.
/// </remarks>
public sealed class DiscreteLaplace
{
    private readonly ulong _t;
    private readonly ulong _s;

    /// <summary>Fixes the scale.</summary>
    /// <param name="scale">Above zero; numerator at most 2^62.</param>
    /// <exception cref="ArgumentOutOfRangeException">The scale is the default value or too large.</exception>
    public DiscreteLaplace(ExactRatio scale)
    {
        ArgumentOutOfRangeException.ThrowIfZero(scale.Denominator, nameof(scale));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(scale.Numerator, 1UL << 62, nameof(scale));
        Scale = scale;
        _t = scale.Numerator;
        _s = scale.Denominator;
    }

    /// <summary>The scale: the mean magnitude, nearly.</summary>
    public ExactRatio Scale { get; }

    /// <summary>The variance: 2 e^(1/t) / (e^(1/t) - 1)^2; for error bars.</summary>
    public double Variance
    {
        get
        {
            var half = Math.Sinh(0.5 / Scale.ToDouble());
            return 1 / (2 * half * half);
        }
    }

    /// <summary>One draw.</summary>
    /// <param name="source">Cryptographic; no seed of a command line ever reaches it.</param>
    /// <returns>Secret: whoever knows it can subtract it.</returns>
    /// <exception cref="OverflowException">The draw does not fit 64 bits; of probability below exp(-2^62 / scale).</exception>
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
            var u = bits.Below(_t);
            if (!BernoulliExp.Draw(bits, u, _t))
            {
                continue;
            }

            ulong v = 0;
            while (BernoulliExp.Draw(bits, UInt128.One, UInt128.One))
            {
                v++;
            }

            var y = (long)((u + (_t * v)) / _s);
            var negative = bits.Bit();
            if (!(negative && y == 0))
            {
                return negative ? -y : y;
            }
        }
    }
}
