using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Privacy.Accounting.Selection;

namespace PrivacyGrains.Privacy.Mechanisms;

/// <summary>Exact draws of a private selection's number of runs, and of which candidate each run takes. Integers only.</summary>
/// <remarks>
/// <para>Truncated negative binomial: a geometric proposal k (coins of probability gamma until the first success) is kept with the product of the probabilities (l + eta)/(l + 1) over l = 1 .. k-1, one
/// coin each; what is kept has mass proportional to (1 - gamma)^k times the product over l = 0 .. k-1. Each probability is a fraction of integers, since parameters are multiples of 2^-20.</para>
/// <para>Poisson of a whole mean: the sum of twice as many Poisson draws of mean 1/2, each by von Neumann's scheme: k fair coins until the first tail, kept with probability 1/k!
/// (Flajolet, Pelletier, Soria, "On Buffon Machines and Numbers", SODA 2011, section 2).</para>
/// <para>The time of a draw depends on the number drawn, which is secret; so does the time of the runs themselves, by far more. See <see cref="NumberOfRuns"/>.</para>
/// </remarks>
public static class RunCount
{
    /// <summary>One draw.</summary>
    /// <param name="runs">The public distribution.</param>
    /// <param name="source">Cryptographic; no seed of a command line ever reaches it.</param>
    /// <returns>Secret. 1 or more; for Poisson, zero or more.</returns>
    public static int Sample(NumberOfRuns runs, IRandomSource source)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentNullException.ThrowIfNull(source);
        using var bits = new RandomBits(source);
        return runs switch
        {
            NumberOfRuns.TruncatedNegativeBinomial t => NegativeBinomial(t, bits),
            NumberOfRuns.Poisson p => Enumerable.Range(0, 2 * (int)p.Mean).Sum(_ => PoissonOfHalf(bits)),
            _ => throw new ArgumentException("The distribution is of an unknown kind.", nameof(runs)),
        };
    }

    /// <summary>A uniform choice of a candidate.</summary>
    /// <param name="candidates">How many there are, 1 or more.</param>
    /// <param name="source">Cryptographic.</param>
    /// <returns>From 0; secret unless the run is released.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no candidate.</exception>
    public static int Choose(int candidates, IRandomSource source)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(candidates, 1);
        ArgumentNullException.ThrowIfNull(source);
        using var bits = new RandomBits(source);
        return (int)bits.Below((ulong)candidates);
    }

    private static int NegativeBinomial(NumberOfRuns.TruncatedNegativeBinomial runs, RandomBits bits)
    {
        const ulong one = NumberOfRuns.ParameterUnits;
        var gamma = (ulong)(runs.Gamma * one);
        var eta = (long)(runs.Eta * one);
        while (true)
        {
            var proposal = 1;
            while (bits.Below(one) >= gamma)
            {
                proposal++;
            }

            var kept = true;
            for (var l = 1; kept && l < proposal; l++)
            {
                kept = bits.Below((ulong)(l + 1) * one) < (ulong)((l * (long)one) + eta);
            }

            if (kept)
            {
                return proposal;
            }
        }
    }

    private static int PoissonOfHalf(RandomBits bits)
    {
        while (true)
        {
            var proposal = 0;
            while (bits.Bit())
            {
                proposal++;
            }

            var kept = true;
            for (var j = 2; kept && j <= proposal; j++)
            {
                kept = bits.Below((ulong)j) == 0;
            }

            if (kept)
            {
                return proposal;
            }
        }
    }
}
