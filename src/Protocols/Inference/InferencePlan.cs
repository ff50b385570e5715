using System.Collections.Immutable;
using System.Security.Cryptography;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Inference.Layers;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference;

/// <summary>One joint inference, stated before it runs: shapes, number format, rounds, bytes and correlations.</summary>
/// <remarks>
/// Public, and the same for every party. <see cref="Create"/> proves from the stated bounds that no value leaves the headroom of truncation and comparison;
/// a party or client that breaks its bound gets a wrong result without notice, and nobody learns more for it. Rounds, messages and bytes are exact: tests
/// assert them. Bytes are those of the round messages as handed to the link; sealing adds its own constant per message.
/// </remarks>
public sealed partial class InferencePlan
{
    /// <summary>The most rows or features.</summary>
    public const int MaximumDimension = 1 << 20;

    private const string MessageKind = "mpc.plan";
    private const byte MessageVersion = 3;
    private const int MaximumLayers = 2048;
    private const int MaximumInputs = 256;

    private readonly PlanSetting _setting;

    private InferencePlan(PlanSetting setting, int rows, int features, double inputBound, ImmutableArray<PlanNode> nodes, ImmutableArray<PlanStep> steps)
    {
        _setting = setting;
        Rows = rows;
        Features = features;
        InputBound = inputBound;
        Nodes = nodes;
        Steps = steps;
        InputShape = TensorShape.Of(rows, features);
        Order = [.. Enumerable.Range(0, steps.Length).OrderBy(i => steps[i].FirstRound)]; // stable: by round, then as they stand
        var words = new int[steps.Max(step => step.EndRound)];
        foreach (var step in steps)
        {
            for (var i = 0; i < step.WordsPerRound.Length; i++)
            {
                words[step.FirstRound + i] += step.WordsPerRound[i];
            }
        }

        WordsPerRound = [.. words];
        Preprocessing = PreprocessingPlan.Create(setting.Scheme, Order.SelectMany(i => steps[i].Requests), setting.MaskDigest.Span);
    }

    /// <summary>How values are shared.</summary>
    public SharingScheme Scheme => _setting.Scheme;

    /// <summary>Records in the batch.</summary>
    public int Rows { get; }

    /// <summary>Features of a record.</summary>
    public int Features { get; }

    /// <summary>The fixed-point format of inputs, values between layers and outputs.</summary>
    public FixedPoint Format => _setting.Format;

    /// <summary>Every |feature| is at most this.</summary>
    public double InputBound { get; }

    /// <summary>How numbers are compared.</summary>
    public ComparisonMeans Comparisons => _setting.Comparisons;

    /// <summary>The digest of the masks under which secret weights were opened beforehand; empty where they are opened in every run.</summary>
    public ReadOnlyMemory<byte> MaskDigest => _setting.MaskDigest;

    /// <summary>The graph, each node after those that it takes values of. The last one's value is the output.</summary>
    public ImmutableArray<PlanNode> Nodes { get; }

    /// <summary>For every node what it makes, when it runs and what it costs.</summary>
    public ImmutableArray<PlanStep> Steps { get; }

    /// <summary>The nodes' layers.</summary>
    public IEnumerable<PlanLayer> Layers => Nodes.Select(node => node.Layer);

    /// <summary>The nodes in the order in which they begin.</summary>
    internal ImmutableArray<int> Order { get; }

    /// <summary>The parameters of every node that has some, in the nodes' order: what <see cref="LayerWeights"/> hold, one for each.</summary>
    public IEnumerable<ImmutableArray<LayerParameter>> Parameters => Steps.Where(step => !step.Parameters.IsEmpty).Select(step => step.Parameters);

    /// <summary>Whether each record's outputs are followed by a bit that is 1 where no clip that the planner set cut a number of that record, else 0.</summary>
    public bool TellsClips => Nodes[^1] is { Layer: ConcatLayer, Inputs: [_, > 0 and var last] } && Nodes[last - 1].Layer is QuietLayer;

    /// <summary>rows x features.</summary>
    public TensorShape InputShape { get; }

    /// <summary>rows x the dimensions of one output.</summary>
    public TensorShape OutputShape => Steps[^1].Output.Shape;

    /// <summary>Words from each party to each peer, round by round.</summary>
    public ImmutableArray<int> WordsPerRound { get; }

    /// <summary>What the dealer must make.</summary>
    public PreprocessingPlan Preprocessing { get; }

    /// <summary>Rounds of messages.</summary>
    public int Rounds => WordsPerRound.Length;

    /// <summary>Messages that each party sends: one per round and peer.</summary>
    public int MessagesPerParty => Rounds * (Scheme.Parties - 1);

    /// <summary>Bytes that each party sends in all its round messages.</summary>
    public long BytesPerParty => (Scheme.Parties - 1) * WordsPerRound.Sum(RoundMessage.LengthOf);

    /// <summary>The longest message of all rounds in bytes, before sealing: what a channel takes memory for at most.</summary>
    public int LongestMessage => checked((int)RoundMessage.LengthOf(WordsPerRound.DefaultIfEmpty(0).Max()));

    /// <summary>Bytes that the dealer sends to a party.</summary>
    /// <param name="party">0 to n - 1.</param>
    /// <param name="session">The session that the correlations are for.</param>
    public long PreprocessingBytes(int party, SessionId session) => Preprocessing.BlobBytes(party, session);

    /// <summary>Checks a chain of layers, each taking what the one before made, and makes it a plan.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="rows">Records in the batch, 1 to <see cref="MaximumDimension"/>.</param>
    /// <param name="features">Features of a record, 1 to <see cref="MaximumDimension"/>.</param>
    /// <param name="layers">1 to 2048 layers.</param>
    /// <param name="fractionalBits">1 to 24, and 13 to 20 where there is a sigmoid; 16 unless the model says otherwise.</param>
    /// <param name="inputBound">Every |feature| is at most this; positive and finite.</param>
    /// <param name="comparisons">How numbers are compared, where the scheme leaves a choice.</param>
    /// <exception cref="ArgumentException">
    /// A number lies outside, there is no layer or too many, or a value could leave the headroom: the message names the layer and both bounds.
    /// </exception>
    public static InferencePlan Create(
        SharingScheme scheme, int rows, int features, IEnumerable<PlanLayer> layers, int fractionalBits, double inputBound,
        ComparisonMeans comparisons = ComparisonMeans.Automatic)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        ArgumentNullException.ThrowIfNull(layers);
        return CreateGraph(scheme, rows, features, layers.Select((layer, i) => new PlanNode(layer, [i])), fractionalBits, inputBound, comparisons);
    }

    /// <summary>Checks a graph and makes it a plan.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="rows">Records in the batch, 1 to <see cref="MaximumDimension"/>.</param>
    /// <param name="features">Features of a record, 1 to <see cref="MaximumDimension"/>; a layer may give them other dimensions.</param>
    /// <param name="nodes">1 to 2048 nodes; the last one's value is the output.</param>
    /// <param name="fractionalBits">1 to 24, and what its layers allow; 16 unless the model says otherwise.</param>
    /// <param name="inputBound">Every |feature| is at most this; positive and finite.</param>
    /// <param name="comparisons">How numbers are compared, where the scheme leaves a choice.</param>
    /// <exception cref="ArgumentException">
    /// A number lies outside, there is no node or too many, one takes what none before it makes, or a value could leave the headroom: the message names the layer and both bounds.
    /// </exception>
    public static InferencePlan CreateGraph(
        SharingScheme scheme, int rows, int features, IEnumerable<PlanNode> nodes, int fractionalBits, double inputBound,
        ComparisonMeans comparisons = ComparisonMeans.Automatic)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        ArgumentNullException.ThrowIfNull(nodes);
        if (!Enum.IsDefined(comparisons))
        {
            throw new ArgumentOutOfRangeException(nameof(comparisons), comparisons, "That is no means of comparing.");
        }

        return Build(scheme, rows, features, [.. nodes], fractionalBits, inputBound, comparisons, default, out var trouble) ?? throw new ArgumentException(trouble!.Sentence);
    }

    /// <summary>As <see cref="CreateGraph"/>, for a planner that can do something about the trouble.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="rows">Records in the batch.</param>
    /// <param name="features">Features of a record.</param>
    /// <param name="nodes">The nodes; the last one's value is the output.</param>
    /// <param name="fractionalBits">Of all values between layers.</param>
    /// <param name="inputBound">Every |feature| is at most this.</param>
    /// <param name="trouble">What is wrong first, or null.</param>
    /// <returns>The plan, or null.</returns>
    public static InferencePlan? TryCreateGraph(
        SharingScheme scheme, int rows, int features, IEnumerable<PlanNode> nodes, int fractionalBits, double inputBound, out PlanTrouble? trouble)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        ArgumentNullException.ThrowIfNull(nodes);
        return Build(scheme, rows, features, [.. nodes], fractionalBits, inputBound, ComparisonMeans.Automatic, default, out trouble);
    }

    /// <summary>The same computation on another number of records.</summary>
    /// <param name="rows">Records in the batch.</param>
    /// <exception cref="ArgumentException">As for <see cref="CreateGraph"/>.</exception>
    public InferencePlan WithRows(int rows) => rows == Rows ? this : With(rows, MaskDigest);

    /// <summary>Whether its weights can be opened under masks beforehand: a product of shares has secret ones, and together they are not too many.</summary>
    public bool CanBeMasked => WeightMaskPlan.Holds([.. Steps.SelectMany(step => MaskedLengths(step))]);

    /// <summary>What masks the secret weights need, to be opened under them once for a model version and a roster.</summary>
    /// <param name="modelDigest">SHA-256 over the model's version, weights included.</param>
    /// <param name="rosterDigest">SHA-256 over the roster of those who hold the shares.</param>
    /// <returns>The masks' plan, or null where no product of shares has weights: they are public, or degrees are reduced without a dealer.</returns>
    /// <exception cref="ArgumentException">A digest has another length, or the weights together are too many.</exception>
    public WeightMaskPlan? MaskPlan(ReadOnlySpan<byte> modelDigest, ReadOnlySpan<byte> rosterDigest)
    {
        ImmutableArray<int> lengths = [.. Steps.SelectMany(step => MaskedLengths(step))];
        return lengths.IsEmpty ? null : WeightMaskPlan.Create(Scheme, modelDigest, rosterDigest, lengths);
    }

    /// <summary>The same computation with weights that were opened under masks beforehand: no round opens them again.</summary>
    /// <param name="masks">Of <see cref="MaskPlan"/>.</param>
    /// <exception cref="ArgumentException">The masks are of other shapes or another scheme.</exception>
    public InferencePlan WithMasks(WeightMaskPlan masks)
    {
        ArgumentNullException.ThrowIfNull(masks);
        return masks.Scheme == Scheme && masks.Lengths.SequenceEqual(Steps.SelectMany(step => MaskedLengths(step)))
            ? With(Rows, masks.Digest())
            : throw new ArgumentException($"{this} has other weights than {masks}.", nameof(masks));
    }

    /// <summary>The canonical bytes.</summary>
    public byte[] ToBytes()
    {
        var writer = new WireWriter(MessageKind, MessageVersion)
            .Byte((byte)Scheme.Kind).Int32(Scheme.Parties).Int32(Scheme.CorruptionThreshold)
            .Int32(Rows).Int32(Features).Int32(Format.FractionalBits).Double(InputBound).Byte((byte)Comparisons).Bytes(MaskDigest.Span)
            .Int32(Nodes.Length);
        foreach (var node in Nodes)
        {
            writer.Int32(node.Inputs.Length);
            foreach (var value in node.Inputs)
            {
                writer.Int32(value);
            }

            node.Layer.Write(writer.Byte(node.Layer.Kind));
        }

        return writer.ToArray();
    }

    /// <summary>SHA-256 over <see cref="ToBytes"/>: what a charge and a roster are bound to.</summary>
    public byte[] Digest() => SHA256.HashData(ToBytes());

    /// <summary>Reads a plan from bytes that may be hostile.</summary>
    /// <param name="bytes">What <see cref="ToBytes"/> wrote.</param>
    /// <param name="sender">Whom a fault names.</param>
    /// <returns>The plan, or the fault <c>plan.malformed</c> or <c>plan.unsound</c>.</returns>
    public static Checked<InferencePlan> Parse(ReadOnlySpan<byte> bytes, PartyId? sender = null)
    {
        var reader = new WireReader(bytes, MessageKind, MessageVersion);
        var scheme = SharingScheme.FromNumbers(reader.Byte(), reader.Int32(), reader.Int32());
        var (rows, features, fractionalBits) = (reader.Int32(), reader.Int32(), reader.Int32());
        var inputBound = reader.Double();
        var comparisons = (ComparisonMeans)reader.Byte();
        var maskDigest = reader.Bytes(SHA256.HashSizeInBytes).ToArray();
        var count = reader.Int32();
        var nodes = ImmutableArray.CreateBuilder<PlanNode>();
        for (var i = 0; i < count && i < MaximumLayers && reader.Failure is null; i++)
        {
            if (ReadInputs(ref reader) is { } inputs && LayerTable.Read(ref reader) is { } layer)
            {
                nodes.Add(new PlanNode(layer, inputs));
            }
            else
            {
                break;
            }
        }

        if (nodes.Count != count || !reader.Finish() || scheme is null || !Enum.IsDefined(comparisons) || maskDigest.Length is not (0 or SHA256.HashSizeInBytes))
        {
            return new ProtocolFault("plan.malformed", sender, "an inference plan", reader.Failure ?? "parts that do not fit each other");
        }

        return Build(scheme, rows, features, nodes.ToImmutable(), fractionalBits, inputBound, comparisons, maskDigest, out var trouble) is { } plan
            ? plan
            : new ProtocolFault("plan.unsound", sender, "a plan that holds", trouble!.Sentence);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{InputShape} -> {OutputShape}, {Nodes.Length} layers, {Scheme}, {Format.FractionalBits} fractional bits";

    internal ImmutableArray<int> MaskedLengths(PlanStep step) => step.Node.Layer.MaskedLengths(_setting, step.Place.Inputs);

    private InferencePlan With(int rows, ReadOnlyMemory<byte> maskDigest) =>
        Build(Scheme, rows, Features, Nodes, Format.FractionalBits, InputBound, Comparisons, maskDigest, out var trouble) ?? throw new ArgumentException(trouble!.Sentence);

    private static ImmutableArray<int>? ReadInputs(ref WireReader reader)
    {
        var count = reader.Int32();
        if (count is < 0 or > MaximumInputs)
        {
            return null;
        }

        var inputs = ImmutableArray.CreateBuilder<int>(count);
        for (var i = 0; i < count; i++)
        {
            inputs.Add(reader.Int32());
        }

        return inputs.MoveToImmutable();
    }
}
