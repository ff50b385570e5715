namespace PrivacyGrains.Privacy.Accounting.Losses;

/// <summary>Integrals over a measure of losses, by quadrature.</summary>
internal static class LossMoments
{
    private const double Negligible = 45; // e^-45 of the greatest: below a unit in the last place

    /// <summary>Mean and variance of the finite losses.</summary>
    public static (double Mean, double Variance) Of(LossMeasure measure)
    {
        double mass = 0, first = 0, second = 0;
        Each(measure, (loss, log) =>
        {
            var weight = Math.Exp(log);
            mass += weight;
            first += weight * loss;
            second += weight * loss * loss;
        });
        mass = measure.RestAtZero ? 1 : mass;
        var mean = first / mass;
        return (mean, Math.Max(0, (second / mass) - (mean * mean)));
    }

    /// <summary>ln E_P[e^(s l)] over the finite losses: (order - 1) times the Renyi divergence, for s = order - 1.</summary>
    public static double LogMoment(LossMeasure measure, double s)
    {
        var greatest = double.NegativeInfinity;
        double mass = 0, sum = 0;
        Each(measure, (loss, log) =>
        {
            var term = log + (s * loss);
            if (term > greatest)
            {
                sum *= double.IsNegativeInfinity(greatest) ? 0 : Math.Exp(greatest - term);
                greatest = term;
            }

            sum += Math.Exp(term - greatest);
            mass += measure.RestAtZero ? Math.Exp(log) : 0;
        }, s);
        if (!measure.RestAtZero)
        {
            return greatest + Math.Log(sum);
        }

        var rest = Math.Log(Math.Max(0, 1 - mass));
        return Math.Max(greatest, 0) + Math.Log((sum * Math.Exp(greatest - Math.Max(greatest, 0))) + Math.Exp(rest - Math.Max(greatest, 0)));
    }

    // Calls with the loss after sampling and the ln of its mass. With a tilt, panels that add nothing beside the greatest are left out.
    private static void Each(LossMeasure measure, Action<double, double> visit, double tilt = double.NaN)
    {
        foreach (var atom in measure.Atoms)
        {
            if (atom.Mass > 0)
            {
                visit(atom.Loss, Math.Log(atom.Mass));
            }
        }

        foreach (var piece in measure.Pieces)
        {
            var (count, _, _) = Panels.For(piece.To - piece.From, piece.Panel);
            var width = (piece.To - piece.From) / count;
            var (_, nodes, weights) = Panels.For(width, piece.Panel);
            var floor = double.NegativeInfinity;
            if (!double.IsNaN(tilt) && !measure.RestAtZero)
            {
                for (var i = 0; i < count; i++)
                {
                    var middle = piece.From + ((i + 0.5) * width);
                    floor = Math.Max(floor, piece.LogMass(middle) + (tilt * piece.Map.Map(middle)));
                }

                floor -= Negligible;
            }

            for (var i = 0; i < count; i++)
            {
                var from = piece.From + (i * width);
                if (double.IsFinite(floor) && Math.Max(Tilted(piece, from, tilt), Tilted(piece, from + width, tilt)) < floor)
                {
                    continue;
                }

                for (var node = 0; node < nodes.Length; node++)
                {
                    var loss = from + (nodes[node] * width);
                    visit(piece.Map.Map(loss), piece.LogMass(loss) + Math.Log(weights[node] * width));
                }
            }
        }
    }

    private static double Tilted(LossPiece piece, double loss, double tilt) => piece.LogMass(loss) + (tilt * piece.Map.Map(loss));
}
