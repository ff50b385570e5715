using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Learning.Onnx;
using PrivacyGrains.Messages.Inferences;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Client.Inferences;

/// <summary>What a local run gave.</summary>
/// <param name="Outputs">Opened from the shares, one array for each record.</param>
/// <param name="ClearOutputs">The same network on plain doubles.</param>
/// <param name="MaxAbsError">The greatest difference between the two.</param>
/// <param name="FractionalBits">The fixed-point format that was used.</param>
/// <param name="Cost">Of all batches together, as their plans state it and as it was.</param>
/// <param name="OfflineSeconds">Dealing and expanding correlations.</param>
/// <param name="OnlineSeconds">Sharing inputs, all rounds of all sides one after the other, opening.</param>
public sealed record LocalInferenceResult(
    IReadOnlyList<IReadOnlyList<double>> Outputs, IReadOnlyList<IReadOnlyList<double>> ClearOutputs, double MaxAbsError, int FractionalBits, InferenceCostBody Cost,
    double OfflineSeconds, double OnlineSeconds);

/// <summary>Runs all sides of a joint inference in this process: to try a model, to know its cost and its error. Nothing in it is secret from this process.</summary>
/// <remarks>
/// The sides are those of a real session (<see cref="InferenceSide"/>), with weights and inputs both shared; channels, sealing, rosters and ledgers are not run. Bounds of weights are their greatest absolute
/// values, rounded up to a power of two; in a session they would be stated. A batch that is too large for one plan is cut, and the pieces run one after the other.
/// </remarks>
public static class LocalInference
{
    private const int MostFractionalBits = 20;
    private const int LeastFractionalBits = 13;

    /// <summary>Runs a network on records.</summary>
    /// <param name="network">From a file.</param>
    /// <param name="records">At least one, each with as many finite numbers as the network has features.</param>
    /// <param name="scheme">How values are shared, and among how many sides.</param>
    /// <param name="fractionalBits">1 to 24 (13 to 20 where there is a sigmoid); null for as many as the ranges leave room for, between 13 and 20.</param>
    /// <param name="inputBound">Every |number| is at most this; null for the greatest one, rounded up to a power of two.</param>
    /// <param name="random">Uniform bytes.</param>
    /// <param name="cancel">Stops between messages.</param>
    /// <exception cref="InputException">
    /// <c>inference.no-records</c>, <c>inference.wrong-columns</c>, <c>inference.out-of-range</c> (a number beyond the bound, or a value that could leave the ring), <c>inference.no-layers</c>.
    /// </exception>
    public static LocalInferenceResult Run(
        OnnxNetwork network, IReadOnlyList<double[]> records, SharingScheme scheme, int? fractionalBits, double? inputBound, IRandomSource random, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(scheme);
        ArgumentNullException.ThrowIfNull(random);
        var bound = Bound(network, records, inputBound);
        var plan = Fit(network, scheme, records.Count, fractionalBits, bound);
        var weights = Share(network, plan, random);
        var (outputs, clear) = (new List<double[]>(), new List<double[]>());
        var run = new LocalRun(weights, random);
        for (var first = 0; first < records.Count; first += plan.Rows)
        {
            var rows = Math.Min(plan.Rows, records.Count - first);
            var batch = plan.WithRows(rows);
            double[] input = [.. records.Skip(first).Take(rows).SelectMany(record => record)];
            outputs.AddRange(run.Complete(batch, SessionId.Create($"local.{first}"), input, cancel).Chunk(network.Outputs));
            clear.AddRange(ClearEvaluation.Evaluate(batch, input, Clear(network)).Chunk(network.Outputs));
        }

        var error = outputs.Zip(clear).Max(pair => pair.First.Zip(pair.Second, (got, wanted) => Math.Abs(got - wanted)).Max());
        return new LocalInferenceResult(outputs, clear, error, plan.Format.FractionalBits, run.Cost, run.Offline.TotalSeconds, run.Online.TotalSeconds);
    }

    private static double Bound(OnnxNetwork network, IReadOnlyList<double[]> records, double? stated)
    {
        if (network.Layers.IsEmpty)
        {
            throw new InputException("inference.no-layers", "The model computes nothing: it has no layer.");
        }

        if (records.Count == 0)
        {
            throw new InputException("inference.no-records", "There is no record to score.");
        }

        if (records.FirstOrDefault(record => record.Length != network.Features) is { } other)
        {
            throw new InputException("inference.wrong-columns", $"A record has {other.Length} columns; the model takes {network.Features}.");
        }

        var greatest = records.Max(record => record.Max(Math.Abs));
        return stated is { } bound && !(greatest <= bound)
            ? throw new InputException("inference.out-of-range", $"A number of the records lies beyond --input-bound {bound}. Raise the bound or scale the records.")
            : stated ?? PowerOfTwo(greatest, 1);
    }

    // The most fractional bits first; a batch is halved until the correlations of one plan suffice.
    private static InferencePlan Fit(OnnxNetwork network, SharingScheme scheme, int records, int? fractionalBits, double bound)
    {
        var layers = network.Layers.Select(Layer).ToList();
        var (bits, trouble) = (fractionalBits ?? MostFractionalBits, string.Empty);
        var least = fractionalBits ?? LeastFractionalBits;
        while (bits >= least && !Fits(scheme, 1, network.Features, layers, bits, bound, out trouble))
        {
            bits--;
        }

        if (bits < least)
        {
            throw new InputException("inference.out-of-range", $"{trouble} Where a range is the trouble: scale the records, or state a smaller --input-bound or fewer --fractional-bits.");
        }

        var rows = records;
        while (!Fits(scheme, rows, network.Features, layers, bits, bound, out _))
        {
            rows = (rows + 1) / 2;
        }

        return InferencePlan.Create(scheme, rows, network.Features, layers, bits, bound);
    }

    private static bool Fits(SharingScheme scheme, int rows, int features, List<PlanLayer> layers, int bits, double bound, out string trouble)
    {
        try
        {
            _ = InferencePlan.Create(scheme, rows, features, layers, bits, bound);
            trouble = string.Empty;
            return true;
        }
        catch (ArgumentException e)
        {
            trouble = e.Message;
            return false;
        }
    }

    private static PlanLayer Layer(NetworkLayer layer) => layer switch
    {
        DenseNetworkLayer dense => PlanLayer.Dense(dense.Outputs, secretWeights: true, PowerOfTwo(dense.Weights.Max(Math.Abs), Math.ScaleB(1, -LeastFractionalBits)), PowerOfTwo(dense.Bias.Max(Math.Abs), 0)),
        ReluNetworkLayer => PlanLayer.Relu,
        _ => PlanLayer.Sigmoid,
    };

    /// <summary>The least power of two that is not smaller; <paramref name="ofZero"/> for zero.</summary>
    private static double PowerOfTwo(double value, double ofZero)
    {
        if (value == 0)
        {
            return ofZero;
        }

        var below = Math.ScaleB(1, Math.ILogB(value));
        return below < value ? 2 * below : below;
    }

    private static LayerWeights[][] Share(OnnxNetwork network, InferencePlan plan, IRandomSource random)
    {
        var all = Enumerable.Range(0, plan.Scheme.Parties).Select(_ => new List<LayerWeights>()).ToArray();
        foreach (var dense in network.Layers.OfType<DenseNetworkLayer>())
        {
            var weights = SecretSharing.Split(plan.Scheme, dense.Weights.AsSpan(), TensorShape.Of(dense.Inputs, dense.Outputs), plan.Format, random);
            var bias = SecretSharing.Split(plan.Scheme, dense.Bias.AsSpan(), TensorShape.Of(dense.Outputs), plan.Format, random);
            for (var party = 0; party < all.Length; party++)
            {
                all[party].Add(LayerWeights.Shared(weights[party], bias[party]));
            }
        }

        return [.. all.Select(own => own.ToArray())];
    }

    private static List<(double[] Weights, double[] Bias)> Clear(OnnxNetwork network) =>
        [.. network.Layers.OfType<DenseNetworkLayer>().Select(dense => (dense.Weights.ToArray(), dense.Bias.ToArray()))];
}
