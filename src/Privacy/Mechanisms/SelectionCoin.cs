using System.Numerics;
using PrivacyGrains.Privacy.Mechanisms.Sensitivities;

namespace PrivacyGrains.Privacy.Mechanisms;

/// <summary>The coin that selection tosses: true with probability exp(-gap * rate), exactly, the rate being epsilon over the utilities' sensitivity (twice that where they are not monotone).</summary>
internal sealed class SelectionCoin
{
    private readonly ExactRatio _epsilon;
    private readonly BigInteger _denominator;
    private readonly bool _small;

    /// <summary>Fixes the rate.</summary>
    public SelectionCoin(Sensitivity utilities, ExactRatio epsilon, string name)
    {
        _epsilon = ExactRatios.RequireEpsilon(epsilon, name);
        _denominator = (BigInteger)utilities.Linf * Factor(utilities) * epsilon.Denominator;
        _small = _denominator.GetBitLength() <= 110;
    }

    /// <summary>1 where all utilities move the same way between neighbours, else 2.</summary>
    public static ulong Factor(Sensitivity utilities) => utilities.IsMonotone ? 1UL : 2;

    /// <summary>One coin.</summary>
    public bool Toss(RandomBits bits, UInt128 gap) =>
        _small && gap < UInt128.One << 60 && _epsilon.Numerator < 1UL << 60
            ? BernoulliExp.Draw(bits, gap * _epsilon.Numerator, (UInt128)_denominator)
            : BernoulliExp.Draw(bits, (BigInteger)gap * _epsilon.Numerator, _denominator);

    /// <summary>How far a utility lies below the greatest.</summary>
    public static UInt128 Gap(long greatest, long utility) => (UInt128)((Int128)greatest - utility);

    /// <summary>The greatest of them.</summary>
    public static long Greatest(ReadOnlySpan<long> utilities)
    {
        if (utilities.IsEmpty)
        {
            throw new ArgumentException("There is something to choose from.", nameof(utilities));
        }

        var greatest = long.MinValue;
        foreach (var utility in utilities)
        {
            greatest = Math.Max(greatest, utility);
        }

        return greatest;
    }
}
