using System.Collections.Immutable;
using PrivacyGrains.Protocols.Comparison;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Truncation;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>A public piecewise polynomial on shared numbers: which piece applies stays secret. One round more than a comparison.</summary>
/// <remarks>
/// While the thresholds are compared, one opening gives the powers of the numbers (<see cref="MaskedPowers"/>), and so every piece's polynomial on every
/// number is a local sum. The one-hot bits of the pieces, exclusive ors of neighbouring thresholds' bits and so local, select: one more round truncates each
/// piece and multiplies it with its bit (<see cref="TruncatedSelection"/>). Outside its own piece a polynomial may leave the headroom, and its truncation is
/// then any number; multiplied by the bit zero it is zero exactly. Security is that of comparison, truncation and selection: semi-honest, the
/// dealer apart.
/// </remarks>
internal static class Spline
{
    internal static ImmutableArray<CorrelationRequest> Requests(SharingScheme scheme, int count, SplineTable table, ComparisonReach? reach = null) =>
    [
        .. table.Shifts.Select(shift => CorrelationRequest.PowerMask(count, shift)),
        .. table.Thresholds.IsEmpty
            ? table.Pieces.Where(piece => piece.Truncation > 0).Select(piece => CorrelationRequest.Truncation(count, piece.Truncation))
            : Comparing.Requests(scheme, count, table.Thresholds.Length, table.Reach(scheme, count, reach)),
        .. table.Selected.Select(piece => piece.Truncation > 0 ? CorrelationRequest.TruncatedSelection(count, piece.Truncation) : CorrelationRequest.Selection(count)),
    ];

    internal static ImmutableArray<int> WordsPerRound(SharingScheme scheme, int count, SplineTable table, ComparisonReach? reach = null)
    {
        ImmutableArray<int> openings = table.Shifts.IsEmpty ? [] : [checked(table.Shifts.Length * count)];
        return table.Thresholds.IsEmpty
            ? Traffic.InTurn(openings, table.Pieces[0].Truncation > 0 ? [count] : [])
            : Traffic.InTurn(
                Traffic.SideBySide(Comparing.WordsPerRound(scheme, count, table.Thresholds.Length, table.Reach(scheme, count, reach)), openings),
                [checked(table.Selected.Count() * Selection.WordsPerRound(count)[0])]);
    }

    /// <summary>Takes what <see cref="Requests"/> lists, at once.</summary>
    internal static Material Take(Committee committee, int count, SplineTable table, Correlations correlations, ComparisonReach? reach = null)
    {
        ArgumentNullException.ThrowIfNull(correlations);
        PowerMask[] powers = [.. table.Shifts.Select(shift => correlations.TakePowerMask(count, shift))];
        return table.Thresholds.IsEmpty
            ? new Material(table, powers, table.Pieces[0].Truncation > 0 ? correlations.TakeTruncation(count, table.Pieces[0].Truncation) : null, null, [])
            : new Material(
                table, powers, null, Comparing.Take(committee, count, table.Thresholds, table.Reach(committee.Scheme, count, reach), correlations),
                [.. table.Selected.Select(piece => (SingleUse)(piece.Truncation > 0 ? correlations.TakeTruncatedSelection(count, piece.Truncation) : correlations.TakeSelection(count)))]);
    }

    internal static IEnumerable<AwaitingPeers[]> Script(Committee committee, ShareTensor x, Material material, Slot<ShareTensor> slot)
    {
        var table = material.Table;
        var powers = new Slot<ShareTensor[][]>();
        var raise = Powers(committee, x, material.Powers, powers);
        var bits = new Slot<ImmutableArray<BitShares>>();
        var compare = material.Comparison is null ? [] : Comparing.Script(committee, x, table.Thresholds, material.Comparison, bits);
        foreach (var round in Sharing.Script.SideBySide(compare, raise))
        {
            yield return round;
        }

        if (material.Comparison is null)
        {
            var only = Sum(committee, table.Pieces[0], x, table, powers.Value);
            if (material.Truncation is { } tuple)
            {
                var truncation = MaskedTruncation.Begin(committee, only, tuple);
                yield return [truncation];
                only = truncation.Result;
            }

            slot.Value = only;
            yield break;
        }

        var parts = new List<Slot<ShareTensor>>();
        var selections = new List<IEnumerable<AwaitingPeers[]>>();
        for (var i = 0; i < table.Pieces.Length; i++)
        {
            if (!table.Pieces[i].IsZero)
            {
                var (made, applies, part) = (Sum(committee, table.Pieces[i], x, table, powers.Value), OneHot(committee, bits.Value, i), new Slot<ShareTensor>());
                selections.Add(material.Selections[parts.Count] is TruncatedSelectionTuple fused
                    ? TruncatedSelection.Script(committee, made, applies, fused, part)
                    : Selection.Script(committee, made, applies, (SelectionTuple)material.Selections[parts.Count], part));
                parts.Add(part);
            }
        }

        foreach (var round in Sharing.Script.SideBySide([.. selections]))
        {
            yield return round;
        }

        var total = parts[0].Value.Words.ToArray();
        foreach (var part in parts.Skip(1))
        {
            committee.Scheme.Algebra.Add(total, part.Value.Words, total);
        }

        slot.Value = ShareTensor.Own(committee.Scheme, committee.Self, x.Shape, total);
    }

    private static IEnumerable<AwaitingPeers[]> Powers(Committee committee, ShareTensor x, PowerMask[] masks, Slot<ShareTensor[][]> slot)
    {
        var openings = masks.Select(mask => MaskedPowers.Begin(committee, x, mask)).ToArray();
        if (openings.Length > 0)
        {
            yield return openings;
        }

        slot.Value = [.. openings.Select(opening => opening.Result)];
    }

    private static ShareTensor Sum(Committee committee, SplinePiece piece, ShareTensor x, SplineTable table, ShareTensor[][] powersOf)
    {
        ShareTensor[] powers = piece.NeedsPowers ? powersOf[table.Shifts.IndexOf(piece.Shift)] : [x];
        var words = new ulong[x.Shape.Length];
        var constant = committee.Scheme.AddsConstants(committee.Self) ? piece.Coefficients[0] : 0;
        ulong Coefficient(int k) => k < piece.Coefficients.Length ? piece.Coefficients[k] : 0;
        if (committee.Scheme.Kind == SharingKind.Additive)
        {
            SumRing(words, constant, powers[0].Words, Coefficient(1), powers[Math.Min(1, powers.Length - 1)].Words, Coefficient(2), powers[^1].Words, Coefficient(3));
        }
        else
        {
            var (algebra, term) = (committee.Scheme.Algebra, new ulong[words.Length]);
            Array.Fill(words, constant);
            for (var k = 1; k < piece.Coefficients.Length; k++)
            {
                algebra.Scale(powers[k - 1].Words, piece.Coefficients[k], term);
                algebra.Add(words, term, words);
            }
        }

        return ShareTensor.Own(committee.Scheme, committee.Self, x.Shape, words);
    }

    private static void SumRing(
        Span<ulong> sum, ulong constant, ReadOnlySpan<ulong> x, ulong c1, ReadOnlySpan<ulong> square, ulong c2, ReadOnlySpan<ulong> cube, ulong c3)
    {
        unchecked
        {
            for (var i = 0; i < sum.Length; i++)
            {
                sum[i] = constant + (c1 * x[i]) + (c2 * square[i]) + (c3 * cube[i]);
            }
        }
    }

    // Piece i applies where threshold i - 1 is reached and threshold i is not; thresholds are reached in order, so that is an exclusive or.
    internal static BitShares OneHot(Committee committee, ImmutableArray<BitShares> reached, int piece)
    {
        var words = piece == 0 ? new ulong[reached[0].Words.Length] : reached[piece - 1].Words.ToArray();
        if (piece == 0 && committee.Self == 0)
        {
            Array.Fill(words, ulong.MaxValue);
        }

        if (piece < reached.Length)
        {
            PrivacyGrains.Arithmetic.PackedBits.Xor(words, reached[piece].Words, words);
        }

        return BitShares.Own(committee.Scheme.Parties, committee.Self, reached[0].Length, words);
    }

    /// <summary>One evaluation's correlations.</summary>
    internal sealed record Material(
        SplineTable Table, PowerMask[] Powers, TruncationTuple? Truncation, Comparing.Material? Comparison, SingleUse[] Selections);
}
