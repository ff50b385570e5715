using System.Collections.Immutable;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Comparison;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>The greatest of every row, by comparing within groups and keeping each group's winner until one is left, with its index where that is wanted.</summary>
/// <remarks>
/// A level (<see cref="Bracket"/>) compares all pairs of each group in one call; a column has won where it is no less than those after it and greater
/// than those before it, so that ties go to the lower column: an AND of shared bits, in a tree. With h the bits of having won, the winner is
/// last + sum of (x - last) h over the group's others, one round of selections; an index is kept by the same bits. All rows share the rounds.
/// </remarks>
internal static class Tournament
{
    private static readonly ImmutableArray<long> Zero = [0];

    internal static ImmutableArray<CorrelationRequest> Requests(SharingScheme scheme, int rows, int columns, bool indexed, ComparisonReach? reach = null) =>
    [
        .. Bracket.Levels(rows, columns).SelectMany(level => (ImmutableArray<CorrelationRequest>)
        [
            .. Comparing.Requests(scheme, checked(rows * level.Pairs.Length), 1, reach ?? Comparing.Unbounded(scheme, rows * level.Pairs.Length, 1)),
            .. level.Gates().Select(gates => CorrelationRequest.BitTriple(PackedBits.WordsFor(checked(rows * gates)))),
            .. Enumerable.Repeat(CorrelationRequest.Selection(rows * level.Candidates.Length), indexed ? 2 : 1),
        ]),
    ];

    internal static ImmutableArray<int> WordsPerRound(SharingScheme scheme, int rows, int columns, bool indexed, ComparisonReach? reach = null) =>
    [
        .. Bracket.Levels(rows, columns).SelectMany(level => (ImmutableArray<int>)
        [
            .. Comparing.WordsPerRound(scheme, checked(rows * level.Pairs.Length), 1, reach ?? Comparing.Unbounded(scheme, rows * level.Pairs.Length, 1)),
            .. level.Gates().Select(gates => 2 * PackedBits.WordsFor(checked(rows * gates))),
            (indexed ? 2 : 1) * Selection.WordsPerRound(rows * level.Candidates.Length)[0],
        ]),
    ];

    /// <summary>Takes every level's correlations, in order.</summary>
    internal static Level[] Take(Committee committee, TensorShape shape, Correlations correlations, bool indexed, ComparisonReach? reach = null)
    {
        ArgumentNullException.ThrowIfNull(correlations);
        var rows = shape.Rows;
        return
        [
            .. Bracket.Levels(rows, shape.Columns).Select(level => new Level(
                level,
                Comparing.Take(
                    committee, rows * level.Pairs.Length, Zero, reach ?? Comparing.Unbounded(committee.Scheme, rows * level.Pairs.Length, 1), correlations),
                [.. level.Gates().Select(gates => correlations.TakeBitTriple(PackedBits.WordsFor(rows * gates)))],
                correlations.TakeSelection(rows * level.Candidates.Length),
                indexed ? correlations.TakeSelection(rows * level.Candidates.Length) : null)),
        ];
    }

    internal static IEnumerable<AwaitingPeers[]> Script(
        Committee committee, ShareTensor x, Level[] levels, bool indexed, Slot<(ShareTensor Values, ShareTensor? Indices)> slot)
    {
        var values = x;
        var indices = indexed ? ColumnNumbers(committee, x.Shape) : null;
        foreach (var level in levels)
        {
            var lead = values.ColumnDifferences([.. level.Bracket.Pairs.Select(p => p.Left)], [.. level.Bracket.Pairs.Select(p => p.Right)]).Flat();
            var bits = new Slot<ImmutableArray<BitShares>>();
            foreach (var round in Comparing.Script(committee, lead, Zero, level.Comparison, bits))
            {
                yield return round;
            }

            var results = new WinnerBits(committee, x.Shape.Rows, level.Bracket, bits.Value[0]);
            foreach (var triple in level.Triples)
            {
                var joined = results.Join(committee, triple);
                yield return [joined];
            }

            var won = results.Won(committee);
            var (keptValues, keptIndices) = (new Slot<ShareTensor>(), new Slot<ShareTensor>());
            var select = Keep(committee, values, level.Bracket, won, level.Value, keptValues);
            var selectIndex = indices is null ? [] : Keep(committee, indices, level.Bracket, won, level.Index!, keptIndices);
            foreach (var round in Sharing.Script.SideBySide(select, selectIndex))
            {
                yield return round;
            }

            values = keptValues.Value;
            indices = indices is null ? null : keptIndices.Value;
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

    private static IEnumerable<AwaitingPeers[]> Keep(
        Committee committee, ShareTensor x, Bracket bracket, BitShares won, SelectionTuple tuple, Slot<ShareTensor> slot)
    {
        var (rows, candidates) = (x.Shape.Rows, bracket.Candidates.Length);
        var lead = x.ColumnDifferences([.. bracket.Candidates.Select(c => c.Column)], [.. bracket.Candidates.Select(c => c.Last)]);
        var part = new Slot<ShareTensor>();
        foreach (var round in Selection.Script(committee, lead.Flat(), won, tuple, part))
        {
            yield return round;
        }

        int[] lasts = [.. Enumerable.Range(0, bracket.Groups).Select(bracket.LastOf)];
        var words = x.Columns(lasts).Words.ToArray();
        var algebra = committee.Scheme.Algebra;
        var column = new ulong[rows];
        for (var c = 0; c < candidates; c++)
        {
            var group = bracket.Candidates[c].Group;
            for (var row = 0; row < rows; row++)
            {
                column[row] = part.Value.Words[(row * candidates) + c];
            }

            AddColumn(algebra, words, bracket.Groups, group, column);
        }

        slot.Value = ShareTensor.Own(committee.Scheme, committee.Self, TensorShape.Of(rows, bracket.Groups), words);
    }

    private static void AddColumn(WordAlgebra algebra, ulong[] words, int columns, int at, ulong[] summand)
    {
        var sum = new ulong[summand.Length];
        for (var row = 0; row < summand.Length; row++)
        {
            sum[row] = words[(row * columns) + at];
        }

        algebra.Add(sum, summand, sum);
        for (var row = 0; row < summand.Length; row++)
        {
            words[(row * columns) + at] = sum[row];
        }
    }

    // A public number's share: the constant where the scheme adds constants, else zero.
    internal static ShareTensor ColumnNumbers(Committee committee, TensorShape shape)
    {
        var words = new ulong[shape.Length];
        for (var i = 0; i < words.Length && committee.Scheme.AddsConstants(committee.Self); i++)
        {
            words[i] = (ulong)(i % shape.Columns);
        }

        return ShareTensor.Own(committee.Scheme, committee.Self, shape, words);
    }

    /// <summary>One level's correlations.</summary>
    internal sealed record Level(Bracket Bracket, Comparing.Material Comparison, BitTriple[] Triples, SelectionTuple Value, SelectionTuple? Index);
}
