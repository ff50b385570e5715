using System.Collections.Immutable;
using PrivacyGrains.Protocols.Comparison;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Truncation;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>A public piecewise polynomial on shared numbers: which piece applies stays secret. One round more than a comparison.</summary>
/// <remarks>
/// While the thresholds are compared, every piece is made on every number: one opening gives its powers (<see cref="MaskedPowers"/>), a local sum each
/// polynomial, one truncation its scale. Outside its own piece a polynomial may leave the headroom, and its truncation is then any number; the one-hot
/// bits of the pieces, exclusive ors of neighbouring thresholds' bits and so local, select the right one and multiply the others by zero exactly
/// (<see cref="Selection"/>), in the last round. Security is that of comparison, truncation and selection: semi-honest, the dealer apart.
/// </remarks>
internal static class Spline
{
    internal static ImmutableArray<CorrelationRequest> Requests(SharingScheme scheme, int count, SplineTable table) =>
    [
        .. table.Thresholds.IsEmpty ? [] : Comparing.Requests(scheme, count, table.Thresholds.Length),
        .. table.Shifts.Select(shift => CorrelationRequest.PowerMask(count, shift)),
        .. table.Truncated.Select(piece => CorrelationRequest.Truncation(count, piece.Truncation)),
        .. Selected(table).SelectMany(_ => Selection.Requests(count)),
    ];

    internal static ImmutableArray<int> WordsPerRound(SharingScheme scheme, int count, SplineTable table)
    {
        ImmutableArray<int> openings = table.Shifts.IsEmpty ? [] : [checked(table.Shifts.Length * count)];
        ImmutableArray<int> truncations = table.Truncated.Any() ? [checked(table.Truncated.Count() * count)] : [];
        return Traffic.InTurn(
            Traffic.SideBySide(
                table.Thresholds.IsEmpty ? [] : Comparing.WordsPerRound(scheme, count, table.Thresholds.Length),
                Traffic.InTurn(openings, truncations)),
            table.Thresholds.IsEmpty ? [] : [checked(Selected(table).Count() * Selection.WordsPerRound(count)[0])]);
    }

    /// <summary>Takes what <see cref="Requests"/> lists, at once.</summary>
    internal static Material Take(Committee committee, int count, SplineTable table, Correlations correlations)
    {
        ArgumentNullException.ThrowIfNull(correlations);
        return new Material(
            table,
            table.Thresholds.IsEmpty ? null : Comparing.Take(committee, count, table.Thresholds, correlations),
            [.. table.Shifts.Select(shift => correlations.TakePowerMask(count, shift))],
            [.. table.Truncated.Select(piece => correlations.TakeTruncation(count, piece.Truncation))],
            [.. Selected(table).Select(_ => correlations.TakeSelection(count))]);
    }

    internal static IEnumerable<AwaitingPeers[]> Script(Committee committee, ShareTensor x, Material material, Slot<ShareTensor> slot)
    {
        var (table, comparison, _, _, selections) = material;
        var pieces = new Slot<ShareTensor[]>();
        var make = Pieces(committee, x, material, pieces);
        if (comparison is null)
        {
            foreach (var round in make)
            {
                yield return round;
            }

            slot.Value = pieces.Value[0];
            yield break;
        }

        var bits = new Slot<ImmutableArray<BitShares>>();
        foreach (var round in Sharing.Script.SideBySide(Comparing.Script(committee, x, table.Thresholds, comparison, bits), make))
        {
            yield return round;
        }

        var chosen = Selected(table).Select((i, at) =>
        {
            var part = new Slot<ShareTensor>();
            return (Part: part, Script: Selection.Script(committee, pieces.Value[i], OneHot(committee, bits.Value, i), selections[at], part));
        }).ToArray();
        foreach (var round in Sharing.Script.SideBySide([.. chosen.Select(one => one.Script)]))
        {
            yield return round;
        }

        slot.Value = chosen.Select(one => one.Part.Value).Aggregate((sum, part) => sum.Add(part));
    }

    private static IEnumerable<int> Selected(SplineTable table) =>
        table.Thresholds.IsEmpty ? [] : Enumerable.Range(0, table.Pieces.Length).Where(i => !table.Pieces[i].IsZero);

    private static IEnumerable<AwaitingPeers[]> Pieces(Committee committee, ShareTensor x, Material material, Slot<ShareTensor[]> slot)
    {
        var table = material.Table;
        var openings = material.Powers.Select(mask => MaskedPowers.Begin(committee, x, mask)).ToArray();
        if (openings.Length > 0)
        {
            yield return openings;
        }

        var made = table.Pieces.Select(piece =>
            Sum(committee, piece, piece.NeedsPowers ? openings[table.Shifts.IndexOf(piece.Shift)].Result : [x])).ToArray();
        var truncated = Enumerable.Range(0, made.Length).Where(i => table.Pieces[i].Truncation > 0).ToArray();
        var truncations = truncated.Select((i, at) => MaskedTruncation.Begin(committee, made[i], material.Truncations[at])).ToArray();
        if (truncations.Length > 0)
        {
            yield return truncations;
        }

        foreach (var (truncation, i) in truncations.Zip(truncated))
        {
            made[i] = truncation.Result;
        }

        slot.Value = made;
    }

    private static ShareTensor Sum(Committee committee, SplinePiece piece, ShareTensor[] powers)
    {
        var constant = new ulong[powers[0].Shape.Length];
        Array.Fill(constant, piece.Coefficients[0]);
        if (piece.Coefficients.Length == 1)
        {
            return ShareTensor.Own(committee.Scheme, committee.Self, powers[0].Shape, new ulong[constant.Length]).AddPublic(constant);
        }

        var sum = powers[0].Scale(piece.Coefficients[1]).AddPublic(constant);
        for (var k = 2; k < piece.Coefficients.Length; k++)
        {
            sum = sum.Add(powers[k - 1].Scale(piece.Coefficients[k]));
        }

        return sum;
    }

    // Piece i applies where threshold i - 1 is reached and threshold i is not; thresholds are reached in order, so that is an exclusive or.
    private static BitShares OneHot(Committee committee, ImmutableArray<BitShares> reached, int piece)
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
        SplineTable Table, Comparing.Material? Comparison, PowerMask[] Powers, TruncationTuple[] Truncations,
        SelectionTuple[] Selections);
}
