using System.Collections.Immutable;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Comparison;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>The column of the greatest number in every row of a shared matrix, exact, with that number; ties go to the lower column.</summary>
/// <remarks>
/// <see cref="RowMaximum"/>'s tree, its source, rounds, range and security; the column goes with the winner by a second selection in the same round. It is
/// an index: a shared integer from 0 with no fractional bits, not a one-hot row (<see cref="ZeroTest"/> of its difference to each column gives that).
/// </remarks>
public static class RowArgmax
{
    /// <summary>What the dealer must make, in the order in which it is taken.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="rows">Rows, at least 0.</param>
    /// <param name="columns">Columns, at least 1.</param>
    public static ImmutableArray<CorrelationRequest> Requests(SharingScheme scheme, int rows, int columns) =>
        Tournament.Requests(scheme, rows, columns, indexed: true);

    /// <summary>Words to each peer, round by round; none for one column.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="rows">Rows, at least 0.</param>
    /// <param name="columns">Columns, at least 1.</param>
    public static ImmutableArray<int> WordsPerRound(SharingScheme scheme, int rows, int columns) =>
        Tournament.WordsPerRound(scheme, rows, columns, indexed: true);

    /// <summary>Starts; takes the correlations of <see cref="Requests"/> at once.</summary>
    /// <param name="committee">Who computes.</param>
    /// <param name="x">This party's share of a matrix with at least one column.</param>
    /// <param name="correlations">This party's correlations.</param>
    /// <returns>The first round; at the end shares of one number and one column index per row, each in one dimension.</returns>
    /// <exception cref="ArgumentException">The share is not this party's, or no matrix with a column.</exception>
    public static Phase<(ShareTensor Values, ShareTensor Indices)> Begin(Committee committee, ShareTensor x, Correlations correlations)
    {
        Shares.RequireOf(committee, x);
        Tournament.RequireRows(x);
        var levels = Tournament.Take(committee, x.Shape, correlations, indexed: true);
        return Phase<(ShareTensor Values, ShareTensor Indices)>.Start(committee, slot => Script(committee, x, levels, slot));
    }

    internal static IEnumerable<AwaitingPeers[]> Script(
        Committee committee, ShareTensor x, Tournament.Level[] levels, Slot<(ShareTensor Values, ShareTensor Indices)> slot)
    {
        var won = new Slot<(ShareTensor Values, ShareTensor? Indices)>();
        foreach (var round in Tournament.Script(committee, x, levels, indexed: true, won))
        {
            yield return round;
        }

        slot.Value = (won.Value.Values, won.Value.Indices!);
    }
}
