using System.Collections.Immutable;
using System.Security.Cryptography;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Dealing;
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
    private const byte MessageVersion = 1;
    private const int MaximumLayers = 256;

    private InferencePlan(SharingScheme scheme, int rows, int features, FixedPoint format, double inputBound, ImmutableArray<PlanLayer> layers)
    {
        Scheme = scheme;
        Rows = rows;
        Features = features;
        Format = format;
        InputBound = inputBound;
        Layers = layers;
        InputShape = TensorShape.Of(rows, features);
        OutputShape = TensorShape.Of(rows, layers.OfType<DenseLayer>().LastOrDefault()?.Outputs ?? features);
        var width = features;
        var words = ImmutableArray.CreateBuilder<int>();
        var requests = ImmutableArray.CreateBuilder<CorrelationRequest>();
        foreach (var layer in layers)
        {
            words.AddRange(LayerScripts.WordsPerRound(this, layer, width));
            requests.AddRange(LayerScripts.Requests(this, layer, width));
            width = (layer as DenseLayer)?.Outputs ?? width;
        }

        WordsPerRound = words.ToImmutable();
        Preprocessing = PreprocessingPlan.Create(scheme, requests);
    }

    /// <summary>How values are shared.</summary>
    public SharingScheme Scheme { get; }

    /// <summary>Records in the batch.</summary>
    public int Rows { get; }

    /// <summary>Features of a record.</summary>
    public int Features { get; }

    /// <summary>The fixed-point format of inputs, weights and outputs.</summary>
    public FixedPoint Format { get; }

    /// <summary>Every |feature| is at most this.</summary>
    public double InputBound { get; }

    /// <summary>The layers in order.</summary>
    public ImmutableArray<PlanLayer> Layers { get; }

    /// <summary>rows x features.</summary>
    public TensorShape InputShape { get; }

    /// <summary>rows x outputs of the last dense layer.</summary>
    public TensorShape OutputShape { get; }

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

    /// <summary>Bytes that the dealer sends to a party.</summary>
    /// <param name="party">0 to n - 1.</param>
    /// <param name="session">The session that the correlations are for.</param>
    public long PreprocessingBytes(int party, SessionId session) => Preprocessing.BlobBytes(party, session);

    /// <summary>Checks the parts and makes them a plan.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="rows">Records in the batch, 1 to <see cref="MaximumDimension"/>.</param>
    /// <param name="features">Features of a record, 1 to <see cref="MaximumDimension"/>.</param>
    /// <param name="layers">1 to 256 layers.</param>
    /// <param name="fractionalBits">1 to 24, and 13 to 20 where there is a sigmoid; 16 unless the model says otherwise.</param>
    /// <param name="inputBound">Every |feature| is at most this; positive and finite.</param>
    /// <exception cref="ArgumentException">
    /// A number lies outside, there is no layer or too many, or a value could leave the headroom: the message names the layer and both bounds.
    /// </exception>
    public static InferencePlan Create(
        SharingScheme scheme, int rows, int features, IEnumerable<PlanLayer> layers, int fractionalBits, double inputBound)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        ArgumentNullException.ThrowIfNull(layers);
        ImmutableArray<PlanLayer> all = [.. layers];
        return Build(scheme, rows, features, all, fractionalBits, inputBound, out var trouble) ?? throw new ArgumentException(trouble);
    }

    /// <summary>The canonical bytes.</summary>
    public byte[] ToBytes()
    {
        var writer = new WireWriter(MessageKind, MessageVersion)
            .Byte((byte)Scheme.Kind).Int32(Scheme.Parties).Int32(Scheme.CorruptionThreshold)
            .Int32(Rows).Int32(Features).Int32(Format.FractionalBits).UInt64(BitConverter.DoubleToUInt64Bits(InputBound)).Int32(Layers.Length);
        foreach (var layer in Layers)
        {
            _ = layer switch
            {
                DenseLayer dense => writer.Byte(1).Int32(dense.Outputs).Byte(dense.SecretWeights ? (byte)1 : (byte)0)
                    .UInt64(BitConverter.DoubleToUInt64Bits(dense.WeightBound)).UInt64(BitConverter.DoubleToUInt64Bits(dense.BiasBound)),
                ReluLayer => writer.Byte(2),
                SigmoidLayer => writer.Byte(3),
                _ => throw new InvalidOperationException($"{layer.GetType().Name} has no bytes."),
            };
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
        var inputBound = BitConverter.UInt64BitsToDouble(reader.UInt64());
        var count = reader.Int32();
        var layers = ImmutableArray.CreateBuilder<PlanLayer>();
        for (var i = 0; i < count && i < MaximumLayers && reader.Failure is null; i++)
        {
            if (ReadLayer(ref reader) is { } layer)
            {
                layers.Add(layer);
            }
        }

        if (!reader.Finish() || scheme is null || layers.Count != count)
        {
            return new ProtocolFault("plan.malformed", sender, "an inference plan", reader.Failure ?? "parts that do not fit each other");
        }

        return Build(scheme, rows, features, layers.ToImmutable(), fractionalBits, inputBound, out var trouble) is { } plan
            ? plan
            : new ProtocolFault("plan.unsound", sender, "a plan that holds", trouble!);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{InputShape} -> {OutputShape}, {Layers.Length} layers, {Scheme}, {Format.FractionalBits} fractional bits";

    private static PlanLayer? ReadLayer(ref WireReader reader)
    {
        switch (reader.Byte())
        {
            case 1:
                var (outputs, secret) = (reader.Int32(), reader.Byte());
                var weightBound = BitConverter.UInt64BitsToDouble(reader.UInt64());
                var biasBound = BitConverter.UInt64BitsToDouble(reader.UInt64());
                var isSound = outputs >= 1 && secret <= 1 && weightBound > 0 && double.IsFinite(weightBound) && biasBound >= 0 && double.IsFinite(biasBound);
                return isSound ? PlanLayer.Dense(outputs, secret == 1, weightBound, biasBound) : null;
            case 2:
                return PlanLayer.Relu;
            case 3:
                return PlanLayer.Sigmoid;
            default:
                return null;
        }
    }
}
