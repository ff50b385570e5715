using PrivacyGrains.Privacy.Accounting.Plans;

namespace PrivacyGrains.Privacy.Accounting.Losses;

/// <summary>The loss distributions of events without sampling: of each one's dominating pair, which is symmetric.</summary>
internal static class BaseLosses
{
    private const double MostAtoms = 8e6;

    /// <summary>The measure, exact but for what lies beyond a tail.</summary>
    /// <param name="each">An event that is no composition and no sample.</param>
    /// <param name="tail">How much mass may be cut off at either end; it is counted.</param>
    /// <param name="order">Losses that matter to Renyi divergences up to this order are kept.</param>
    /// <exception cref="PlanRefusedException"><c>account.too-fine</c>: more points than fit memory.</exception>
    public static LossMeasure Of(PrivacyEvent each, double tail, double order = 1) => each switch
    {
        PrivacyEvent.Gaussian gaussian => Gaussian(1 / gaussian.NoiseMultiplier, tail, order),
        PrivacyEvent.Laplace laplace => Laplace(1 / laplace.NoiseMultiplier),
        PrivacyEvent.DiscreteGaussian discrete => DiscreteGaussian(discrete.Sigma, discrete.Sensitivity, tail, order),
        PrivacyEvent.DiscreteLaplace discrete => DiscreteLaplace(discrete.A, discrete.Sensitivity),
        PrivacyEvent.RandomizedResponse response => Response(response.Noise, response.Buckets),
        PrivacyEvent.Pure pure => Points(Pair(pure.Epsilon)),
        PrivacyEvent.Approximate approximate => Approximate(approximate.Epsilon, approximate.Delta),
        PrivacyEvent.Exponential exponential => Exponential(exponential.Epsilon),
        PrivacyEvent.Zcdp zcdp => ZcdpLosses.Of(Rho.Create(zcdp.Rho), tail),
        _ => throw new ArgumentException($"{each} is no single mechanism.", nameof(each)),
    };

    // Losses are normal, of mean mu^2/2 under P and -mu^2/2 under Q, deviation mu.
    private static LossMeasure Gaussian(double mu, double tail, double order)
    {
        var z = NormalReach(tail);
        var (centre, constant) = (mu * mu / 2, -Math.Log(mu) - (0.5 * Math.Log(2 * Math.PI)));
        var (from, to) = (-centre - (z * mu), centre + ((z + (Math.Max(0, order - 1) * mu)) * mu));
        return new LossMeasure
        {
            Pieces = [new LossPiece(from, to, Math.Min(mu, 1) / 2, loss => constant - ((loss - centre) / mu * ((loss - centre) / mu) / 2), LossMap.Identity)],
            Atoms = [],
            Low = new LossTail(from, NormalTail(z + mu), NormalTail(z)),
            High = new LossTail(to, NormalTail(z), NormalTail(z + mu)),
        };
    }

    // Of noise around 1 and 0 with scale 1/epsilon: losses are +-epsilon outside [0, 1], and between them (2y - 1) epsilon.
    private static LossMeasure Laplace(double epsilon) => new()
    {
        Pieces = [new LossPiece(-epsilon, epsilon, Math.Min(1, epsilon), loss => Math.Log(0.25) + ((loss - epsilon) / 2), LossMap.Identity)],
        Atoms = [new LossAtom(epsilon, 0.5), new LossAtom(-epsilon, 0.5 * Math.Exp(-epsilon))],
    };

    // The greatest profile of two-point pairs with losses t and t - epsilon (Dong, Durfee, Rogers 2020, section 3) is, at x = e^loss, (1 - sqrt(x e^-epsilon))^2 / (1 - e^-epsilon); this is its second derivative times x^2.
    private static LossMeasure Exponential(double epsilon)
    {
        var constant = -Math.Log(2) - (epsilon / 2) - Math.Log(-double.ExpM1(-epsilon));
        return new LossMeasure
        {
            Pieces = [new LossPiece(-epsilon, epsilon, Math.Min(1, epsilon), loss => constant + (loss / 2), LossMap.Identity)],
            Atoms = [],
        };
    }

    private static LossMeasure DiscreteGaussian(double sigma, long sensitivity, double tail, double order)
    {
        var reach = Math.Ceiling((NormalReach(tail) * sigma) + 1);
        var last = reach + (sensitivity * Math.Max(1, order));
        if (last + reach > MostAtoms)
        {
            throw new PlanRefusedException("account.too-fine", $"A discrete Gaussian of sigma {sigma:G6} has too many points to be counted one by one: use --accountant rdp, or a \"gaussian\" of the same ratio where that is what was drawn.");
        }

        double normal = 1;
        for (var x = 1.0; x <= reach; x++)
        {
            normal += 2 * Math.Exp(-x * x / (2 * sigma * sigma));
        }

        var atoms = new LossAtom[(int)(last + reach + 1)];
        for (var i = 0; i < atoms.Length; i++)
        {
            var x = i - reach;
            atoms[i] = new LossAtom(((2 * x) - sensitivity) * sensitivity / (2 * sigma * sigma), Math.Exp(-(x - sensitivity) * (x - sensitivity) / (2 * sigma * sigma)) / normal);
        }

        // Beyond a point r away from the centre masses fall at least as a geometric row.
        double Beyond(double r) => r <= 0 ? 1 : Math.Min(1, Math.Exp(-r * r / (2 * sigma * sigma)) / normal / -double.ExpM1(-((2 * r) + 1) / (2 * sigma * sigma)));
        return new LossMeasure
        {
            Pieces = [],
            Atoms = atoms,
            Low = new LossTail(atoms[0].Loss, Beyond(reach + 1 + sensitivity), Beyond(reach + 1)),
            High = new LossTail(atoms[^1].Loss, Beyond(last + 1 - sensitivity), Beyond(last + 1)),
        };
    }

    private static LossMeasure DiscreteLaplace(double a, long sensitivity)
    {
        if (sensitivity > MostAtoms)
        {
            throw new PlanRefusedException("account.too-fine", $"A discrete Laplace of sensitivity {sensitivity} has too many points to be counted one by one: use \"laplace\" or \"pure\", which bound it.");
        }

        // Mass tanh(a/2) e^(-a|x - s|) under P; all x above s have one loss, all below 0 another.
        var (outer, inner) = (1 / (1 + Math.Exp(-a)), Math.Tanh(a / 2));
        var atoms = new LossAtom[(int)sensitivity + 1];
        atoms[0] = new LossAtom(-a * sensitivity, outer * Math.Exp(-a * sensitivity));
        for (var x = 1; x < sensitivity; x++)
        {
            atoms[x] = new LossAtom(a * ((2 * x) - sensitivity), inner * Math.Exp(-a * (sensitivity - x)));
        }

        atoms[^1] = new LossAtom(a * sensitivity, outer);
        return Points(atoms);
    }

    private static LossMeasure Response(double noise, long buckets)
    {
        var (other, own) = (noise / buckets, 1 - noise + (noise / buckets));
        var loss = Math.Log(own / other);
        return Points(new LossAtom(loss, own), new LossAtom(-loss, other), new LossAtom(0, other * (buckets - 2)));
    }

    private static LossAtom[] Pair(double epsilon) => [new(epsilon, 1 / (1 + Math.Exp(-epsilon))), new(-epsilon, Math.Exp(-epsilon) / (1 + Math.Exp(-epsilon)))];

    // The pair (X0, X1) of Kairouz, Oh, Viswanath 2015 over {0, 1, 2, 3}: 0 happens under the first alone, 3 under the second alone, each with delta; else randomised response. No (epsilon, delta)-private release is not made from it.
    private static LossMeasure Approximate(double epsilon, double delta) => new()
    {
        Pieces = [],
        Atoms = [.. Pair(epsilon).Select(atom => atom with { Mass = atom.Mass * (1 - delta) })],
        Low = new LossTail(double.NegativeInfinity, 0, delta),
        High = new LossTail(double.PositiveInfinity, delta, 0),
    };

    private static LossMeasure Points(params LossAtom[] atoms) => new() { Pieces = [], Atoms = atoms };

    // How many deviations leave at most that mass.
    private static double NormalReach(double tail)
    {
        var z = 1.0;
        while (NormalTail(z) > tail && z < 38)
        {
            z += 0.25;
        }

        return z;
    }

    // Above the true tail: Mills' ratio is at most 1/z.
    private static double NormalTail(double z) => z <= 0.5 ? 1 : Math.Exp(-z * z / 2) / (z * Math.Sqrt(2 * Math.PI)) * (1 + 1e-12);
}
