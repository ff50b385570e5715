using System.Collections.Immutable;

namespace PrivacyGrains.Privacy.Accounting.Losses;

/// <summary>A part of a loss distribution that has a smooth density, before sampling, and how sampling maps it.</summary>
/// <param name="From">The least loss, finite.</param>
/// <param name="To">The greatest.</param>
/// <param name="Panel">On intervals no wider than this ten Gauss-Legendre nodes integrate the density to double precision.</param>
/// <param name="LogDensity">ln of the density of losses under P.</param>
/// <param name="Map">What sampling makes of it.</param>
internal sealed record LossPiece(double From, double To, double Panel, Func<double, double> LogDensity, LossMap Map)
{
    /// <summary>The density under the new first distribution, at a loss before sampling.</summary>
    public double LogMass(double loss) => LogDensity(loss) + Map.LogWeight(loss);
}

/// <summary>A point of a loss distribution.</summary>
/// <param name="Loss">ln(P/Q), in nats; finite.</param>
/// <param name="Mass">Under P.</param>
internal readonly record struct LossAtom(double Loss, double Mass);

/// <summary>What lies beyond the pieces at one end: bounds of its masses.</summary>
/// <param name="Edge">Where it begins.</param>
/// <param name="UnderP">Mass under P.</param>
/// <param name="UnderQ">Mass under Q.</param>
internal readonly record struct LossTail(double Edge, double UnderP, double UnderQ);

/// <summary>The privacy loss distribution of one dominating pair (P, Q): the law of ln(P/Q) under P, before any grid.</summary>
internal sealed class LossMeasure
{
    /// <summary>Parts with a density.</summary>
    public required ImmutableArray<LossPiece> Pieces { get; init; }

    /// <summary>Points.</summary>
    public required IReadOnlyList<LossAtom> Atoms { get; init; }

    /// <summary>What was cut off below; nothing by default.</summary>
    public LossTail Low { get; init; }

    /// <summary>What was cut off above, infinite losses included.</summary>
    public LossTail High { get; init; }

    /// <summary>Mass at an infinite loss. Only of measures after <see cref="Under"/>.</summary>
    public double Infinite { get; init; }

    /// <summary>Whether all mass that is nowhere else has loss zero.</summary>
    public bool RestAtZero { get; init; }

    /// <summary>The measure of the mapped pair. Tails go to the greatest loss that they can have.</summary>
    /// <param name="map">What sampling does.</param>
    public LossMeasure Under(LossMap map)
    {
        var atoms = new List<LossAtom>(Atoms.Count + 2);
        atoms.AddRange(Atoms.Select(atom => new LossAtom(map.Map(atom.Loss), atom.Mass * Math.Exp(map.LogWeight(atom.Loss)))));
        double infinite = 0;
        Place(Low, double.NegativeInfinity);
        Place(High, double.PositiveInfinity);
        return new LossMeasure { Pieces = [.. Pieces.Select(piece => piece with { Map = map })], Atoms = atoms, Infinite = infinite };

        void Place(LossTail tail, double end)
        {
            var (mass, loss) = (map.Mass(tail.UnderP, tail.UnderQ), Math.Max(map.Map(tail.Edge), map.Map(end)));
            if (mass <= 0)
            {
                return;
            }

            if (double.IsPositiveInfinity(loss))
            {
                infinite += mass;
            }
            else
            {
                atoms.Add(new LossAtom(loss, mass));
            }
        }
    }

    /// <summary>The pair of a sample of fixed size where one of the records is exchanged.</summary>
    /// <param name="share">Sample over population.</param>
    /// <remarks>
    /// Balle, Barthe, Gaboardi, "Privacy Amplification by Subsampling", NeurIPS 2018, theorem 9: delta'(eps') = share * delta(eps), e^eps' = 1 + share (e^eps - 1), for eps at least 0; below 0 the profile follows
    /// from its symmetry. Its second derivative is Q's mass: above 0 that of the removed record, below 0 the mirror image, and the rest has no loss.
    /// </remarks>
    public LossMeasure Exchanged(double share)
    {
        var above = new LossMeasure
        {
            Pieces = [.. Pieces.Where(piece => piece.To > 0).Select(piece => piece with { From = Math.Max(0, piece.From) })],
            Atoms = [.. Atoms.Where(atom => atom.Loss > 0)],
            High = High,
        };
        var (up, down) = (above.Under(LossMap.Remove(share)), above.Under(LossMap.Mirror(share)));
        return new LossMeasure { Pieces = [.. up.Pieces, .. down.Pieces], Atoms = [.. up.Atoms, .. down.Atoms], Infinite = up.Infinite, RestAtZero = true };
    }
}
