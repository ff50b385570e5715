using System.Collections.Immutable;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Learning.Onnx;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Client.Inferences;

/// <summary>A network with its plan.</summary>
/// <param name="Plan">What is computed, on as many records as fit one batch.</param>
/// <param name="Parameters">For each of the plan's <see cref="InferencePlan.Parameters"/> the numbers of its tensors, row-major. Secret where the model is.</param>
/// <param name="Names">For each node of the plan the file's name; safe to show.</param>
public sealed record PlannedNetwork(InferencePlan Plan, ImmutableArray<IReadOnlyList<double[]>> Parameters, ImmutableArray<string> Names)
{
    /// <inheritdoc/>
    public override string ToString() => Plan.ToString();
}

/// <summary>Makes a network a plan: bounds from its weights, as many fractional bits as the ranges leave room for, and where they leave none a clip.</summary>
/// <remarks>
/// Bounds of weights, of biases and of the sum of an output's weights are stated in the plan, rounded up to a power of two, layer by layer: public, they tell so much of a secret model. Ranges are then proven from
/// them and the input's bound. Where a deep network's range grows beyond the headroom, the value before is clipped at the greatest power of two that fits, so that the proof holds whatever the weights are; such a
/// clip lies far beyond what a trained network reaches, shows in the plan, and tells the receiver where it cut something: <see cref="InferencePlan.TellsClips"/>.
/// </remarks>
public static class NetworkPlanning
{
    private const int MostFractionalBits = 20;
    private const int UsualFractionalBits = 16;
    private const int LeastFractionalBits = 13;
    private const int MaximumClips = 256;

    /// <summary>Plans a network.</summary>
    /// <param name="network">From a file.</param>
    /// <param name="scheme">How values are shared, and among how many sides.</param>
    /// <param name="rows">Records wanted in one batch, at least 1; halved until the batch fits a plan.</param>
    /// <param name="inputBound">Every |number| of a record is at most this.</param>
    /// <param name="fractionalBits">Of all values between layers; null for as many as the ranges leave room for, between 13 and 20.</param>
    /// <param name="publicModel">Whether all parties know the weights; otherwise they are shared.</param>
    /// <exception cref="InputException">
    /// <c>inference.no-layers</c>, <c>inference.out-of-range</c> (a value could leave the ring whatever is done; the message names the node), <c>onnx.unsupported-operator</c>, <c>onnx.not-finite</c>.
    /// </exception>
    public static PlannedNetwork Plan(OnnxNetwork network, SharingScheme scheme, int rows, double inputBound, int? fractionalBits, bool publicModel)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(scheme);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        if (network.Nodes.IsEmpty)
        {
            throw new InputException("inference.no-layers", "The model computes nothing: it has no layer.");
        }

        var (first, trouble) = (default(PlanTrouble), default(PlanTrouble));
        foreach (var (bits, least, clips) in Attempts(fractionalBits))
        {
            var draft = NetworkDraft.Of(network, least, !publicModel);
            var plan = draft.Fit(scheme, network.Features, bits, inputBound, clips ? MaximumClips : 0, out trouble);
            first ??= trouble;
            if (plan is not null)
            {
                plan = draft.Watched(plan);
                return new PlannedNetwork(Cut(plan, rows), draft.Parameters, draft.Names);
            }
        }

        var name = first!.Node is { } node ? $" This is {NetworkDraft.Of(network, 0, secret: true).Names.ElementAtOrDefault(node)}." : string.Empty;
        throw new InputException("inference.out-of-range", $"{first.Sentence}{name} Where a range is the trouble: scale the records, or state a smaller --input-bound or other --fractional-bits.");
    }

    // Many fractional bits first, then the usual ones with clips, then few.
    private static IEnumerable<(int Bits, int Least, bool Clips)> Attempts(int? stated)
    {
        if (stated is { } bits)
        {
            return [(bits, Math.Min(bits, UsualFractionalBits), false), (bits, Math.Min(bits, UsualFractionalBits), true)];
        }

        return
        [
            .. Enumerable.Range(UsualFractionalBits, MostFractionalBits - UsualFractionalBits + 1).Reverse().Select(more => (more, UsualFractionalBits, false)),
            (UsualFractionalBits, UsualFractionalBits, true),
            .. Enumerable.Range(LeastFractionalBits, UsualFractionalBits - LeastFractionalBits).Reverse().Select(fewer => (fewer, LeastFractionalBits, true)),
        ];
    }

    private static InferencePlan Cut(InferencePlan plan, int rows)
    {
        for (var batch = rows; batch > 1; batch = (batch + 1) / 2)
        {
            if (InferencePlan.TryCreateGraph(plan.Scheme, batch, plan.Features, plan.Nodes, plan.Format.FractionalBits, plan.InputBound, out _) is { } cut)
            {
                return cut;
            }
        }

        return plan;
    }
}
