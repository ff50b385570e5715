using System.Collections.Immutable;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>A public piecewise polynomial of degree three at most, ready for one algebra and one number of fractional bits.</summary>
/// <remarks>Made by <see cref="SplineFit"/>; evaluated on shares by <see cref="Spline"/>.</remarks>
internal sealed class SplineTable
{
    internal SplineTable(IEnumerable<long> thresholds, IEnumerable<SplinePiece> pieces, int slack)
    {
        Slack = slack;
        Thresholds = [.. thresholds];
        Pieces = [.. pieces];
        ArgumentOutOfRangeException.ThrowIfNotEqual(Pieces.Length, Thresholds.Length + 1);
        Shifts = [.. Pieces.Where(piece => piece.NeedsPowers).Select(piece => piece.Shift).Distinct().Order()];
    }

    /// <summary>Where a piece ends and the next begins, the lowest first, at the input's scale.</summary>
    internal ImmutableArray<long> Thresholds { get; }

    /// <summary>One more than there are thresholds.</summary>
    internal ImmutableArray<SplinePiece> Pieces { get; }

    /// <summary>How many low bits of x a comparison with the thresholds may leave out.</summary>
    internal int Slack { get; }

    /// <summary>The different cuts of x whose powers are wanted: one opening each.</summary>
    internal ImmutableArray<int> Shifts { get; }

    /// <summary>The pieces that are selected: those that are not zero, where there are several.</summary>
    internal IEnumerable<SplinePiece> Selected => Thresholds.IsEmpty ? [] : Pieces.Where(piece => !piece.IsZero);

    /// <summary>The pieces that numbers from one to another can meet.</summary>
    internal SplineTable Within(long lower, long upper)
    {
        var first = Thresholds.Count(threshold => threshold <= lower);
        var last = Thresholds.Count(threshold => threshold <= upper);
        return first == 0 && last == Thresholds.Length ? this : new SplineTable(Thresholds[first..last], Pieces[first..(last + 1)], Slack);
    }

    /// <summary>How to compare: as is known of the numbers, or for any; the comparison leaves out the bits that do not matter to the pieces.</summary>
    internal ComparisonReach Reach(SharingScheme scheme, int count, ComparisonReach? known)
    {
        var reach = known ?? Comparing.Unbounded(scheme, count, Thresholds.Length);
        if (scheme.Kind != SharingKind.Additive || Slack == 0)
        {
            return reach;
        }

        var bits = Math.Min(reach.Bits + 1, scheme.Algebra.Bits); // what is left out must not carry the greatest difference over the top
        return reach with { Bits = bits, LeftOut = Math.Min(Slack, bits - 3) };
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Pieces.Length} pieces, {Shifts.Length} openings";
}
