namespace PrivacyGrains.Privacy.Tests.Mechanisms;

/// <summary>Pearson's chi-square against exact masses.</summary>
internal static class GoodnessOfFit
{
    /// <summary>The chance of a statistic at least this large where the masses are right. Cells are the integers with an expectation of 20 or more, and one for each tail.</summary>
    public static double PValue(ReadOnlySpan<long> draws, Func<long, double> mass)
    {
        var reach = 0L;
        while (mass(reach + 1) * draws.Length >= 20)
        {
            reach++;
        }

        var counts = new double[(2 * reach) + 3];
        foreach (var draw in draws)
        {
            counts[Math.Clamp(draw, -reach - 1, reach + 1) + reach + 1]++;
        }

        var (statistic, inner) = (0.0, 0.0);
        for (var x = -reach; x <= reach; x++)
        {
            var expected = mass(x) * draws.Length;
            inner += mass(x);
            statistic += Square(counts[x + reach + 1] - expected) / expected;
        }

        var tail = (1 - inner) / 2 * draws.Length;
        var cells = (2 * reach) + 1;
        if (tail > 5)
        {
            statistic += (Square(counts[0] - tail) + Square(counts[^1] - tail)) / tail;
            cells += 2;
        }

        return UpperGamma((cells - 1) / 2.0, statistic / 2);
    }

    private static double Square(double x) => x * x;

    // Regularised upper incomplete gamma: series below a + 1, continued fraction (Lentz) above.
    private static double UpperGamma(double a, double x)
    {
        var front = Math.Exp((a * Math.Log(x)) - x - LogGamma(a));
        if (x < a + 1)
        {
            var (sum, term) = (1 / a, 1 / a);
            for (var n = 1; n < 10_000 && term > sum * 1e-16; n++)
            {
                term *= x / (a + n);
                sum += term;
            }

            return 1 - (sum * front);
        }

        var (b, c, d) = (x + 1 - a, 1e300, 1 / (x + 1 - a));
        var h = d;
        for (var n = 1; n < 10_000; n++)
        {
            var an = -n * (n - a);
            b += 2;
            d = 1 / ((an * d) + b);
            c = b + (an / c);
            h *= d * c;
        }

        return front * h;
    }

    private static double LogGamma(double x)
    {
        if (x < 10)
        {
            return LogGamma(x + 1) - Math.Log(x);
        }

        return ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + (1 / (12 * x)) - (1 / (360 * x * x * x)) + (1 / (1260 * Math.Pow(x, 5)));
    }
}
