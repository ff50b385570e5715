using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Accounting.Plans;
using PrivacyGrains.Privacy.Mechanisms.Sensitivities;

namespace PrivacyGrains.Privacy.Mechanisms;

/// <summary>Releases an integer vector with discrete Gaussian noise.</summary>
/// <remarks>
/// Source: Canonne, Kamath, Steinke 2020, theorem 4: (L2 sensitivity^2 / (2 variance))-zCDP. The noise is drawn before the values are looked at. What does not fit 64 bits is cut to them.
/// </remarks>
public sealed class DiscreteGaussianMechanism
{
    private const int MostPoints = 1 << 12; // more, and the pair costs more time than its tightness is worth

    private readonly DiscreteGaussian _noise;
    private readonly int? _coordinates;

    /// <summary>Fixes the noise.</summary>
    /// <param name="sensitivity">Of the vector.</param>
    /// <param name="variance">The parameter sigma^2, in squares of the values' units; above zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">The variance is the default value.</exception>
    public DiscreteGaussianMechanism(Sensitivity sensitivity, ExactRatio variance)
    {
        ArgumentNullException.ThrowIfNull(sensitivity);
        _noise = new DiscreteGaussian(variance);
        _coordinates = sensitivity.Coordinates;
        var sigma = Math.Sqrt(variance.Down()) * (1 - 1e-15);
        Rho = Rho.Create(sensitivity.L2Squared.Up() / (2 * variance.Down()));
        Loss = new MechanismLoss(sensitivity.Relation, sensitivity.Coordinates == 1 && sensitivity.Linf <= MostPoints && sigma <= MostPoints
            ? new PrivacyEvent.DiscreteGaussian(sigma, (long)sensitivity.Linf)
            : new PrivacyEvent.Zcdp(Rho.Value));
    }

    /// <summary>The parameter sigma^2; the variance of the noise is at most that.</summary>
    public ExactRatio Variance => _noise.Variance;

    /// <summary>The zero-concentrated guarantee of one release, rounded up.</summary>
    public Rho Rho { get; }

    /// <summary>What one release loses.</summary>
    public MechanismLoss Loss { get; }

    /// <summary>Finds the noise for a guarantee.</summary>
    /// <param name="sensitivity">Of the vector.</param>
    /// <param name="rho">What one release may lose; above zero.</param>
    /// <returns>The mechanism with the least variance on a grid of 2^-16.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The rho is zero, or needs more noise than 64 bits hold.</exception>
    public static DiscreteGaussianMechanism ForRho(Sensitivity sensitivity, Rho rho)
    {
        ArgumentNullException.ThrowIfNull(sensitivity);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(rho.Value, 0, nameof(rho));
        var variance = sensitivity.L2Squared.Up() / (2 * rho.Value) * (1 + 1e-14);
        return variance < 1L << 46
            ? new DiscreteGaussianMechanism(sensitivity, ExactRatio.RoundUp(variance))
            : throw new ArgumentOutOfRangeException(nameof(rho), rho.Value, "So small a rho needs a variance above 2^46: count in coarser units.");
    }

    /// <summary>Releases a vector.</summary>
    /// <param name="values">Secret; the sums that the sensitivity is about.</param>
    /// <param name="source">Cryptographic; no seed of a command line ever reaches it.</param>
    /// <returns>The noised values; differentially private.</returns>
    /// <exception cref="ArgumentException">The sensitivity is about another number of coordinates.</exception>
    public long[] Release(ReadOnlySpan<long> values, IRandomSource source)
    {
        ExactRatios.RequireLength(_coordinates, values.Length, nameof(values));
        var released = new long[values.Length];
        _noise.Fill(released, source);
        for (var i = 0; i < values.Length; i++)
        {
            released[i] = ExactRatios.Saturating(values[i], released[i]);
        }

        return released;
    }
}
