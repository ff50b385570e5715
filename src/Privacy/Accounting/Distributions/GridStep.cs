using System.Collections.Immutable;
using PrivacyGrains.Privacy.Accounting.Losses;

namespace PrivacyGrains.Privacy.Accounting.Distributions;

/// <summary>How fine a grid must be.</summary>
/// <remarks>
/// Connected dots leave P's mean at most h^2/8 higher and add at most h^2/4 to the variance of each release (h^2/12 and h^2/6 where losses are spread evenly over a cell). The step keeps both below about a thousandth, of epsilon
/// (or of 1, where epsilon is less) and of the variance.
/// </remarks>
internal static class GridStep
{
    private const double MostCells = 1 << 21;

    /// <summary>The step for releases that are composed.</summary>
    /// <param name="measures">Each release's losses, and how often it happens.</param>
    /// <param name="epsilon">About what will come out.</param>
    public static double For(ImmutableArray<(LossMeasure Measure, long Count)> measures, double epsilon)
    {
        var repeats = measures.Sum(each => (double)each.Count);
        var variance = measures.Sum(each => each.Count * LossMoments.Of(each.Measure).Variance);
        var scale = Math.Max(1, epsilon);
        var few = repeats <= 100 ? 1e-3 / repeats : 1; // the greatest losses of few points may all be rounded up together
        var step = Math.Min(Math.Min(2e-4, few) * scale, Math.Sqrt(1e-3 / repeats * Math.Min(scale, variance)));
        return Math.Max(Math.Max(step, 1e-9), Widest(measures) / MostCells);
    }

    /// <summary>How far one release's losses reach, at most.</summary>
    public static double Widest(ImmutableArray<(LossMeasure Measure, long Count)> measures) => measures.Max(each =>
    {
        var losses = each.Measure.Atoms.Select(atom => atom.Loss).Concat(each.Measure.Pieces.SelectMany(piece => new[] { piece.Map.Map(piece.From), piece.Map.Map(piece.To) })).ToList();
        return losses.Max() - losses.Min();
    });
}
