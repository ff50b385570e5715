using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Privacy.Accounting.Plans;
using PrivacyGrains.Privacy.Mechanisms.Sensitivities;

namespace PrivacyGrains.Privacy.Mechanisms;

/// <summary>Chooses a candidate: in random order, each is taken with probability exp(-epsilon * gap / (2 sensitivity)), exactly. Never worse than the exponential mechanism.</summary>
/// <remarks>
/// Source: McKenna, Sheldon, "Permute-and-Flip: A New Mechanism for Differentially Private Selection", NeurIPS 2020, algorithm 1; it is report-noisy-max with exponential noise (Ding, Kifer, Steinke, Wang, Wang, Xiao,
/// Zhang 2021), from which the loss without the 2 follows for monotone utilities. The coin is algorithm 1 of Canonne, Kamath, Steinke 2020. At most one toss a candidate; how many, and so the time, depends on the utilities.
/// </remarks>
public sealed class PermuteAndFlip
{
    private readonly SelectionCoin _coin;

    /// <summary>Fixes the rate.</summary>
    /// <param name="utilities">Of the utilities: one coordinate a candidate.</param>
    /// <param name="epsilon">The loss of one choice; above zero, at most 100.</param>
    /// <exception cref="ArgumentOutOfRangeException">The epsilon is out of range.</exception>
    public PermuteAndFlip(Sensitivity utilities, ExactRatio epsilon)
    {
        ArgumentNullException.ThrowIfNull(utilities);
        _coin = new SelectionCoin(utilities, epsilon, nameof(epsilon));
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
        using var bits = new RandomBits(source, block: 64);
        var greatest = SelectionCoin.Greatest(utilities);
        var order = new int[utilities.Length];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        // The permutation is drawn as far as it is needed; who lies at gap zero is always taken, so the walk ends.
        for (var left = order.Length; ; left--)
        {
            var at = (int)bits.Below((ulong)left);
            if (_coin.Toss(bits, SelectionCoin.Gap(greatest, utilities[order[at]])))
            {
                return order[at];
            }

            order[at] = order[left - 1];
        }
    }
}
