using MathNet.Numerics;

namespace PrivacyGrains.Privacy.Audits;

/// <summary>Bounds of a probability from how often something happened.</summary>
/// <remarks>Source: Clopper, Pearson, "The Use of Confidence or Fiducial Limits Illustrated in the Case of the Binomial", Biometrika 1934. Exact: never exceeded more often than stated, whatever the probability is.</remarks>
public static class BinomialBounds
{
    /// <summary>What the probability is at least.</summary>
    /// <param name="successes">Zero to <paramref name="trials"/>.</param>
    /// <param name="trials">1 or more.</param>
    /// <param name="error">With which probability the bound may be wrong; above 0, below 1.</param>
    /// <returns>Rounded down.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A figure is out of range.</exception>
    public static double Lower(long successes, long trials, double error)
    {
        Require(successes, trials, error);
        if (successes == 0)
        {
            return 0;
        }

        // The p at which as many successes or more have probability error; that probability grows with p.
        var (low, high) = (0.0, successes / (double)trials);
        for (var i = 0; i < 100 && high - low > 1e-12 * high; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = SpecialFunctions.BetaRegularized(successes, trials - successes + 1, middle) <= error ? (middle, high) : (low, middle);
        }

        return low * (1 - 1e-9);
    }

    /// <summary>What the probability is at most.</summary>
    /// <param name="successes">Zero to <paramref name="trials"/>.</param>
    /// <param name="trials">1 or more.</param>
    /// <param name="error">With which probability the bound may be wrong; above 0, below 1.</param>
    /// <returns>Rounded up.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A figure is out of range.</exception>
    public static double Upper(long successes, long trials, double error)
    {
        Require(successes, trials, error);
        if (successes == trials)
        {
            return 1;
        }

        // The p at which as many successes or fewer have probability error: 1 - I_p(k + 1, n - k) = I_{1-p}(n - k, k + 1).
        var (low, high) = (successes / (double)trials, 1.0);
        for (var i = 0; i < 100 && high - low > 1e-12 * low; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = SpecialFunctions.BetaRegularized(trials - successes, successes + 1, 1 - middle) <= error ? (low, middle) : (middle, high);
        }

        return Math.Min(1, high * (1 + 1e-9));
    }

    private static void Require(long successes, long trials, double error)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
        if (!(error is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(error), error, "A probability of error lies above 0 and below 1.");
        }
    }
}
