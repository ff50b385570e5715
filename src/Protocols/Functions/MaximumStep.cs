using System.Collections.Immutable;
using PrivacyGrains.Protocols.Comparison;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>The greatest of every row by whichever means: keys in one round for each halving of the columns, a <see cref="Tournament"/> elsewhere.</summary>
/// <remarks>With keys, neighbours a and b become b + max(a - b, 0) (<see cref="KeyedRelu"/>): exact. A last column without a partner goes on to the next level.</remarks>
/// <param name="Scheme">How values are shared.</param>
/// <param name="Rows">Rows, at least 0.</param>
/// <param name="Columns">Columns, at least 1.</param>
/// <param name="Reach">How far numbers of a row are apart, and whether keys are dealt.</param>
internal readonly record struct MaximumStep(SharingScheme Scheme, int Rows, int Columns, ComparisonReach Reach)
{
    internal ImmutableArray<CorrelationRequest> Requests
    {
        get
        {
            var bits = Reach.Bits;
            return Reach.Keyed
                ? [.. Pairs().SelectMany(pairs => KeyedRelu.Requests(pairs, 0, bits))]
                : Tournament.Requests(Scheme, Rows, Columns, indexed: false, Reach);
        }
    }

    internal ImmutableArray<int> WordsPerRound => Reach.Keyed
        ? [.. Pairs().SelectMany(pairs => KeyedRelu.WordsPerRound(pairs))]
        : Tournament.WordsPerRound(Scheme, Rows, Columns, indexed: false, Reach);

    /// <summary>Leaves one number for each row, in one dimension.</summary>
    internal IEnumerable<AwaitingPeers[]> Script(Committee committee, ShareTensor x, Correlations correlations, Slot<ShareTensor> slot) => Reach.Keyed
        ? KeyedScript(committee, x, [.. Pairs().Select(KeysFor(correlations))], slot)
        : RowMaximum.Script(committee, x, Tournament.Take(committee, x.Shape, correlations, indexed: false, Reach), slot);

    private static IEnumerable<AwaitingPeers[]> KeyedScript(Committee committee, ShareTensor x, ReluKeys[] levels, Slot<ShareTensor> slot)
    {
        foreach (var keys in levels)
        {
            var columns = x.Shape.Columns;
            var left = x.Columns([.. Enumerable.Range(0, columns / 2).Select(i => 2 * i)]);
            var right = x.Columns([.. Enumerable.Range(0, columns / 2).Select(i => (2 * i) + 1)]);
            var lead = KeyedRelu.Begin(committee, left.Subtract(right), keys);
            yield return [lead];
            var greater = right.Add(lead.Result);
            x = columns % 2 == 0 ? greater : ShareTensor.ConcatenateColumns(greater, x.Columns([columns - 1]));
        }

        slot.Value = x.Flat();
    }

    private Func<int, ReluKeys> KeysFor(Correlations correlations)
    {
        var bits = Reach.Bits;
        return pairs => correlations.TakeReluKeys(pairs, 0, bits);
    }

    private IEnumerable<int> Pairs()
    {
        for (var left = Columns; left > 1; left = (left + 1) / 2)
        {
            yield return checked(Rows * (left / 2));
        }
    }
}
