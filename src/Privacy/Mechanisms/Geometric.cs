using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Privacy.Mechanisms;

/// <summary>Exact draws of one-sided geometric noise: mass at x = 0, 1, 2, ... proportional to exp(-x / scale).</summary>
/// <remarks>
/// Source: Canonne, Kamath, Steinke 2020, algorithm 2, before its sign is drawn. By itself it hides nothing pure: an answer below the true value shows that the value is not greater. It serves selection
/// (<see cref="ReportNoisyMax"/>). The two-sided law is <see cref="DiscreteLaplace"/>, and <see cref="GeometricMechanism"/> releases with it. The time of a draw depends on the draw.
/// </remarks>
public sealed class Geometric
{
    private readonly ulong _t;
    private readonly ulong _s;

    /// <summary>Fixes the scale.</summary>
    /// <param name="scale">Above zero; numerator at most 2^62.</param>
    /// <exception cref="ArgumentOutOfRangeException">The scale is the default value or too large.</exception>
    public Geometric(ExactRatio scale)
    {
        ArgumentOutOfRangeException.ThrowIfZero(scale.Denominator, nameof(scale));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(scale.Numerator, 1UL << 62, nameof(scale));
        Scale = scale;
        _t = scale.Numerator;
        _s = scale.Denominator;
    }

    /// <summary>The scale: a little more than the mean.</summary>
    public ExactRatio Scale { get; }

    /// <summary>One draw.</summary>
    /// <param name="source">Cryptographic; no seed of a command line ever reaches it.</param>
    /// <returns>Zero or more; secret.</returns>
    /// <exception cref="OverflowException">The draw does not fit 63 bits; of probability below exp(-2^62 / scale).</exception>
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
        // Steps 1 to 3: the remainder by rejection, then the quotient as successes of a coin of probability 1/e.
        ulong u;
        do
        {
            u = bits.Below(_t);
        }
        while (!BernoulliExp.Draw(bits, u, _t));

        ulong v = 0;
        while (BernoulliExp.Draw(bits, UInt128.One, UInt128.One))
        {
            v++;
        }

        return (long)((u + (_t * v)) / _s);
    }
}
