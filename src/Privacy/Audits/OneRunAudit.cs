using MathNet.Numerics;

namespace PrivacyGrains.Privacy.Audits;

/// <summary>Bounds the epsilon of one training from below: of many canaries each was in or out by a coin, and somebody who saw the result guessed which.</summary>
/// <remarks>
/// <para>Source: Steinke, Nasr, Jagielski, "Privacy Auditing with One (1) Training Run", NeurIPS 2023, theorem 5.2 and appendix D. Under (eps, delta)-privacy each guess is right with probability at most e^eps / (e^eps + 1), as in randomised response, whatever the
/// others were; so v of r right have probability at most beta + 2 m delta alpha, with beta = P(Bin(r, q) >= v) and alpha the greatest, over i, of P(v > Bin(r, q) >= v - i) / i. The lower bound is the greatest epsilon whose figure stays below 1 - confidence.</para>
/// <para>The canaries' coins are fair and independent; who guesses may abstain, and sees nothing of the coins but through the result. The guarantee that is tested is add-remove of one canary.</para>
/// </remarks>
public static class OneRunAudit
{
    private const double MostEpsilon = 60;

    /// <summary>How likely so many right guesses are, at most, where the claim holds.</summary>
    /// <param name="canaries">How many there are, in or out; 1 or more.</param>
    /// <param name="guesses">How many were guessed; at most all.</param>
    /// <param name="correct">How many of those rightly.</param>
    /// <param name="epsilon">The claim; zero or more.</param>
    /// <param name="delta">Its failure probability; 0 to 1.</param>
    /// <returns>Rounded up; at most 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A figure is out of range.</exception>
    public static double PValue(int canaries, int guesses, int correct, double epsilon, double delta)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(canaries, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(guesses);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(guesses, canaries);
        ArgumentOutOfRangeException.ThrowIfNegative(correct);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(correct, guesses);
        if (!(epsilon >= 0) || !double.IsFinite(epsilon))
        {
            throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "An epsilon is a finite number, zero or more.");
        }

        if (!(delta is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(delta), delta, "A delta lies between 0 and 1.");
        }

        var beta = 0.0;
        for (var k = guesses; k >= correct; k--)
        {
            beta += Mass(guesses, k, epsilon);
        }

        var (alpha, sum) = (0.0, 0.0);
        for (var i = 1; i <= correct; i++)
        {
            sum += Mass(guesses, correct - i, epsilon);
            alpha = Math.Max(alpha, sum / i);
        }

        return Math.Min(1, (beta + (2.0 * canaries * delta * alpha)) * (1 + 1e-9));
    }

    /// <summary>What the training loses at least.</summary>
    /// <param name="canaries">How many there are, in or out; 1 or more.</param>
    /// <param name="guesses">How many were guessed; fixed before the guesses were compared.</param>
    /// <param name="correct">How many of those rightly.</param>
    /// <param name="delta">Of the claim; 0 to 1.</param>
    /// <param name="confidence">Above 0, below 1.</param>
    /// <returns>In nats, rounded down; zero where nothing is shown.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A figure is out of range.</exception>
    public static double EpsilonLowerBound(int canaries, int guesses, int correct, double delta, double confidence)
    {
        if (!(confidence is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "A confidence lies above 0 and below 1.");
        }

        var error = 1 - confidence;
        if (PValue(canaries, guesses, correct, 0, delta) >= error)
        {
            return 0;
        }

        var (low, high) = (0.0, MostEpsilon);
        while (high - low > 1e-9)
        {
            var middle = (low + high) / 2;
            (low, high) = PValue(canaries, guesses, correct, middle, delta) < error ? (middle, high) : (low, middle);
        }

        return low;
    }

    // P(Bin(n, q) = k) for q = 1/(1 + e^-eps).
    private static double Mass(int n, int k, double epsilon) =>
        Math.Exp(SpecialFunctions.BinomialLn(n, k) - (k * double.LogP1(Math.Exp(-epsilon))) - ((n - k) * (epsilon + double.LogP1(Math.Exp(-epsilon)))));
}
