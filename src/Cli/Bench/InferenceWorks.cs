using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Cli.Bench;

/// <summary>Planned inferences as work: random inputs and secret weights within the plan's bounds, results compared with the clear evaluation.</summary>
/// <remarks>The session's own state machine and messages. Correlations are expanded from their seed while it runs, so that is measured too.</remarks>
internal static class InferenceWorks
{
    private const double Tolerance = 1.0 / 256;

    /// <summary>A plan as work.</summary>
    /// <param name="name">The work's name.</param>
    /// <param name="plan">What is computed.</param>
    /// <param name="registered">Whether the model is known beforehand: its weights were opened under masks once, before anything is measured.</param>
    public static BenchWork Of(string name, InferencePlan plan, bool registered = false)
    {
        var masks = registered ? plan.MaskPlan(new byte[32], new byte[32]) : null;
        plan = masks is null ? plan : plan.WithMasks(masks);
        using var random = new AesCtrRandomSource(new byte[AesCtrRandomSource.SeedLength]); // the same numbers at every party, each time
        var input = Numbers(random, plan.InputShape.Length, plan.InputBound);
        IReadOnlyList<double[]>[] layers = [.. plan.Parameters.Select(tensors => (IReadOnlyList<double[]>)[.. tensors.Select(tensor => Numbers(random, tensor.Shape.Length, tensor.Bound / 8))])];
        var clear = new Lazy<double[]>(() => ClearEvaluation.Evaluate(plan, input, layers));
        var model = new Lazy<BenchModel>(() => BenchModel.Make(plan, masks, layers));
        return new BenchWork(name, plan.Scheme, plan.Rounds, plan.BytesPerParty, source => Prepare(source, plan, input, model.Value, clear));
    }

    private static BenchRun Prepare(IRandomSource random, InferencePlan plan, double[] input, BenchModel model, Lazy<double[]> clear)
    {
        var blobs = Dealer.Deal(plan.Preprocessing, PartyTable.Session, random, model.Masks);
        var inputs = SecretSharing.Split(plan.Scheme, input, plan.InputShape, plan.Format, random);
        Correlations[] correlations = [.. blobs.Select((blob, party) => Correlations.Expand(blob, plan.Preprocessing, PartyTable.Session, party).Value)];
        return new BenchRun(
            async seat =>
            {
                var self = seat.Committee.Self;
                var (side, first) = InferenceSide.Begin(
                    plan, PartyTable.Session, seat.Committee, inputs[self], model.Weights[self], correlations[self], SystemRandomSource.Instance);
                using (side)
                {
                    var output = await seat.RunAsync(side, first);
                    return () => output.Words.ToArray();
                }
            },
            results => Check(plan, results, clear.Value));
    }

    private static void Check(InferencePlan plan, IReadOnlyList<ulong[]> results, double[] clear)
    {
        var opened = new double[clear.Length];
        plan.Format.Decode(plan.Scheme.Algebra, PrimitiveWorks.Open(plan.Scheme, results), opened);
        var worst = opened.Zip(clear, (got, wanted) => Math.Abs(got - wanted)).Max();
        if (!(worst <= Tolerance))
        {
            throw new InvalidOperationException($"A result is off by {worst}.");
        }
    }

    // Uniform in [-bound, bound).
    private static double[] Numbers(IRandomSource random, int count, double bound) =>
        [.. PrimitiveWorks.Words(random, count).Select(word => Math.ScaleB(unchecked((long)word), -63) * bound)];
}
