using System.Collections.Immutable;
using PrivacyGrains.Privacy.Accounting.Selection;

namespace PrivacyGrains.Privacy.Accounting.Plans;

/// <summary>One release of a plan, or several: what the accountants bound. Public; figures are those of the mechanism, sensitivity included.</summary>
/// <remarks>
/// Sensitivities are those under the plan's neighbouring relation, so that one event has one dominating pair, whichever the relation. What lies under
/// <see cref="Sampled"/> is stated for one record of the sample.
/// </remarks>
public abstract record PrivacyEvent
{
    private PrivacyEvent()
    {
    }

    /// <summary>Gaussian noise on a vector. Dominating pair: N(1, s^2) and N(0, s^2) (Balle, Wang 2018).</summary>
    /// <param name="NoiseMultiplier">The noise's deviation over the L2 sensitivity; above zero.</param>
    public sealed record Gaussian(double NoiseMultiplier) : PrivacyEvent;

    /// <summary>Discrete Gaussian noise on one integer: mass proportional to exp(-x^2 / (2 sigma^2)). The pair: that, and the same shifted by the sensitivity.</summary>
    /// <param name="Sigma">The parameter; above zero.</param>
    /// <param name="Sensitivity">The greatest distance between neighbours' integers; 1 or more.</param>
    public sealed record DiscreteGaussian(double Sigma, long Sensitivity) : PrivacyEvent;

    /// <summary>Laplace noise. The pair: Laplace around 1 and around 0.</summary>
    /// <param name="NoiseMultiplier">The scale over the L1 sensitivity; above zero.</param>
    public sealed record Laplace(double NoiseMultiplier) : PrivacyEvent;

    /// <summary>Discrete Laplace noise on one integer: mass proportional to exp(-a |x|).</summary>
    /// <param name="A">The parameter; above zero.</param>
    /// <param name="Sensitivity">The greatest distance between neighbours' integers; 1 or more.</param>
    public sealed record DiscreteLaplace(double A, long Sensitivity) : PrivacyEvent;

    /// <summary>Randomised response: the true bucket, or with a probability any of all. The pair: the answers to two buckets; who is absent counts as one who has a fixed bucket.</summary>
    /// <param name="Noise">The probability of a uniform answer; above zero, at most 1.</param>
    /// <param name="Buckets">2 or more.</param>
    public sealed record RandomizedResponse(double Noise, long Buckets) : PrivacyEvent;

    /// <summary>The exponential mechanism: losses lie within a range of epsilon (Dong, Durfee, Rogers 2020).</summary>
    /// <param name="Epsilon">Its pure guarantee, in nats; above zero.</param>
    public sealed record Exponential(double Epsilon) : PrivacyEvent;

    /// <summary>Anything with a pure guarantee. The pair: binary randomised response (Kairouz, Oh, Viswanath 2015).</summary>
    /// <param name="Epsilon">In nats; above zero.</param>
    public sealed record Pure(double Epsilon) : PrivacyEvent;

    /// <summary>Anything that is (epsilon, delta)-private. The pair: with probability delta who it is, else binary randomised response (Kairouz, Oh, Viswanath 2015, section 3.3).</summary>
    /// <param name="Epsilon">In nats; above zero.</param>
    /// <param name="Delta">Its own failure probability; above zero, below 1.</param>
    public sealed record Approximate(double Epsilon, double Delta) : PrivacyEvent;

    /// <summary>Anything with a zero-concentrated guarantee (Bun, Steinke 2016).</summary>
    /// <param name="Rho">Above zero.</param>
    public sealed record Zcdp(double Rho) : PrivacyEvent;

    /// <summary>An event on a random sample of the records.</summary>
    /// <param name="Inner">What is done with the sample.</param>
    public abstract record Sampled(PrivacyEvent Inner) : PrivacyEvent;

    /// <summary>Each record is in the sample by itself. Under add-remove only.</summary>
    /// <param name="Probability">Of each record; above zero, at most 1.</param>
    /// <param name="Inner">What is done with the sample.</param>
    public sealed record Poisson(double Probability, PrivacyEvent Inner) : Sampled(Inner);

    /// <summary>A sample of fixed size, without replacement.</summary>
    /// <param name="Population">How many records there are, public.</param>
    /// <param name="Sample">How many are drawn; 1 to the population.</param>
    /// <param name="Inner">What is done with the sample; its sensitivity is that of exchanging one of the sample's records.</param>
    public sealed record WithoutReplacement(long Population, long Sample, PrivacyEvent Inner) : Sampled(Inner);

    /// <summary>The best output of a secret number of runs, the others unseen: by the accountant <c>rdp</c> only.</summary>
    /// <param name="Runs">The public distribution of the number.</param>
    /// <param name="Inner">One run, its score included.</param>
    public sealed record Selection(NumberOfRuns Runs, PrivacyEvent Inner) : PrivacyEvent;

    /// <summary>The same several times, with fresh randomness.</summary>
    /// <param name="Count">1 or more.</param>
    /// <param name="Inner">What is repeated.</param>
    public sealed record Repeat(long Count, PrivacyEvent Inner) : PrivacyEvent;

    /// <summary>Several after one another.</summary>
    /// <param name="Events">One or more.</param>
    public sealed record Compose(ImmutableArray<PrivacyEvent> Events) : PrivacyEvent;
}

/// <summary>Releases that are fixed before the first answer is seen.</summary>
/// <param name="Relation">How neighbours differ.</param>
/// <param name="Events">In any order: the loss does not hang on it.</param>
public sealed record PrivacyPlan(NeighbouringRelation Relation, ImmutableArray<PrivacyEvent> Events);
