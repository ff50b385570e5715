namespace PrivacyGrains.Privacy.Tests.Mechanisms;

/// <summary>What mechanisms should draw, worked out another way: by summing over everything that can happen.</summary>
internal static class Laws
{
    /// <summary>Permute-and-flip over all permutations.</summary>
    public static double[] PermuteAndFlip(long[] utilities, double rate)
    {
        var law = new double[utilities.Length];
        var orders = Permutations([.. Enumerable.Range(0, utilities.Length)]).ToList();
        foreach (var order in orders)
        {
            var left = 1.0 / orders.Count;
            foreach (var i in order)
            {
                var taken = Math.Exp(-rate * (utilities.Max() - utilities[i]));
                law[i] += left * taken;
                left *= 1 - taken;
            }
        }

        return law;
    }

    /// <summary>The greatest of utilities with continuous exponential noise, by Simpson's rule over the winner's noise.</summary>
    public static double[] NoisyMaxExponential(long[] utilities, double rate)
    {
        const int steps = 200_000;
        var reach = 45 / rate;
        return [.. utilities.Select((u, i) =>
        {
            double At(double z) => rate * Math.Exp(-rate * z) * utilities.Where((_, j) => j != i).Aggregate(1.0, (p, other) => p * Math.Max(0, 1 - Math.Exp(-rate * (u + z - other))));
            var start = Math.Max(0, utilities.Max() - u); // below, somebody at the top wins
            var h = reach / steps;
            var sum = At(start) + At(start + reach);
            for (var k = 1; k < steps; k++)
            {
                sum += At(start + (k * h)) * (k % 2 == 1 ? 4 : 2);
            }

            return sum * h / 3;
        })];
    }

    /// <summary>The greatest of utilities with noise on the integers; ties go to each of the tied alike.</summary>
    public static double[] NoisyMax(long[] utilities, Func<long, double> mass, int reach)
    {
        var law = new double[utilities.Length];
        var (low, high) = (utilities.Min() - reach, utilities.Max() + reach);
        var below = new double[utilities.Length];
        for (var y = low; y <= high; y++)
        {
            double[] at = [.. utilities.Select(u => mass(y - u))];
            for (var i = 0; i < law.Length; i++)
            {
                // Of the others, a set is tied at y and the rest lies below.
                int[] others = [.. Enumerable.Range(0, law.Length).Where(j => j != i)];
                for (var set = 0; set < 1 << others.Length; set++)
                {
                    var chance = at[i] / (1 + int.PopCount(set));
                    for (var k = 0; k < others.Length; k++)
                    {
                        chance *= (set >> k & 1) == 1 ? at[others[k]] : below[others[k]];
                    }

                    law[i] += chance;
                }
            }

            for (var j = 0; j < below.Length; j++)
            {
                below[j] += at[j];
            }
        }

        return law;
    }

    /// <summary>Two-sided geometric.</summary>
    public static double Laplace(long x, double scale) => Math.Tanh(0.5 / scale) * Math.Exp(-Math.Abs(x) / scale);

    /// <summary>One-sided geometric.</summary>
    public static double Geometric(long x, double scale) => x < 0 ? 0 : -double.ExpM1(-1 / scale) * Math.Exp(-x / scale);

    private static IEnumerable<int[]> Permutations(int[] items) => items.Length <= 1
        ? [items]
        : items.SelectMany(first => Permutations([.. items.Where(i => i != first)]).Select(rest => (int[])[first, .. rest]));
}
