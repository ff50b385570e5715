using System.Collections.Immutable;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Comparison;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>The greatest number of every row of a shared matrix, exact, in 12 rounds for up to 16 columns of few numbers.</summary>
/// <remarks>
/// Source: the tree of comparisons and selections, here with several numbers to a group (<see cref="Tournament"/>), as in Knott et al., "CrypTen: Secure Multi-Party Computation Meets Machine Learning",
/// NeurIPS 2021 (maximum by tree reduction). <see cref="ThresholdComparison"/> or <see cref="KeyedComparison"/> of
/// differences with zero, then <see cref="Selection"/>; their security. Any two numbers of a row must differ by less than 2^63 in Z_2^64 and 2^59 in F_p. Which column won stays secret.
/// </remarks>
public static class RowMaximum
{
    /// <summary>What the dealer must make, in the order in which it is taken.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="rows">Rows, at least 0.</param>
    /// <param name="columns">Columns, at least 1.</param>
    public static ImmutableArray<CorrelationRequest> Requests(SharingScheme scheme, int rows, int columns) =>
        Tournament.Requests(scheme, rows, columns, indexed: false);

    /// <summary>Words to each peer, round by round; none for one column.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="rows">Rows, at least 0.</param>
    /// <param name="columns">Columns, at least 1.</param>
    public static ImmutableArray<int> WordsPerRound(SharingScheme scheme, int rows, int columns) =>
        Tournament.WordsPerRound(scheme, rows, columns, indexed: false);

    /// <summary>Starts; takes the correlations of <see cref="Requests"/> at once.</summary>
    /// <param name="committee">Who computes.</param>
    /// <param name="x">This party's share of a matrix with at least one column.</param>
    /// <param name="correlations">This party's correlations.</param>
    /// <returns>The first round; at the end a share of one number per row, in one dimension.</returns>
    /// <exception cref="ArgumentException">The share is not this party's, or no matrix with a column.</exception>
    public static Phase<ShareTensor> Begin(Committee committee, ShareTensor x, Correlations correlations)
    {
        Shares.RequireOf(committee, x);
        Tournament.RequireRows(x);
        var levels = Tournament.Take(committee, x.Shape, correlations, indexed: false);
        return Phase<ShareTensor>.Start(committee, slot => Script(committee, x, levels, slot));
    }

    internal static IEnumerable<AwaitingPeers[]> Script(Committee committee, ShareTensor x, Tournament.Level[] levels, Slot<ShareTensor> slot)
    {
        var won = new Slot<(ShareTensor Values, ShareTensor? Indices)>();
        foreach (var round in Tournament.Script(committee, x, levels, indexed: false, won))
        {
            yield return round;
        }

        slot.Value = won.Value.Values;
    }
}
