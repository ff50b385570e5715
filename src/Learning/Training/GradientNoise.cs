using PrivacyGrains.Privacy.Accounting;

namespace PrivacyGrains.Learning.Training;

/// <summary>The discrete Gaussian noise on each summed gradient: full at each party, so that its guarantee holds against everybody else together.</summary>
/// <remarks>
/// The relation is add-remove of one record: a record's clipped gradient is an integer vector of norm at most <see cref="Units"/> (see <see cref="QuantisedGradient"/>), so adding or removing it moves
/// the exact sum by at most that. The sum is never divided by the true number of rows, which add-remove keeps secret, but by a declared one.
/// </remarks>
public sealed record GradientNoise
{
    /// <summary>Integer units in one clipping norm: the L2 sensitivity of a summed gradient.</summary>
    public const long Units = 1 << 16;

    private GradientNoise(double multiplier, ulong variance)
    {
        Multiplier = multiplier;
        Variance = variance;
    }

    /// <summary>Deviation over sensitivity, as asked.</summary>
    public double Multiplier { get; }

    /// <summary>The variance on each coordinate, in squared units; rounded up from the multiplier.</summary>
    public ulong Variance { get; }

    /// <summary>The rho of one step.</summary>
    public Rho StepRho => PrivacyEvents.GaussianRho(Variance, (double)Units * Units);

    /// <summary>Takes a noise multiplier.</summary>
    /// <param name="multiplier">Between 1/256 and 4096.</param>
    /// <returns>The noise.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The multiplier is out of range.</exception>
    public static GradientNoise Create(double multiplier) => multiplier is >= 1.0 / 256 and <= 4096
        ? new GradientNoise(multiplier, (ulong)Math.Ceiling(multiplier * multiplier * Units * Units))
        : throw new ArgumentOutOfRangeException(nameof(multiplier), multiplier, "A noise multiplier lies between 1/256 and 4096.");

    /// <summary>The least noise for a whole training.</summary>
    /// <param name="epsilon">The target for all steps of all rounds together, for one record.</param>
    /// <param name="delta">Its failure probability.</param>
    /// <param name="steps">Rounds times local steps.</param>
    /// <returns>The noise; a budget of (epsilon, delta) admits exactly so many steps.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are no steps, or the target leaves nothing to spend.</exception>
    public static GradientNoise ForTarget(Epsilon epsilon, Delta delta, int steps) => Create(GaussianCalibration.NoiseMultiplier(epsilon, delta, steps));

    /// <summary>What steps cost.</summary>
    /// <param name="steps">Zero or more.</param>
    /// <returns>The loss under add-remove of one record.</returns>
    public RenyiLoss Loss(int steps) => PrivacyEvents.Gaussian(Variance, (double)Units * Units).Times(steps);
}
