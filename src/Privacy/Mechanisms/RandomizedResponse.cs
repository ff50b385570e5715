using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Accounting.Plans;

namespace PrivacyGrains.Privacy.Mechanisms;

/// <summary>Each person answers for himself: the true bucket, or with an exact probability any bucket at all.</summary>
/// <remarks>
/// <para>Source: Warner, "Randomized Response", JASA 1965 (two buckets); Kairouz, Bonawitz, Ramage, "Discrete Distribution Estimation under Local Privacy", ICML 2016 (k buckets). An answer is ln((1 - noise + noise/k) /
/// (noise/k))-private in the local model: against everybody, the collector included.</para>
/// <para>Coin and uniform bucket are both drawn whatever the truth, so the time of an answer does not depend on it. The relation is replace-one of the person's bucket; under add-remove who is absent counts as one
/// who has a fixed bucket.</para>
/// </remarks>
public sealed class RandomizedResponse
{
    /// <summary>Fixes the probabilities.</summary>
    /// <param name="buckets">2 to 2^20.</param>
    /// <param name="noise">The probability of a uniform answer; above zero, at most 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A figure is out of range.</exception>
    public RandomizedResponse(int buckets, ExactRatio noise)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(buckets, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(buckets, 1 << 20);
        ArgumentOutOfRangeException.ThrowIfZero(noise.Denominator, nameof(noise));
        if (noise.Numerator > noise.Denominator)
        {
            throw new ArgumentOutOfRangeException(nameof(noise), noise.ToDouble(), "A probability is at most 1.");
        }

        Buckets = buckets;
        Noise = noise;
        Loss = new MechanismLoss(NeighbouringRelation.ReplaceOne, new PrivacyEvent.RandomizedResponse(noise.Down(), buckets));
    }

    /// <summary>How many answers there are.</summary>
    public int Buckets { get; }

    /// <summary>The probability of a uniform answer.</summary>
    public ExactRatio Noise { get; }

    /// <summary>What one answer loses.</summary>
    public MechanismLoss Loss { get; }

    /// <summary>Yes or no, the wrong one with an exact probability.</summary>
    /// <param name="flip">The probability of the wrong answer; above zero, at most 1/2.</param>
    /// <returns>The mechanism over two buckets, with twice that noise.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The probability is out of range.</exception>
    public static RandomizedResponse Binary(ExactRatio flip)
    {
        ArgumentOutOfRangeException.ThrowIfZero(flip.Denominator, nameof(flip));
        return (UInt128)flip.Numerator * 2 <= flip.Denominator
            ? new RandomizedResponse(2, ExactRatios.Of((UInt128)flip.Numerator * 2, flip.Denominator, nameof(flip)))
            : throw new ArgumentOutOfRangeException(nameof(flip), flip.ToDouble(), "The wrong answer has a probability of at most 1/2.");
    }

    /// <summary>The least noise for a guarantee.</summary>
    /// <param name="buckets">2 to 2^20.</param>
    /// <param name="epsilon">What one answer may lose; above zero, at most 30.</param>
    /// <returns>Noise rounded up to a multiple of 2^-60.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A figure is out of range.</exception>
    public static RandomizedResponse ForEpsilon(int buckets, Epsilon epsilon)
    {
        if (!(epsilon.Value is > 0 and <= 30))
        {
            throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon.Value, "The epsilon of an answer lies above zero and is at most 30.");
        }

        var noise = Math.Min(1, buckets / (double.ExpM1(epsilon.Value) + buckets) * (1 + 1e-13));
        return new RandomizedResponse(buckets, ExactRatio.Create((ulong)Math.Ceiling(Math.ScaleB(noise, 60)), 1UL << 60));
    }

    /// <summary>One answer.</summary>
    /// <param name="truth">From 0; secret.</param>
    /// <param name="source">Cryptographic; no seed of a command line ever reaches it.</param>
    /// <returns>From 0; private, and nothing more than it may leave the person.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such bucket.</exception>
    public int Answer(int truth, IRandomSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfNegative(truth);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(truth, Buckets);
        using var bits = new RandomBits(source, block: 64);
        var uniform = (int)bits.Below((ulong)Buckets);
        var keep = bits.Below(Noise.Denominator) >= Noise.Numerator ? 1 : 0;
        return uniform + (keep * (truth - uniform));
    }

    /// <summary>How many people really were in each bucket, without bias.</summary>
    /// <param name="answers">How many answered each; public.</param>
    /// <returns>Estimates, which may be negative, and the deviation of the greatest error among them.</returns>
    /// <exception cref="ArgumentException">There is another number of buckets, or the noise is 1 and nothing can be known.</exception>
    public (double[] Counts, double Deviation) Estimate(ReadOnlySpan<long> answers)
    {
        var (any, all) = (Noise.ToDouble() / Buckets, 0L);
        if (answers.Length != Buckets || Noise.Numerator == Noise.Denominator)
        {
            throw new ArgumentException("There is one count a bucket, and the noise is below 1.", nameof(answers));
        }

        foreach (var count in answers)
        {
            all += count;
        }

        var (counts, truth) = (new double[Buckets], 1 - Noise.ToDouble());
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] = (answers[i] - (all * any)) / truth;
        }

        // Each answer is a coin of probability any or truth + any; the greater variance of the two bounds all.
        return (counts, Math.Sqrt(all * Math.Max(any * (1 - any), (truth + any) * (1 - truth - any))) / truth);
    }
}
