using System.Collections.Immutable;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Inference;

/// <summary>Opens a model version's weights under their masks, once for a roster, for all inferences after it.</summary>
/// <remarks>
/// <para>Before: the dealer's <see cref="WeightMasks.Deal"/> for <see cref="InferencePlan.MaskPlan"/>, sealed to each party. One round (<see cref="Open"/>); then each party keeps its shares and what was opened (<see cref="Join"/>), and
/// plans with <see cref="InferencePlan.WithMasks"/> open their activations alone.</para>
/// <para>Secret from any coalition without the dealer, see <see cref="MaskedMatrixProduct"/>. Of two versions of a model, or for another roster, the masks must differ: opened under one mask, E - E' is the difference of
/// the weights. The digests in the mask's plan see to that, as far as they name the version truly.</para>
/// </remarks>
public static class WeightOpening
{
    /// <summary>Masks this party's shares. Send the words, keep the state.</summary>
    /// <param name="committee">Who holds the weights.</param>
    /// <param name="plan">Any plan of the model.</param>
    /// <param name="masks">Of <see cref="InferencePlan.MaskPlan"/>.</param>
    /// <param name="weights">One entry for each of the plan's parameters, in order.</param>
    /// <param name="own">This party's masks, expanded from the dealer's blob and untouched.</param>
    /// <returns>The round, which ends in what all parties see.</returns>
    /// <exception cref="ArgumentException">Parts do not fit each other.</exception>
    public static AwaitingPeers<MaskedWeights> Open(
        Committee committee, InferencePlan plan, WeightMaskPlan masks, IReadOnlyList<LayerWeights> weights, Correlations own)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(masks);
        ArgumentNullException.ThrowIfNull(weights);
        PlanStep[] steps = [.. plan.Steps.Where(step => !step.Parameters.IsEmpty)];
        if (steps.Length != weights.Count)
        {
            throw new ArgumentException($"{plan} has {steps.Length} layers with parameters; weights of {weights.Count} came.", nameof(weights));
        }

        return MaskedWeights.Open(committee, masks, [.. steps.SelectMany((step, i) => Tensors(plan, step, weights[i]))], own);
    }

    /// <summary>Bytes that each party sends in the one round; as for a plan, sealing adds its own.</summary>
    /// <param name="masks">What the masks are for.</param>
    public static long BytesPerParty(WeightMaskPlan masks)
    {
        ArgumentNullException.ThrowIfNull(masks);
        return (masks.Scheme.Parties - 1) * RoundMessage.LengthOf(masks.Lengths.Sum());
    }

    /// <summary>Puts what was opened beside each layer's shares.</summary>
    /// <param name="weights">This party's.</param>
    /// <param name="masked">What <see cref="Open"/> ended in; the same at every party.</param>
    public static ImmutableArray<LayerWeights> Join(IReadOnlyList<LayerWeights> weights, MaskedWeights masked)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return [.. weights.Select(layer => layer.IsSecret ? layer.WithMasked(masked) : layer)];
    }

    // The layer's first parameter, run by run.
    private static IEnumerable<ShareTensor> Tensors(InferencePlan plan, PlanStep step, LayerWeights weights)
    {
        var at = 0;
        foreach (var length in plan.MaskedLengths(step))
        {
            yield return weights.Secret(0).Slice(at, length);
            at += length;
        }
    }
}
