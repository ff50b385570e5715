using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Mechanisms;

namespace PrivacyGrains.Privacy.Queries.Selects;

/// <summary>The noise on a summed vector: each contributor's share, and what opening the total loses. Public.</summary>
/// <param name="LocalVariance">Of each contributor's draws, in the vector's integers.</param>
/// <param name="Joint">Who adds noise, and whose noise the claim counts.</param>
/// <param name="Loss">What opening the total costs, each contributor's ledger in full.</param>
/// <remarks>
/// <para>The total does not wrap modulo 2^64: a party's table has below 2^31 rows, each adds at most 2^20 to a coordinate, and at most 2^10 parties contribute, so the exact total stays below 2^61. Each of the
/// at most 2^10 discrete Gaussians has a deviation of at most 2^31; their sum reaches 2^61 with probability below exp(-2^37). Their sum with the total stays below 2^62.</para>
/// </remarks>
public sealed record JointVector(ExactRatio LocalVariance, JointGaussian Joint, RenyiLoss Loss)
{
    /// <summary>Most parties in one answer: what the range above rests on.</summary>
    public const int MaximumContributors = 1 << 10;

    private const double GreatestVariance = 4.6e18; // below 2^62

    /// <summary>The least noise of a query whose loss fits.</summary>
    /// <param name="query">What is asked; at least one measure.</param>
    /// <param name="rho">About what may be lost: where the search begins.</param>
    /// <param name="fits">Whether a loss is small enough.</param>
    /// <param name="contributors">How many add their part and noise.</param>
    /// <param name="colluding">How many of them may pool what they know against the others.</param>
    /// <param name="dropping">How many may be missing from the total.</param>
    /// <returns>The noise.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Nobody's noise is left, or more is needed than 64 bits hold.</exception>
    internal static JointVector Least(SelectQuery query, double rho, Func<RenyiLoss, bool> fits, int contributors, int colluding, int dropping)
    {
        var (l2Squared, _) = query.Sensitivity(query.Schema.ToNeighbours().Relation);
        var local = JointGaussian.LocalVarianceFor(contributors, colluding, dropping, l2Squared / (2 * rho));
        while (true)
        {
            var found = Of(query, Exact(local), contributors, colluding, dropping);
            if (fits(found.Loss))
            {
                return found;
            }

            local *= 1.001; // rounding, and the little more that a sum of discrete Gaussians costs than one: see tau of JointGaussian
        }
    }

    /// <summary>The noise that somebody chose, with its loss.</summary>
    internal static JointVector Of(SelectQuery query, ExactRatio variance, int contributors, int colluding, int dropping)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(contributors, MaximumContributors);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(variance.ToDouble(), GreatestVariance, nameof(variance));
        var (l2Squared, l1) = query.Sensitivity(query.Schema.ToNeighbours().Relation);
        var joint = JointGaussian.Create(contributors, colluding, dropping, variance.ToDouble());
        return new JointVector(variance, joint, joint.Loss(l2Squared, l1, query.Dimension));
    }

    /// <summary>A variance as the sampler takes it, rounded up.</summary>
    internal static ExactRatio Exact(double variance) =>
        variance > GreatestVariance ? throw new ArgumentOutOfRangeException(nameof(variance), variance, "So small a loss needs more noise than 64 bits hold: allow more, or bound a unit's rows lower.")
        : variance < 1L << 40 ? ExactRatio.RoundUp(variance) : ExactRatio.Create((ulong)Math.Ceiling(variance));
}
