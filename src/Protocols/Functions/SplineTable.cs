using System.Collections.Immutable;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>A public piecewise polynomial of degree three at most, ready for one algebra and one number of fractional bits.</summary>
/// <remarks>Made by <see cref="SplineFit"/>; evaluated on shares by <see cref="Spline"/>.</remarks>
internal sealed class SplineTable
{
    internal SplineTable(IEnumerable<long> thresholds, IEnumerable<SplinePiece> pieces)
    {
        Thresholds = [.. thresholds];
        Pieces = [.. pieces];
        ArgumentOutOfRangeException.ThrowIfNotEqual(Pieces.Length, Thresholds.Length + 1);
        Shifts = [.. Pieces.Where(piece => piece.NeedsPowers).Select(piece => piece.Shift).Distinct().Order()];
    }

    /// <summary>Where a piece ends and the next begins, the lowest first, at the input's scale.</summary>
    internal ImmutableArray<long> Thresholds { get; }

    /// <summary>One more than there are thresholds.</summary>
    internal ImmutableArray<SplinePiece> Pieces { get; }

    /// <summary>The different cuts of x whose powers are wanted: one opening each.</summary>
    internal ImmutableArray<int> Shifts { get; }

    internal IEnumerable<SplinePiece> Truncated => Pieces.Where(piece => piece.Truncation > 0);

    /// <inheritdoc/>
    public override string ToString() => $"{Pieces.Length} pieces, {Shifts.Length} openings";
}
