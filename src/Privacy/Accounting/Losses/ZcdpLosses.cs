namespace PrivacyGrains.Privacy.Accounting.Losses;

/// <summary>A loss distribution that dominates everything of a zero-concentrated guarantee.</summary>
/// <remarks>
/// The conversion of Canonne, Kamath, Steinke 2020 bounds the profile delta(eps) at every eps of a grid, Pinsker's inequality at 0, symmetry below 0. A true profile is convex in e^eps, so it lies below
/// the greatest convex function under these points; and every convex profile is that of some pair (Zhu, Dong, Wang 2022, proposition 8). That pair's masses stand on the grid.
/// </remarks>
internal static class ZcdpLosses
{
    private const int Points = 2000;

    public static LossMeasure Of(Rho rho, double tail)
    {
        var end = 1.0;
        while (ZeroConcentrated.ToDelta(rho, Epsilon.Create(end)) > tail && end < 600)
        {
            end *= 1.1;
        }

        var (x, f) = (new double[(2 * Points) + 2], new double[(2 * Points) + 2]);
        (x[0], f[0]) = (0, 1);
        for (var i = -Points; i <= Points; i++)
        {
            var loss = end * i / Points;
            var at = i + Points + 1;
            var above = ZeroConcentrated.ToDelta(rho, Epsilon.Create(Math.Abs(loss)));
            above = i == 0 ? Math.Min(above, Math.Sqrt(rho.Value / 2)) : above;
            (x[at], f[at]) = (Math.Exp(loss), loss >= 0 ? above : -double.ExpM1(loss) + (Math.Exp(loss) * above));
        }

        return FromHull(x, f, Hull(x, f));
    }

    // Masses are the kinks of the hull: Q's at x is the change of slope, P's is x times that.
    private static LossMeasure FromHull(double[] x, double[] f, List<int> hull)
    {
        var atoms = new List<LossAtom>();
        for (var i = 1; i < hull.Count; i++)
        {
            var before = Slope(hull[i - 1], hull[i]);
            var after = i + 1 < hull.Count ? Slope(hull[i], hull[i + 1]) : 0;
            atoms.Add(new LossAtom(Math.Log(x[hull[i]]), Math.Max(0, after - before) * x[hull[i]]));
        }

        return new LossMeasure { Pieces = [], Atoms = atoms, High = new LossTail(Math.Log(x[^1]), f[^1], 0) };

        double Slope(int left, int right) => (f[right] - f[left]) / (x[right] - x[left]);
    }

    private static List<int> Hull(double[] x, double[] f)
    {
        var hull = new List<int>();
        for (var i = 0; i < x.Length; i++)
        {
            while (hull.Count >= 2 && ((f[hull[^1]] - f[hull[^2]]) * (x[i] - x[hull[^2]])) >= ((f[i] - f[hull[^2]]) * (x[hull[^1]] - x[hull[^2]])))
            {
                hull.RemoveAt(hull.Count - 1);
            }

            hull.Add(i);
        }

        return hull;
    }
}
