using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Privacy.Accounting.Plans;
using PrivacyGrains.Privacy.Mechanisms.Sensitivities;

namespace PrivacyGrains.Privacy.Mechanisms;

/// <summary>The noise of <see cref="ReportNoisyMax"/>.</summary>
public enum MaxNoise
{
    /// <summary>One-sided geometric: the smaller error of the two.</summary>
    Geometric = 0,

    /// <summary>Two-sided geometric.</summary>
    DiscreteLaplace = 1,
}

/// <summary>Says which candidate's noised utility is the greatest, and nothing of how great it is.</summary>
/// <remarks>
/// <para>Source: Dwork, Roth, "The Algorithmic Foundations of Differential Privacy", 2014, section 3.3 (claim 3.9, there with Laplace noise); Ding et al. 2021 (one-sided noise).</para>
/// <para>Noise has scale 2 sensitivity/epsilon, or sensitivity/epsilon where utilities are monotone. <b>Ties</b> are likely on integers and are broken by a random order that does not hang on the utilities. Fix that order and all
/// others' noise: then a candidate wins if its own noise reaches an integer threshold, which between neighbours moves by at most twice the sensitivity (once, if monotone), ties or not; and the chance that geometric
/// noise reaches a threshold falls by at most a factor exp(1/scale) a step. So the loss is pure, without a delta for ties. The noise is drawn whatever the utilities are; the time of a draw depends on the draw.</para>
/// </remarks>
public sealed class ReportNoisyMax
{
    private readonly Geometric? _oneSided;
    private readonly DiscreteLaplace? _twoSided;

    /// <summary>Fixes the noise.</summary>
    /// <param name="utilities">Of the utilities: one coordinate a candidate.</param>
    /// <param name="epsilon">The loss of one choice; above zero, at most 100.</param>
    /// <param name="noise">Which.</param>
    /// <exception cref="ArgumentOutOfRangeException">The epsilon is out of range, there is no such noise, or the scale has too many bits.</exception>
    public ReportNoisyMax(Sensitivity utilities, ExactRatio epsilon, MaxNoise noise = MaxNoise.Geometric)
    {
        ArgumentNullException.ThrowIfNull(utilities);
        ExactRatios.RequireEpsilon(epsilon, nameof(epsilon));
        var scale = ExactRatios.Scale(utilities.Linf, epsilon, SelectionCoin.Factor(utilities), nameof(epsilon));
        switch (noise)
        {
            case MaxNoise.Geometric:
                _oneSided = new Geometric(scale);
                break;
            case MaxNoise.DiscreteLaplace:
                _twoSided = new DiscreteLaplace(scale);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(noise), noise, "There is no such noise.");
        }

        Loss = new MechanismLoss(utilities.Relation, new PrivacyEvent.Pure(epsilon.Up()));
    }

    /// <summary>What one choice loses.</summary>
    public MechanismLoss Loss { get; }

    /// <summary>One choice.</summary>
    /// <param name="utilities">One a candidate, at least one; secret. The candidates are public.</param>
    /// <param name="source">Cryptographic; no seed of a command line ever reaches it.</param>
    /// <returns>A candidate, from 0; differentially private.</returns>
    /// <exception cref="ArgumentException">There is no candidate.</exception>
    public int Select(ReadOnlySpan<long> utilities, IRandomSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (utilities.IsEmpty)
        {
            throw new ArgumentException("There is something to choose from.", nameof(utilities));
        }

        using var bits = new RandomBits(source, block: 64);
        var (best, greatest, tied) = (0, Int128.MinValue, 0UL);
        for (var i = 0; i < utilities.Length; i++)
        {
            var noised = (Int128)utilities[i] + (_oneSided?.Sample(bits) ?? _twoSided!.Sample(bits));
            if (noised > greatest)
            {
                (best, greatest, tied) = (i, noised, 1);
            }
            else if (noised == greatest && bits.Below(++tied) == 0)
            {
                best = i; // the last of k tied takes the place with probability 1/k: each is as likely as in a random order
            }
        }

        return best;
    }
}
