using PrivacyGrains.Privacy.Accounting.Losses;

namespace PrivacyGrains.Privacy.Accounting.Distributions;

/// <summary>A privacy loss distribution on a grid that loses at least as much as the measure it stands for.</summary>
/// <remarks>
/// <para>Mass between two points of the grid goes to both so that P's and Q's masses stay what they are: the profile delta(eps) then agrees with the true one at the grid's points and is its chord, in e^eps,
/// between them. Source: Doroshenko, Ghazi, Kamath, Kumar, Manurangsi, "Connect the Dots: Tighter Discrete Approximations of Privacy Loss Distributions", PoPETs 2022, section 4.</para>
/// <para>Mass that was cut off above counts as infinite loss, mass cut off below as the least loss kept.</para>
/// </remarks>
internal sealed class LossGrid
{
    private const double MostPoints = 1 << 25;

    private LossGrid(double step, long first, double[] masses, double infinite) => (Step, First, Masses, Infinite) = (step, first, masses, infinite);

    /// <summary>Nats between two points.</summary>
    public double Step { get; }

    /// <summary>The first point's place: its loss is this many steps.</summary>
    public long First { get; }

    /// <summary>Mass under P of each point.</summary>
    public double[] Masses { get; }

    /// <summary>Mass at infinite loss.</summary>
    public double Infinite { get; }

    /// <summary>Puts a measure on the grid.</summary>
    /// <param name="measure">What is to be dominated.</param>
    /// <param name="step">Nats between points; above zero.</param>
    /// <exception cref="Plans.PlanRefusedException"><c>account.too-wide</c>: losses span more points than fit memory.</exception>
    public static LossGrid Of(LossMeasure measure, double step)
    {
        var (low, high) = Span(measure);
        var first = Math.Floor(low / step);
        var count = Math.Floor(high / step) + 2 - first;
        if (!(count <= MostPoints))
        {
            throw new Plans.PlanRefusedException("account.too-wide", $"Losses from {low:G4} to {high:G4} nats do not fit a grid: the plan's noise is too small to be private.");
        }

        var masses = new double[(int)count];
        foreach (var atom in measure.Atoms)
        {
            Split(masses, first, step, atom);
        }

        foreach (var piece in measure.Pieces)
        {
            Spread(masses, first, step, piece);
        }

        // What rounding lost or made is put back by scaling, so that a thousand compositions neither lose nor make mass.
        var finite = masses.Sum();
        if (measure.RestAtZero)
        {
            masses[(int)(0 - first)] += Math.Max(0, 1 - measure.Infinite - finite);
        }
        else if (finite > 0)
        {
            var scale = (1 - measure.Infinite) / finite;
            for (var i = 0; i < masses.Length; i++)
            {
                masses[i] *= scale;
            }
        }

        return new LossGrid(step, (long)first, masses, measure.Infinite);
    }

    /// <summary>Takes masses that stand on the grid already.</summary>
    public static LossGrid From(double step, long first, double[] masses, double infinite) => new(step, first, masses, infinite);

    /// <summary>The points as a measure, with the infinite loss above them.</summary>
    public LossMeasure ToMeasure() => new()
    {
        Pieces = [],
        Atoms = [.. Masses.Select((mass, i) => new LossAtom((First + i) * Step, mass)).Where(atom => atom.Mass > 0)],
        High = new LossTail(double.PositiveInfinity, Infinite, 0),
    };

    private static (double Low, double High) Span(LossMeasure measure)
    {
        var (low, high) = measure.RestAtZero ? (0, 0) : (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var loss in measure.Atoms.Select(atom => atom.Loss).Concat(measure.Pieces.SelectMany(piece => new[] { piece.Map.Map(piece.From), piece.Map.Map(piece.To) })))
        {
            (low, high) = (Math.Min(low, loss), Math.Max(high, loss));
        }

        return (low, high);
    }

    private static void Split(double[] masses, double first, double step, LossAtom atom)
    {
        var cell = Math.Floor(atom.Loss / step);
        var at = (int)(cell - first);
        var up = atom.Mass * Fraction(atom.Loss - (cell * step), step);
        masses[at] += atom.Mass - up;
        masses[at + 1] += up;
    }

    private static void Spread(double[] masses, double first, double step, LossPiece piece)
    {
        var (one, other) = (piece.Map.Map(piece.From), piece.Map.Map(piece.To));
        var (cell, last) = (Math.Floor(Math.Min(one, other) / step), Math.Floor(Math.Max(one, other) / step));
        for (; cell <= last; cell++)
        {
            var (a, b) = (piece.Map.Inverse(cell * step), piece.Map.Inverse((cell + 1) * step));
            var (from, to) = (Math.Max(piece.From, Math.Min(a, b)), Math.Min(piece.To, Math.Max(a, b)));
            if (!(from < to))
            {
                continue;
            }

            var (panels, nodes, weights) = Panels.For(to - from, piece.Panel);
            var width = (to - from) / panels;
            double mass = 0, up = 0;
            for (var panel = 0; panel < panels; panel++)
            {
                for (var node = 0; node < nodes.Length; node++)
                {
                    var loss = from + ((panel + nodes[node]) * width);
                    var weight = Math.Exp(piece.LogMass(loss)) * weights[node] * width;
                    mass += weight;
                    up += weight * Fraction(piece.Map.Map(loss) - (cell * step), step);
                }
            }

            var at = (int)(cell - first);
            masses[at] += Math.Max(0, mass - up);
            masses[at + 1] += up;
        }
    }

    // Of a mass that lies that far above a point, what the next point gets: both of P's and Q's masses stay.
    private static double Fraction(double above, double step) => Math.Clamp(double.ExpM1(-above) / double.ExpM1(-step), 0, 1);
}
