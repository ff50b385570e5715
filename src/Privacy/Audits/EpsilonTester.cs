using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Privacy.Audits;

/// <summary>Runs mechanisms on neighbouring inputs and bounds their epsilon from below.</summary>
/// <remarks>
/// <para>Source: Ding, Wang, Wang, Zhang, Kifer, "Detecting Violations of Differential Privacy", CCS 2018; Bichsel, Steffen, Bogunovic, Vechev, "DP-Sniper", IEEE S&amp;P 2021. Half of the draws choose an event S for each direction; the other half, which
/// had no say in it, bounds P(S) from below and Q(S) from above (Clopper, Pearson). (eps, delta)-privacy says P(S) &lt;= e^eps Q(S) + delta, so ln((P - delta)/Q) is a lower bound of epsilon. All bounds of all trials share the error by the union
/// bound: with the stated confidence, every figure of a run is right at once. So where all claims are true, a run of however many trials says otherwise with at most the remaining probability: one in a million by default.</para>
/// <para>A lower bound shows a violation; it never proves a claim. It sees what these pairs and these outcomes show: not time, and no failure event rarer than the draws.</para>
/// </remarks>
public static class EpsilonTester
{
    /// <summary>With which a run is right in all its figures at once, where nothing else is asked: a false alarm over the whole run has a probability of at most 1e-6.</summary>
    /// <remarks>An audit that runs every night for a century cries wolf with a probability below 4 %. It costs little: the bounds' width grows with the root of the error's logarithm.</remarks>
    public const double DefaultConfidence = 1 - 1e-6;

    /// <summary>Measures trials.</summary>
    /// <param name="trials">At least one.</param>
    /// <param name="draws">On each input of each trial; 200 or more.</param>
    /// <param name="confidence">Of all figures together; above 0, below 1.</param>
    /// <param name="source">Cryptographic.</param>
    /// <param name="progress">Told of each finding; or null.</param>
    /// <returns>One finding a trial.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A figure is out of range.</exception>
    public static IReadOnlyList<EpsilonFinding> Run(IReadOnlyList<EpsilonTrial> trials, int draws, double confidence, IRandomSource source, Action<EpsilonFinding>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(trials);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 200);
        if (!(confidence is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "A confidence lies above 0 and below 1.");
        }

        // Two directions a trial, two bounds each.
        var error = (1 - confidence) / (4.0 * Math.Max(1, trials.Count));
        var findings = new List<EpsilonFinding>();
        foreach (var trial in trials)
        {
            findings.Add(Measure(trial, Math.Max(100, (int)(draws * trial.Share / 2)), error, source));
            progress?.Invoke(findings[^1]);
        }

        return findings;
    }

    private static EpsilonFinding Measure(EpsilonTrial trial, int half, double error, IRandomSource source)
    {
        var (left, right) = (Count(trial.Left, half, source), Count(trial.Right, half, source));
        OutcomeEvent[] events = [OutcomeEvent.Best(left, right, half, trial.Delta), OutcomeEvent.Best(right, left, half, trial.Delta)];
        var seen = new long[2, 2];
        for (var i = 0; i < half; i++)
        {
            var (l, r) = (trial.Left(source), trial.Right(source));
            for (var e = 0; e < 2; e++)
            {
                seen[e, 0] += events[e].Contains(l) ? 1 : 0;
                seen[e, 1] += events[e].Contains(r) ? 1 : 0;
            }
        }

        var forward = Bound(seen[0, 0], seen[0, 1]);
        var back = Bound(seen[1, 1], seen[1, 0]);
        var measured = Math.Max(0, Math.Max(forward, back));
        return new EpsilonFinding(trial.Name, trial.ClaimedEpsilon, trial.Delta, measured, events[forward >= back ? 0 : 1].ToString(), 2 * half, measured <= trial.ClaimedEpsilon);

        double Bound(long likely, long rare)
        {
            var low = BinomialBounds.Lower(likely, half, error) - trial.Delta;
            return low > 0 ? Math.Log(low / BinomialBounds.Upper(rare, half, error)) : 0;
        }
    }

    private static Dictionary<long, int> Count(Func<IRandomSource, long> release, int draws, IRandomSource source)
    {
        var counts = new Dictionary<long, int>();
        for (var i = 0; i < draws; i++)
        {
            var outcome = release(source);
            counts[outcome] = counts.GetValueOrDefault(outcome) + 1;
        }

        return counts;
    }
}
