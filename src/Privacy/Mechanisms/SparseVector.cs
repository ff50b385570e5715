using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Privacy.Accounting.Plans;
using PrivacyGrains.Privacy.Mechanisms.Sensitivities;

namespace PrivacyGrains.Privacy.Mechanisms;

/// <summary>Answers whether each of a stream of queries lies above its threshold, at one price for any number of "below" and a fixed number of "above".</summary>
/// <remarks>
/// <para>Source: Lyu, Su, Li, "Understanding the Sparse Vector Technique for Differential Privacy", PVLDB 10(6), 2017, algorithm 1: half of epsilon on the threshold's noise, of scale sensitivity/epsilon1, drawn once; the other half on each
/// query's, of scale 2c sensitivity/epsilon2 for a cut-off of c, or c sensitivity/epsilon2 where queries are monotone (algorithm 7, theorem 4). Noise is discrete Laplace; the proof shifts the threshold's noise by the sensitivity, an
/// integer, so it holds on the integers as it stands, with "at least" counting as above.</para>
/// <para>Not this: noise on queries that does not grow with the cut-off, none at all, no cut-off, or a release of the noised answer that was compared (algorithms 3 to 6 of the paper: not private). After the last "above" nothing more is
/// answered. The queries may depend on earlier answers. One instance is one release; not thread-safe. Its noise is secret.</para>
/// </remarks>
public sealed class SparseVector : IDisposable
{
    private readonly RandomBits _bits;
    private readonly DiscreteLaplace _queryNoise;
    private readonly long _thresholdNoise;

    /// <summary>Draws the threshold's noise.</summary>
    /// <param name="queries">Of each query's value; monotone only if all queries of the stream move the same way between neighbours, as counts of rows do.</param>
    /// <param name="epsilon">The loss of the whole stream; above zero, at most 100.</param>
    /// <param name="cutOff">How many times "above" is answered; 1 to 10,000.</param>
    /// <param name="source">Cryptographic; no seed of a command line ever reaches it. Used until the end.</param>
    /// <exception cref="ArgumentOutOfRangeException">A figure is out of range, or a scale has too many bits.</exception>
    public SparseVector(Sensitivity queries, ExactRatio epsilon, int cutOff, IRandomSource source)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(cutOff, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cutOff, 10_000);
        ExactRatios.RequireEpsilon(epsilon, nameof(epsilon));
        var threshold = new DiscreteLaplace(ExactRatios.Scale(queries.Linf, epsilon, 2, nameof(epsilon)));
        _queryNoise = new DiscreteLaplace(ExactRatios.Scale(queries.Linf, epsilon, 2 * SelectionCoin.Factor(queries) * (ulong)cutOff, nameof(epsilon)));
        _bits = new RandomBits(source, block: 64);
        _thresholdNoise = threshold.Sample(_bits);
        Left = cutOff;
        Loss = new MechanismLoss(queries.Relation, new PrivacyEvent.Pure(epsilon.Up()));
    }

    /// <summary>How many times "above" may still be answered.</summary>
    public int Left { get; private set; }

    /// <summary>What the whole stream loses, from its first query on.</summary>
    public MechanismLoss Loss { get; }

    /// <summary>Answers one query.</summary>
    /// <param name="value">The true value; secret.</param>
    /// <param name="threshold">Public; each query may have its own.</param>
    /// <returns>Whether the noised value reaches the noised threshold.</returns>
    /// <exception cref="InvalidOperationException">The cut-off is reached: <see cref="Left"/> is zero.</exception>
    public bool IsAbove(long value, long threshold)
    {
        if (Left == 0)
        {
            throw new InvalidOperationException("The cut-off is reached: a new stream has a new charge.");
        }

        var above = (Int128)value + _queryNoise.Sample(_bits) >= (Int128)threshold + _thresholdNoise;
        Left -= above ? 1 : 0;
        return above;
    }

    /// <inheritdoc/>
    public void Dispose() => _bits.Dispose();

    /// <inheritdoc/>
    public override string ToString() => $"SparseVector({Left} left)";
}
