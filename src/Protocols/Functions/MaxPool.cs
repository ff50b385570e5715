using System.Collections.Immutable;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>The greatest number of every window of a shared tensor, exact, in the rounds of <see cref="RowMaximum"/>.</summary>
/// <remarks>Gathering the windows is local; then <see cref="RowMaximum"/>, with its security and range.</remarks>
public static class MaxPool
{
    /// <summary>What the dealer must make, in the order in which it is taken.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="images">The input's shape: the window slides over the last two dimensions.</param>
    /// <param name="window">What slides.</param>
    /// <exception cref="ArgumentException">The window does not fit.</exception>
    public static ImmutableArray<CorrelationRequest> Requests(SharingScheme scheme, TensorShape images, PoolingWindow window) =>
        RowMaximum.Requests(scheme, window.Over(images).Length, window.Size);

    /// <summary>Words to each peer, round by round; none for one column.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="images">The input's shape.</param>
    /// <param name="window">What slides.</param>
    /// <exception cref="ArgumentException">The window does not fit.</exception>
    public static ImmutableArray<int> WordsPerRound(SharingScheme scheme, TensorShape images, PoolingWindow window) =>
        RowMaximum.WordsPerRound(scheme, window.Over(images).Length, window.Size);

    /// <summary>Starts; takes the correlations of <see cref="Requests"/> at once.</summary>
    /// <param name="committee">Who computes.</param>
    /// <param name="x">This party's share.</param>
    /// <param name="window">What slides.</param>
    /// <param name="correlations">This party's correlations.</param>
    /// <returns>The first round; at the end a share of <see cref="PoolingWindow.Over"/>'s shape.</returns>
    /// <exception cref="ArgumentException">The share is not this party's, or the window does not fit.</exception>
    public static Phase<ShareTensor> Begin(Committee committee, ShareTensor x, PoolingWindow window, Correlations correlations)
    {
        Shares.RequireOf(committee, x);
        var windows = window.Gather(x);
        var levels = Tournament.Take(committee, windows.Shape, correlations, indexed: false);
        return Phase<ShareTensor>.Start(committee, slot => Script(committee, windows, window.Over(x.Shape), levels, slot));
    }

    internal static IEnumerable<AwaitingPeers[]> Script(
        Committee committee, ShareTensor windows, TensorShape shape, Tournament.Level[] levels, Slot<ShareTensor> slot)
    {
        var greatest = new Slot<ShareTensor>();
        foreach (var round in RowMaximum.Script(committee, windows, levels, greatest))
        {
            yield return round;
        }

        slot.Value = greatest.Value.Reshape(shape);
    }
}
