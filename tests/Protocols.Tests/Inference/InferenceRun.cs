using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Tests.Sharing;

namespace PrivacyGrains.Protocols.Tests.Inference;

/// <summary>All sides of one inference, their messages in one bag that a test delivers from in any order.</summary>
internal sealed class InferenceRun
{
    private readonly Dictionary<int, ShareTensor> _outputs = [];

    public InferenceRun(InferencePlan plan, double[] input, IReadOnlyList<(double[] Weights, double[] Bias)> layers, SessionId? session = null)
        : this(plan, input, [.. layers.Select(layer => (IReadOnlyList<double[]>)[layer.Weights, layer.Bias])], session)
    {
    }

    public InferenceRun(InferencePlan plan, double[] input, IReadOnlyList<IReadOnlyList<double[]>> parameters, SessionId? session = null, WeightMaskPlan? masks = null)
    {
        Plan = plan;
        var scheme = plan.Scheme;
        var simulation = new Simulation(scheme);
        Session = session ?? Simulation.Session;
        using var recalled = masks is null ? null : WeightMasks.Recall(masks, MaskSeed);
        var blobs = Dealer.Deal(plan.Preprocessing, Session, SystemRandomSource.Instance, recalled);
        BlobBytes = [.. blobs.Select(blob => (long)blob.Length)];
        var inputs = SecretSharing.Split(scheme, input, plan.InputShape, plan.Format, SystemRandomSource.Instance);
        IReadOnlyList<LayerWeights>[] weights = [.. ShareWeights(plan, parameters)];
        if (masks is not null)
        {
            weights = OpenUnderMasks(simulation, plan, masks, weights);
        }

        Sides = new InferenceSide[scheme.Parties];
        MessagesSent = new int[scheme.Parties];
        BytesSent = new long[scheme.Parties];
        for (var party = 0; party < scheme.Parties; party++)
        {
            var correlations = Correlations.Expand(blobs[party], plan.Preprocessing, Session, party).Value;
            (Sides[party], var first) = InferenceSide.Begin(
                plan, Session, simulation.Committees[party], inputs[party], weights[party], correlations, SystemRandomSource.Instance);
            Take(party, first);
        }
    }

    public static byte[] MaskSeed { get; } = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];

    public InferencePlan Plan { get; }

    public SessionId Session { get; }

    public InferenceSide[] Sides { get; }

    public int[] MessagesSent { get; }

    public long[] BytesSent { get; }

    public long[] BlobBytes { get; }

    /// <summary>Messages under way: sender and message.</summary>
    public List<(int From, RoundMessage Message, byte[] Bytes)> Bag { get; } = [];

    public int IndexOf(PartyId party) => Sides[0].Committee.IndexOf(party);

    /// <summary>Delivers all messages, choosing the next by the function, and opens the output.</summary>
    public double[] Complete(Func<int, int>? choose = null)
    {
        while (Bag.Count > 0)
        {
            var at = choose?.Invoke(Bag.Count) ?? 0;
            var (from, message, bytes) = Bag[at];
            Bag.RemoveAt(at);
            Take(IndexOf(message.To), Sides[IndexOf(message.To)].Receive(Simulation.Name(from), bytes));
        }

        Assert.Equal(Plan.Scheme.Parties, _outputs.Count);
        var decoded = new double[Plan.OutputShape.Length];
        var opened = SecretSharing.Reconstruct([.. _outputs.Values]).Value;
        Plan.Format.Decode(Plan.Scheme.Algebra, opened, decoded);
        return decoded;
    }

    public void Take(int party, InferenceProgress progress)
    {
        var outbound = progress switch
        {
            InferenceProgress.Continue go => go.Outbound,
            InferenceProgress.Finish finish => finish.Outbound,
            _ => throw new InvalidOperationException(progress.ToString()),
        };
        foreach (var message in outbound)
        {
            MessagesSent[party]++;
            BytesSent[party] += message.Length;
            Bag.Add((party, message, message.ToBytes()));
        }

        if (progress is InferenceProgress.Finish { Output: var output })
        {
            _outputs.Add(party, output);
        }
    }

    private static LayerWeights[][] ShareWeights(InferencePlan plan, IReadOnlyList<IReadOnlyList<double[]>> parameters)
    {
        LayerWeights[][] all = [.. plan.Parameters.Select((wanted, i) => wanted[0].IsSecret
            ? LayerWeights.Split(plan.Scheme, wanted, parameters[i], SystemRandomSource.Instance).ToArray()
            : Enumerable.Repeat(LayerWeights.Public(plan.Scheme, wanted, parameters[i]), plan.Scheme.Parties).ToArray())];
        return [.. Enumerable.Range(0, plan.Scheme.Parties).Select(party => all.Select(layer => layer[party]).ToArray())];
    }

    private static IReadOnlyList<LayerWeights>[] OpenUnderMasks(Simulation simulation, InferencePlan plan, WeightMaskPlan masks, IReadOnlyList<LayerWeights>[] weights)
    {
        Correlations[] own = [.. WeightMasks.Deal(masks, MaskSeed).Select((blob, party) => Correlations.Expand(blob, masks.Preprocessing, masks.Namespace, party).Value)];
        var opened = simulation.Run(party => WeightOpening.Open(simulation.Committees[party], plan, masks, weights[party], own[party]));
        return [.. opened.Select((masked, party) => WeightOpening.Join(weights[party], masked))];
    }
}
