using System.Collections.Immutable;
using PrivacyGrains.Protocols.Comparison;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>The greatest of every row, by comparing neighbours and keeping the winner until one is left, with its index where that is wanted.</summary>
/// <remarks>
/// Neighbours a (the lower index) and b become b + (a - b) * [a >= b], so that ties go to the lower index; an index is kept by the same bit. All rows and
/// all pairs of a level share its 8 rounds. A last column without a partner goes on to the next level, where it is still the last.
/// </remarks>
internal static class Tournament
{
    private static readonly ImmutableArray<long> Zero = [0];

    internal static ImmutableArray<CorrelationRequest> Requests(SharingScheme scheme, int rows, int columns, bool indexed) =>
    [
        .. Levels(rows, columns).SelectMany(pairs => ThresholdComparison.Requests(scheme, pairs, 1)
            .AddRange(Selection.Requests(pairs)).AddRange(indexed ? Selection.Requests(pairs) : [])),
    ];

    internal static ImmutableArray<int> WordsPerRound(SharingScheme scheme, int rows, int columns, bool indexed) =>
    [
        .. Levels(rows, columns).SelectMany(pairs => Traffic.InTurn(
            ThresholdComparison.WordsPerRound(scheme, pairs, 1),
            Traffic.SideBySide(Selection.WordsPerRound(pairs), indexed ? Selection.WordsPerRound(pairs) : []))),
    ];

    /// <summary>Takes every level's correlations, in order.</summary>
    internal static Level[] Take(Committee committee, TensorShape shape, Correlations correlations, bool indexed)
    {
        ArgumentNullException.ThrowIfNull(correlations);
        return
        [
            .. Levels(shape.Rows, shape.Columns).Select(pairs => new Level(
                ThresholdComparison.Take(committee, pairs, Zero, correlations),
                correlations.TakeSelection(pairs),
                indexed ? correlations.TakeSelection(pairs) : null)),
        ];
    }

    internal static IEnumerable<AwaitingPeers[]> Script(
        Committee committee, ShareTensor x, Level[] levels, bool indexed, Slot<(ShareTensor Values, ShareTensor? Indices)> slot)
    {
        var values = x;
        var indices = indexed ? ColumnNumbers(committee, x.Shape) : null;
        foreach (var level in levels)
        {
            var (left, right) = Pairs(values);
            var lead = left.Subtract(right);
            var bits = new Slot<ImmutableArray<BitShares>>();
            foreach (var round in ThresholdComparison.Script(committee, lead, Zero, level.Comparison, bits))
            {
                yield return round;
            }

            var (kept, keptIndex) = (new Slot<ShareTensor>(), new Slot<ShareTensor>());
            var select = Selection.Script(committee, lead, bits.Value[0], level.Value, kept);
            var (leftIndex, rightIndex) = indices is null ? default : Pairs(indices);
            var selectIndex = indices is null ? [] : Selection.Script(committee, leftIndex.Subtract(rightIndex), bits.Value[0], level.Index!, keptIndex);
            foreach (var round in Sharing.Script.SideBySide(select, selectIndex))
            {
                yield return round;
            }

            indices = indices is null ? null : Next(indices, rightIndex.Add(keptIndex.Value));
            values = Next(values, right.Add(kept.Value));
        }

        var shape = TensorShape.Of(x.Shape.Rows);
        slot.Value = (values.Reshape(shape), indices?.Reshape(shape));
    }

    internal static void RequireRows(ShareTensor x)
    {
        if (x.Shape.Dimensions is not [_, > 0])
        {
            throw new ArgumentException($"Rows of at least one element are wanted; this is a {x}.", nameof(x));
        }
    }

    private static IEnumerable<int> Levels(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        return Pairs();

        IEnumerable<int> Pairs()
        {
            for (var left = columns; left > 1; left = (left + 1) / 2)
            {
                yield return checked(rows * (left / 2));
            }
        }
    }

    // A public number's share: the constant where the scheme adds constants, else zero.
    private static ShareTensor ColumnNumbers(Committee committee, TensorShape shape)
    {
        var words = new ulong[shape.Length];
        for (var i = 0; i < words.Length && committee.Scheme.AddsConstants(committee.Self); i++)
        {
            words[i] = (ulong)(i % shape.Columns);
        }

        return ShareTensor.Own(committee.Scheme, committee.Self, shape, words);
    }

    private static (ShareTensor Left, ShareTensor Right) Pairs(ShareTensor x)
    {
        var pairs = x.Shape.Columns / 2;
        var shape = TensorShape.Of(x.Shape.Rows * pairs);
        var (left, right) = (new ulong[shape.Length], new ulong[shape.Length]);
        for (var i = 0; i < shape.Length; i++)
        {
            var at = (i / pairs * x.Shape.Columns) + (2 * (i % pairs));
            (left[i], right[i]) = (x.Words[at], x.Words[at + 1]);
        }

        return (ShareTensor.Own(x.Scheme, x.Party, shape, left), ShareTensor.Own(x.Scheme, x.Party, shape, right));
    }

    private static ShareTensor Next(ShareTensor before, ShareTensor winners)
    {
        var columns = before.Shape.Columns;
        var shape = TensorShape.Of(before.Shape.Rows, (columns + 1) / 2);
        if (columns % 2 == 0)
        {
            return winners.Reshape(shape);
        }

        var words = new ulong[shape.Length];
        for (var row = 0; row < shape.Rows; row++)
        {
            winners.Words.Slice(row * (columns / 2), columns / 2).CopyTo(words.AsSpan(row * shape.Columns));
            words[((row + 1) * shape.Columns) - 1] = before.Words[((row + 1) * columns) - 1];
        }

        return ShareTensor.Own(before.Scheme, before.Party, shape, words);
    }

    /// <summary>One level's correlations.</summary>
    internal sealed record Level((ComparisonMask Mask, BitTriple[] Triples) Comparison, SelectionTuple Value, SelectionTuple? Index);
}
