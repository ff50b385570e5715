using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Privacy.Accounting.Plans;
using PrivacyGrains.Privacy.Mechanisms.Sensitivities;

namespace PrivacyGrains.Privacy.Mechanisms;

/// <summary>Releases an integer vector with two-sided geometric noise, which is discrete Laplace noise, and so with a pure guarantee.</summary>
/// <remarks>
/// Source: Ghosh, Roughgarden, Sundararajan, "Universally Utility-Maximizing Privacy Mechanisms", STOC 2009, definition 2.1; drawn by Canonne, Kamath, Steinke 2020, algorithm 2. The scale is the L1 sensitivity over
/// epsilon, an exact fraction. The noise is drawn before the values are looked at. What does not fit 64 bits is cut to them, which is a function of the release.
/// </remarks>
public sealed class GeometricMechanism
{
    private const int MostPoints = 1 << 12; // more, and the pair costs more time than its tightness is worth

    private readonly DiscreteLaplace _noise;
    private readonly int? _coordinates;

    /// <summary>Fixes the noise.</summary>
    /// <param name="sensitivity">Of the vector.</param>
    /// <param name="epsilon">The loss of one release; above zero, at most 100.</param>
    /// <exception cref="ArgumentOutOfRangeException">The epsilon is out of range, or the scale has too many bits.</exception>
    public GeometricMechanism(Sensitivity sensitivity, ExactRatio epsilon)
    {
        ArgumentNullException.ThrowIfNull(sensitivity);
        ExactRatios.RequireEpsilon(epsilon, nameof(epsilon));
        _coordinates = sensitivity.Coordinates;
        _noise = new DiscreteLaplace(ExactRatios.Scale(sensitivity.L1, epsilon, 1, nameof(epsilon)));

        // One integer has the noise's own pair; a vector is bounded by its pure guarantee.
        Loss = new MechanismLoss(sensitivity.Relation, sensitivity.Coordinates == 1 && sensitivity.Linf <= MostPoints
            ? new PrivacyEvent.DiscreteLaplace(1 / Scale.Down(), (long)sensitivity.Linf)
            : new PrivacyEvent.Pure(epsilon.Up()));
    }

    /// <summary>The noise's scale, in the values' units.</summary>
    public ExactRatio Scale => _noise.Scale;

    /// <summary>The variance of each coordinate's noise, for error bars.</summary>
    public double Variance => _noise.Variance;

    /// <summary>What one release loses.</summary>
    public MechanismLoss Loss { get; }

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
