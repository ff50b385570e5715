using System.Collections.Immutable;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Truncation;

namespace PrivacyGrains.Protocols.Inference;

/// <summary>What each kind of layer needs, costs and does.</summary>
internal static class LayerScripts
{
    internal static ImmutableArray<CorrelationRequest> Requests(InferencePlan plan, PlanLayer layer, int width) => layer switch
    {
        DenseLayer dense =>
        [
            .. dense.SecretWeights ? Products.MatrixRequests(plan.Scheme, plan.Rows, width, dense.Outputs) : [],
            CorrelationRequest.Truncation(plan.Rows * dense.Outputs, plan.Format.FractionalBits),
        ],
        ReluLayer => Functions.Relu.Requests(plan.Scheme, plan.Rows * width),
        _ => Functions.Sigmoid.Requests(plan.Scheme, plan.Rows * width, plan.Format.FractionalBits),
    };

    internal static ImmutableArray<int> WordsPerRound(InferencePlan plan, PlanLayer layer, int width) => layer switch
    {
        DenseLayer dense => Traffic.InTurn(
            dense.SecretWeights ? Products.MatrixWords(plan.Scheme, plan.Rows, width, dense.Outputs) : [], [plan.Rows * dense.Outputs]),
        ReluLayer => Functions.Relu.WordsPerRound(plan.Scheme, plan.Rows * width),
        _ => Functions.Sigmoid.WordsPerRound(plan.Scheme, plan.Rows * width),
    };

    /// <summary>The whole computation, layer after layer.</summary>
    internal static IEnumerable<AwaitingPeers[]> Run(
        InferencePlan plan, Committee committee, ShareTensor input, IReadOnlyList<LayerWeights> weights, Correlations correlations,
        IRandomSource random, Slot<ShareTensor> slot)
    {
        var value = input;
        var next = 0;
        foreach (var layer in plan.Layers)
        {
            var output = new Slot<ShareTensor>();
            var script = layer switch
            {
                DenseLayer => Dense(plan, committee, value, weights[next++], correlations, random, output),
                ReluLayer => Functions.Relu.Script(committee, value, correlations, output),
                _ => Functions.Sigmoid.Script(committee, value, plan.Format.FractionalBits, correlations, random, output),
            };
            foreach (var round in script)
            {
                yield return round;
            }

            value = output.Value;
        }

        slot.Value = value;
    }

    // x W has 2f fractional bits; the bias is lifted to them, and one truncation brings both back to f.
    private static IEnumerable<AwaitingPeers[]> Dense(
        InferencePlan plan, Committee committee, ShareTensor x, LayerWeights weights, Correlations correlations, IRandomSource random,
        Slot<ShareTensor> slot)
    {
        var (rows, width, outputs) = (x.Shape.Rows, x.Shape.Columns, weights.Outputs);
        var lift = 1UL << plan.Format.FractionalBits;
        ShareTensor product;
        if (weights.SecretWeights is { } secret)
        {
            var multiply = new Products(committee, correlations, random).TakeMatrix(rows, width, outputs);
            var round = multiply(x, secret);
            yield return [round];
            product = round.Result.AddRow(weights.SecretBias!.Scale(lift));
        }
        else
        {
            var bias = new ulong[rows * outputs];
            for (var i = 0; i < bias.Length; i++)
            {
                bias[i] = weights.PublicBias[i % outputs];
            }

            committee.Scheme.Algebra.Scale(bias, lift, bias);
            product = x.MultiplyPublicMatrix(weights.PublicWeights, outputs).AddPublic(bias);
        }

        var truncation = MaskedTruncation.Begin(committee, product, correlations.TakeTruncation(rows * outputs, plan.Format.FractionalBits));
        yield return [truncation];
        slot.Value = truncation.Result;
    }
}
