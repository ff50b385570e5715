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
/// <param name="ClearOutputs">The same network on plain doubles; null where it was not wanted.</param>
/// <param name="MaxAbsError">The greatest difference between the two; null likewise.</param>
/// <param name="FractionalBits">The fixed-point format that was used.</param>
/// <param name="Cost">Of all batches together, as their plans state it and as it was.</param>
/// <param name="OfflineSeconds">Dealing and expanding correlations.</param>
/// <param name="OnlineSeconds">Sharing inputs, all rounds of all sides one after the other, opening.</param>
public sealed record LocalInferenceResult(
    IReadOnlyList<IReadOnlyList<double>> Outputs, IReadOnlyList<IReadOnlyList<double>>? ClearOutputs, double? MaxAbsError, int FractionalBits, InferenceCostBody Cost,
    double OfflineSeconds, double OnlineSeconds)
{
    /// <summary>From 0, which records had a number cut by a clip that the planner set: their outputs are those of the clipped model, and may be far from the model's.</summary>
    public IReadOnlyList<int> ClippedRecords { get; init; } = [];
}

/// <summary>What a local run may choose.</summary>
public sealed record LocalInferenceOptions
{
    /// <summary>1 to 24 (fewer where functions need it); null for as many as the ranges leave room for, between 13 and 20.</summary>
    public int? FractionalBits { get; init; }

    /// <summary>Every |number| is at most this; null for the greatest one of the records, rounded up to a power of two.</summary>
    public double? InputBound { get; init; }

    /// <summary>Whether all sides know the weights; otherwise they are shared.</summary>
    public bool PublicModel { get; init; }

    /// <summary>Whether the same network runs on plain doubles too.</summary>
    public bool ComparesWithClear { get; init; } = true;
}

/// <summary>Runs all sides of a joint inference in this process: to try a model, to know its cost and its error. Nothing in it is secret from this process.</summary>
/// <remarks>
/// The sides are those of a real session (<see cref="InferenceSide"/>); channels, sealing, rosters and ledgers are not run. A batch that is too large for one plan is cut, and the pieces run one after the other, over weights that are opened once.
/// </remarks>
public static class LocalInference
{
    /// <summary>Runs a network on records.</summary>
    /// <param name="network">From a file.</param>
    /// <param name="records">At least one, each with as many finite numbers as the network has features.</param>
    /// <param name="scheme">How values are shared, and among how many sides.</param>
    /// <param name="options">What the plan may choose.</param>
    /// <param name="random">Uniform bytes.</param>
    /// <param name="cancel">Stops between messages.</param>
    /// <exception cref="InputException">
    /// <c>inference.no-records</c>, <c>inference.wrong-columns</c>, <c>inference.out-of-range</c> (a number beyond the bound, or a value that could leave the ring), and those of <see cref="NetworkPlanning"/>.
    /// </exception>
    public static LocalInferenceResult Run(
        OnnxNetwork network, IReadOnlyList<double[]> records, SharingScheme scheme, LocalInferenceOptions options, IRandomSource random, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(scheme);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        var bound = BoundOf(network, records, options.InputBound);
        var planned = NetworkPlanning.Plan(network, scheme, records.Count, bound, options.FractionalBits, options.PublicModel);
        var plan = planned.Plan;
        var (outputs, clear, clipped) = (new List<double[]>(), new List<double[]>(), new List<int>());
        using var run = new LocalRun(Share(planned, random), random);
        if (OpensOnce(plan, records.Count))
        {
            run.OpenWeights(plan);
        }

        for (var first = 0; first < records.Count; first += plan.Rows)
        {
            var batch = plan.WithRows(Math.Min(plan.Rows, records.Count - first));
            double[] input = [.. records.Skip(first).Take(batch.Rows).SelectMany(record => record)];
            var (rows, cut) = PlanOutputs.Read(batch, run.Complete(batch, SessionId.Create($"local.{first}"), input, cancel));
            outputs.AddRange(rows);
            clipped.AddRange(cut.Select(row => first + row));
            if (options.ComparesWithClear)
            {
                clear.AddRange(PlanOutputs.Read(batch, ClearEvaluation.Evaluate(batch, input, planned.Parameters)).Outputs);
            }
        }

        double? error = clear.Count == 0 ? null : outputs.Zip(clear).Max(pair => pair.First.Zip(pair.Second, (got, wanted) => Math.Abs(got - wanted)).Max());
        return new LocalInferenceResult(
            outputs, options.ComparesWithClear ? clear : null, error, plan.Format.FractionalBits, run.Cost, run.Offline.TotalSeconds, run.Online.TotalSeconds)
        {
            ClippedRecords = clipped,
        };
    }

    /// <summary>Whether a run opens its secret weights once: where it takes several batches, each of which would open them again.</summary>
    /// <param name="plan">Of one batch.</param>
    /// <param name="records">In all.</param>
    public static bool OpensOnce(InferencePlan plan, int records)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return records > plan.Rows && plan.CanBeMasked;
    }

    /// <summary>The bound that the records' numbers keep to.</summary>
    /// <param name="network">From a file.</param>
    /// <param name="records">As for a run; null where there are none yet.</param>
    /// <param name="stated">Stated beforehand; null for the greatest number, rounded up to a power of two, and 1 without records.</param>
    /// <exception cref="InputException"><c>inference.no-records</c>, <c>inference.wrong-columns</c>, <c>inference.out-of-range</c>.</exception>
    public static double BoundOf(OnnxNetwork network, IReadOnlyList<double[]>? records, double? stated)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (records is null)
        {
            return stated ?? 1;
        }

        var greatest = RequireRecords(network.Features, records, stated);
        return stated ?? NetworkDraft.PowerOfTwo(greatest, 1);
    }

    /// <summary>Checks records before anything of them is shared.</summary>
    /// <param name="features">Numbers of a record.</param>
    /// <param name="records">As for a run.</param>
    /// <param name="bound">Every |number| is at most this; null for any finite one.</param>
    /// <returns>The greatest |number|.</returns>
    /// <exception cref="InputException">As <see cref="BoundOf"/>'s.</exception>
    internal static double RequireRecords(int features, IReadOnlyList<double[]> records, double? bound)
    {
        if (records.Count == 0)
        {
            throw new InputException("inference.no-records", "There is no record to score.");
        }

        var greatest = 0.0;
        for (var row = 0; row < records.Count; row++)
        {
            if (records[row].Length != features)
            {
                throw new InputException("inference.wrong-columns", $"Record {row + 1} has {records[row].Length} columns; the model takes {features}.");
            }

            for (var column = 0; column < records[row].Length; column++)
            {
                var size = Math.Abs(records[row][column]);
                greatest = size <= (bound ?? double.MaxValue)
                    ? Math.Max(greatest, size)
                    : throw new InputException("inference.out-of-range", $"Record {row + 1}, column {column + 1}: the number lies beyond --input-bound {bound}. Raise the bound or scale the records.");
            }
        }

        return greatest;
    }

    private static LayerWeights[][] Share(PlannedNetwork planned, IRandomSource random)
    {
        var scheme = planned.Plan.Scheme;
        LayerWeights[][] all =
        [
            .. planned.Plan.Parameters.Select((wanted, i) => wanted[0].IsSecret
                ? LayerWeights.Split(scheme, wanted, planned.Parameters[i], random).ToArray()
                : [.. Enumerable.Repeat(LayerWeights.Public(scheme, wanted, planned.Parameters[i]), scheme.Parties)]),
        ];
        return [.. Enumerable.Range(0, scheme.Parties).Select(party => all.Select(layer => layer[party]).ToArray())];
    }
}
