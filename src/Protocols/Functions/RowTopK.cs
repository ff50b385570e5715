using System.Collections.Immutable;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Comparison;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>The k greatest numbers of every row of a shared matrix with their columns, the greatest first, exact; ties go to the lower column.</summary>
/// <remarks>
/// Source: comparison counting, Knuth, "The Art of Computer Programming", volume 3, section 5.2, algorithm C: all pairs of a row are compared at once,
/// so that a number's rank is how many beat it, a local sum of shared bits; rank r is told by thresholds, and the number of rank r is a sum of selections. Rounds do not depend
/// on k or the columns: twice a comparison, a conversion and a selection, 16, where k maxima take 12 k and Batcher's network 8 for each of its log2(n) (log2(n) + 1) / 2 levels. Comparisons are
/// n (n - 1) / 2 a row, which is why there is a limit to n. Differences of a row must lie in the comparison's range. Security is that of comparison
/// and selection: semi-honest, the dealer apart.
/// </remarks>
public static class RowTopK
{
    /// <summary>The most columns.</summary>
    public const int MaximumColumns = 256;

    private static readonly ImmutableArray<long> Zero = [0];

    /// <summary>What the dealer must make, in the order in which it is taken.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="rows">Rows, at least 0.</param>
    /// <param name="columns">Columns, 2 to 256.</param>
    /// <param name="k">How many, 1 to the number of columns.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number lies outside.</exception>
    public static ImmutableArray<CorrelationRequest> Requests(SharingScheme scheme, int rows, int columns, int k)
    {
        var (pairs, count) = Sizes(rows, columns, k);
        return
        [
            .. Comparing.Requests(scheme, pairs, 1, Comparing.Unbounded(scheme, pairs, 1)), CorrelationRequest.SharedBit(pairs),
            .. Comparing.Requests(scheme, count, k, RankReach(scheme, count, columns, k)),
            .. Enumerable.Repeat(CorrelationRequest.Selection(count), 2 * k),
        ];
    }

    /// <summary>Words to each peer, round by round.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="rows">Rows, at least 0.</param>
    /// <param name="columns">Columns, 2 to 256.</param>
    /// <param name="k">How many, 1 to the number of columns.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number lies outside.</exception>
    public static ImmutableArray<int> WordsPerRound(SharingScheme scheme, int rows, int columns, int k)
    {
        var (pairs, count) = Sizes(rows, columns, k);
        return Traffic.InTurn(
            Comparing.WordsPerRound(scheme, pairs, 1, Comparing.Unbounded(scheme, pairs, 1)), [PrivacyGrains.Arithmetic.PackedBits.WordsFor(pairs)],
            Comparing.WordsPerRound(scheme, count, k, RankReach(scheme, count, columns, k)), [2 * k * Selection.WordsPerRound(count)[0]]);
    }

    /// <summary>Starts; takes the correlations of <see cref="Requests"/> at once.</summary>
    /// <param name="committee">Who computes.</param>
    /// <param name="x">This party's share of a matrix.</param>
    /// <param name="k">How many, 1 to the number of columns.</param>
    /// <param name="correlations">This party's correlations.</param>
    /// <returns>The first round; at the end shares of rows x k numbers and of as many columns, whole numbers from 0 with no fractional bits.</returns>
    /// <exception cref="ArgumentException">The share is not this party's or no matrix, or a number lies outside.</exception>
    public static Phase<(ShareTensor Values, ShareTensor Indices)> Begin(Committee committee, ShareTensor x, int k, Correlations correlations)
    {
        Shares.RequireOf(committee, x);
        Tournament.RequireRows(x);
        ArgumentNullException.ThrowIfNull(correlations);
        _ = Sizes(x.Shape.Rows, x.Shape.Columns, k);
        return Phase<(ShareTensor Values, ShareTensor Indices)>.Start(committee, slot => Script(committee, x, k, correlations, slot));
    }

    internal static IEnumerable<AwaitingPeers[]> Script(
        Committee committee, ShareTensor x, int k, Correlations correlations, Slot<(ShareTensor Values, ShareTensor Indices)> slot)
    {
        var (scheme, rows, columns) = (committee.Scheme, x.Shape.Rows, x.Shape.Columns);
        var (pairs, count) = Sizes(rows, columns, k);
        var bracket = Bracket.Whole(columns);
        ImmutableArray<long> ranks = [.. Enumerable.Range(1, k).Select(r => (long)r)];
        var compare = Comparing.Take(committee, pairs, Zero, Comparing.Unbounded(scheme, pairs, 1), correlations);
        var convert = correlations.TakeSharedBit(pairs);
        var tell = Comparing.Take(committee, count, ranks, RankReach(scheme, count, columns, k), correlations);
        SelectionTuple[] tuples = [.. Enumerable.Range(0, 2 * k).Select(_ => correlations.TakeSelection(count))];

        // 1. All pairs, the lower column against the higher; as numbers.
        var lead = x.ColumnDifferences([.. bracket.Pairs.Select(p => p.Left)], [.. bracket.Pairs.Select(p => p.Right)]).Flat();
        var bits = new Slot<ImmutableArray<BitShares>>();
        foreach (var round in Comparing.Script(committee, lead, Zero, compare, bits))
        {
            yield return round;
        }

        var wins = BitConversion.Begin(committee, bits.Value[0], convert, TensorShape.Of(rows, bracket.Pairs.Length));
        yield return [wins];

        // 2. How many beat each number: its rank, told apart by thresholds 1 to k.
        var rank = Ranks(wins.Result, bracket, columns);
        var reached = new Slot<ImmutableArray<BitShares>>();
        foreach (var round in Comparing.Script(committee, rank, ranks, tell, reached))
        {
            yield return round;
        }

        // 3. The number of each rank, and its column.
        var indices = Tournament.ColumnNumbers(committee, x.Shape).Flat();
        var parts = tuples.Select(_ => new Slot<ShareTensor>()).ToArray();
        var selections = parts.Select((part, i) => Selection.Script(
            committee, i < k ? x.Flat() : indices, Spline.OneHot(committee, reached.Value, i % k), tuples[i], part));
        foreach (var round in Sharing.Script.SideBySide([.. selections]))
        {
            yield return round;
        }

        var ones = new ulong[columns];
        Array.Fill(ones, 1UL);
        ShareTensor[] sums = [.. parts.Select(part => part.Value.Reshape(x.Shape).MultiplyPublicMatrix(ones, 1))];
        slot.Value = (ShareTensor.ConcatenateColumns(sums[..k]), ShareTensor.ConcatenateColumns(sums[k..]));
    }

    // Column j is beaten by a lower column i where the pair's bit is 1, and by a higher one where it is 0: a public combination of the bits, row by row.
    private static ShareTensor Ranks(ShareTensor wins, Bracket bracket, int columns)
    {
        var algebra = wins.Scheme.Algebra;
        var combination = new ulong[bracket.Pairs.Length * columns];
        var start = new ulong[columns];
        for (var p = 0; p < bracket.Pairs.Length; p++)
        {
            var (left, right) = bracket.Pairs[p];
            combination[(p * columns) + right] = 1;
            combination[(p * columns) + left] = algebra.FromSigned(-1);
            start[left]++;
        }

        var constants = new ulong[wins.Shape.Rows * columns];
        for (var i = 0; i < constants.Length; i++)
        {
            constants[i] = start[i % columns];
        }

        return wins.MultiplyPublicMatrix(combination, columns).AddPublic(constants).Flat();
    }

    private static (int Pairs, int Count) Sizes(int rows, int columns, int k)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(columns, MaximumColumns);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, columns);
        return (checked(rows * (columns * (columns - 1) / 2)), checked(rows * columns));
    }

    // Ranks and thresholds lie in 0 to 256: ten bits with the sign.
    private static ComparisonReach RankReach(SharingScheme scheme, int count, int columns, int k) =>
        Comparing.Unbounded(scheme, count, k) with { Bits = scheme.Kind == SharingKind.Additive ? 4 + System.Numerics.BitOperations.Log2((uint)columns) : scheme.Algebra.Bits };
}
