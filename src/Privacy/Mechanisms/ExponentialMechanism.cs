using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Privacy.Accounting.Plans;
using PrivacyGrains.Privacy.Mechanisms.Sensitivities;

namespace PrivacyGrains.Privacy.Mechanisms;

/// <summary>Chooses a candidate with probability proportional to exp(epsilon * utility / (2 sensitivity)), exactly; without the 2 where utilities are monotone.</summary>
/// <remarks>
/// <para>Source: McSherry, Talwar, "Mechanism Design via Differential Privacy", FOCS 2007, definition 2. Sampling is by rejection: a uniform candidate is kept with the coin of probability exp(-gap * rate) of Canonne, Kamath,
/// Steinke 2020, algorithm 1, gap being its distance from the greatest utility; no exponential is ever computed. Losses lie within a range of epsilon (Dong, Durfee, Rogers 2020), which is the event that is stated.</para>
/// <para>As many tries as candidates are expected at most; their number, and so the time, depends on the utilities: do not let outsiders time single choices. <see cref="PermuteAndFlip"/> chooses better for the same epsilon.</para>
/// </remarks>
public sealed class ExponentialMechanism
{
    private readonly SelectionCoin _coin;

    /// <summary>Fixes the rate.</summary>
    /// <param name="utilities">Of the utilities: one coordinate a candidate.</param>
    /// <param name="epsilon">The loss of one choice; above zero, at most 100.</param>
    /// <exception cref="ArgumentOutOfRangeException">The epsilon is out of range.</exception>
    public ExponentialMechanism(Sensitivity utilities, ExactRatio epsilon)
    {
        ArgumentNullException.ThrowIfNull(utilities);
        _coin = new SelectionCoin(utilities, epsilon, nameof(epsilon));
        Loss = new MechanismLoss(utilities.Relation, new PrivacyEvent.Exponential(epsilon.Up()));
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
        using var bits = new RandomBits(source, block: 64);
        var greatest = SelectionCoin.Greatest(utilities);
        while (true)
        {
            var candidate = (int)bits.Below((ulong)utilities.Length);
            if (_coin.Toss(bits, SelectionCoin.Gap(greatest, utilities[candidate])))
            {
                return candidate;
            }
        }
    }
}
