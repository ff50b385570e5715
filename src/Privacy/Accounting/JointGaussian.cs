namespace PrivacyGrains.Privacy.Accounting;

/// <summary>The loss of a sum of discrete Gaussians, one drawn by each contributor, of which only the total is opened.</summary>
/// <remarks>
/// <para>Source: Kairouz, Liu, Steinke, "The Distributed Discrete Gaussian Mechanism for Federated Learning with Secure Aggregation", ICML 2021, proposition 14 with
/// tau = 10 * sum over k = 1..n-1 of exp(-2 pi^2 s^2 k/(k+1)), s the deviation that each adds, s at least 1/2. A sum of discrete Gaussians is not one; tau is the price.</para>
/// <para>The claim counts the noise of honest survivors only: of <c>contributors</c>, at most <c>colluding</c> are assumed to tell what they drew and at most <c>dropping</c> to
/// leave after the noise was fixed. With fewer survivors than that, nothing is claimed and the release must not be opened.</para>
/// </remarks>
public sealed record JointGaussian
{
    private JointGaussian(int contributors, int colluding, int dropping, double variance)
    {
        Contributors = contributors;
        Colluding = colluding;
        Dropping = dropping;
        LocalVariance = variance;
    }

    /// <summary>How many add noise.</summary>
    public int Contributors { get; }

    /// <summary>How many of them may pool what they know against the others.</summary>
    public int Colluding { get; }

    /// <summary>How many may be missing from the total.</summary>
    public int Dropping { get; }

    /// <summary>The variance of what each draws.</summary>
    public double LocalVariance { get; }

    /// <summary>The contributors whose noise the claim counts.</summary>
    public int Counted => Contributors - Colluding - Dropping;

    /// <summary>The variance that the claim counts.</summary>
    public double CountedVariance => LocalVariance * Counted;

    /// <summary>States who adds noise, and how much.</summary>
    /// <param name="contributors">1 or more.</param>
    /// <param name="colluding">Zero or more.</param>
    /// <param name="dropping">Zero or more; at least one contributor is left that neither colludes nor drops.</param>
    /// <param name="localVariance">The variance of each contributor's discrete Gaussian; at least 1/4.</param>
    /// <returns>The statement.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A figure is out of range, or nobody is left.</exception>
    public static JointGaussian Create(int contributors, int colluding, int dropping, double localVariance)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(colluding);
        ArgumentOutOfRangeException.ThrowIfNegative(dropping);
        ArgumentOutOfRangeException.ThrowIfLessThan((long)contributors - colluding - dropping, 1, nameof(contributors));
        if (!(localVariance >= 0.25) || !double.IsFinite(localVariance))
        {
            throw new ArgumentOutOfRangeException(nameof(localVariance), localVariance, "Each contributor's variance is at least 1/4, which the bound needs.");
        }

        return new JointGaussian(contributors, colluding, dropping, localVariance);
    }

    /// <summary>The variance that each contributor draws, so that the honest survivors' add up to a total.</summary>
    /// <param name="contributors">1 or more.</param>
    /// <param name="colluding">Zero or more.</param>
    /// <param name="dropping">Zero or more.</param>
    /// <param name="totalVariance">What the survivors' noise must reach.</param>
    /// <returns>total / (contributors - colluding - dropping), and at least 1/4.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Nobody is left.</exception>
    public static double LocalVarianceFor(int contributors, int colluding, int dropping, double totalVariance)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan((long)contributors - colluding - dropping, 1, nameof(contributors));
        return Math.Max(0.25, totalVariance / (contributors - colluding - dropping));
    }

    /// <summary>The loss of opening one noised integer vector.</summary>
    /// <param name="l2SensitivitySquared">Square of the L2 sensitivity of the total; zero or more.</param>
    /// <param name="l1Sensitivity">L1 sensitivity of the total; zero or more.</param>
    /// <param name="dimension">Coordinates; 1 or more.</param>
    /// <returns>The least of the proposition's three bounds at each order, rounded up.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A figure is out of range.</exception>
    public RenyiLoss Loss(double l2SensitivitySquared, double l1Sensitivity, int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(l2SensitivitySquared);
        ArgumentOutOfRangeException.ThrowIfNegative(l1Sensitivity);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        var tau = Tau();
        var l2 = Math.Sqrt(l2SensitivitySquared / CountedVariance) * (1 + 1e-15);
        var l1 = l1Sensitivity / Math.Sqrt(CountedVariance) * (1 + 1e-15);
        return RenyiLoss.FromCurve(order => Math.Min(
            (order / 2 * l2 * l2) + (tau * dimension),
            Math.Min(
                order / 2 * ((l2 * l2) + (2 * l1 * tau) + (tau * tau * dimension)),
                order / 2 * Math.Pow(l2 + (Math.Sqrt(dimension) * tau), 2))));
    }

    /// <summary>The proposition's tau over the counted contributors, rounded up.</summary>
    internal double Tau()
    {
        var sum = 0.0;
        for (var k = 1; k < Counted; k++)
        {
            sum += Math.Exp(-2 * Math.PI * Math.PI * LocalVariance * k / (k + 1.0));
        }

        return 10 * sum * (1 + 1e-12);
    }
}
