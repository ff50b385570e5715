using System.Collections.Immutable;
using System.Security.Cryptography;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Dealing;

/// <summary>The masks under which one version of a model's weights is opened once to one roster: what they are for, and their lengths.</summary>
/// <remarks>
/// Public. Model version and roster enter the <see cref="Digest"/>, from which the masks' namespace and seed come: another version or roster has other masks. One mask over two versions
/// would open their difference.
/// </remarks>
public sealed class WeightMaskPlan
{
    private const string MessageKind = "mpc.weight-masks";
    private const byte MessageVersion = 1;
    private const int MaximumTensors = 2048;

    private readonly byte[] _model;
    private readonly byte[] _roster;

    private WeightMaskPlan(SharingScheme scheme, byte[] model, byte[] roster, ImmutableArray<int> lengths)
    {
        Scheme = scheme;
        (_model, _roster, Lengths) = (model, roster, lengths);
        Preprocessing = PreprocessingPlan.Create(scheme, lengths.Select(CorrelationRequest.WeightMask));
    }

    /// <summary>How weights are shared.</summary>
    public SharingScheme Scheme { get; }

    /// <summary>Elements of each masked tensor, in order.</summary>
    public ImmutableArray<int> Lengths { get; }

    /// <summary>The masks as a list of correlations: one uniform vector for each tensor.</summary>
    public PreprocessingPlan Preprocessing { get; }

    /// <summary>The name that the masks' blobs carry in a session's place.</summary>
    public SessionId Namespace => SessionId.Create($"weights-{Convert.ToHexStringLower(Digest())}");

    /// <summary>Checks the parts.</summary>
    /// <param name="scheme">How weights are shared.</param>
    /// <param name="modelDigest">SHA-256 over the model's version as its owner names it, weights included.</param>
    /// <param name="rosterDigest">SHA-256 over the roster of those who hold the shares.</param>
    /// <param name="lengths">Elements of each masked tensor, 1 to 2048 of them.</param>
    /// <exception cref="ArgumentException">A digest has another length, or there are no tensors, too many, or one without elements or with too many.</exception>
    public static WeightMaskPlan Create(SharingScheme scheme, ReadOnlySpan<byte> modelDigest, ReadOnlySpan<byte> rosterDigest, IEnumerable<int> lengths)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        ArgumentNullException.ThrowIfNull(lengths);
        return TryCreate(scheme, modelDigest, rosterDigest, [.. lengths])
            ?? throw new ArgumentException($"Two digests of {SHA256.HashSizeInBytes} bytes and 1 to {MaximumTensors} tensors of at most {CorrelationRequest.MaximumElements} elements are wanted.", nameof(lengths));
    }

    /// <summary>The canonical bytes.</summary>
    public byte[] ToBytes()
    {
        var writer = new WireWriter(MessageKind, MessageVersion)
            .Byte((byte)Scheme.Kind).Int32(Scheme.Parties).Int32(Scheme.CorruptionThreshold).Bytes(_model).Bytes(_roster).Int32(Lengths.Length);
        foreach (var length in Lengths)
        {
            writer.Int32(length);
        }

        return writer.ToArray();
    }

    /// <summary>SHA-256 over <see cref="ToBytes"/>: what plans that use the masks name.</summary>
    public byte[] Digest() => SHA256.HashData(ToBytes());

    /// <summary>Reads a plan from bytes that may be hostile.</summary>
    /// <param name="bytes">What <see cref="ToBytes"/> wrote.</param>
    /// <param name="sender">Whom a fault names.</param>
    /// <returns>The plan, or the fault <c>weight-masks.malformed</c>.</returns>
    public static Checked<WeightMaskPlan> Parse(ReadOnlySpan<byte> bytes, PartyId? sender = null)
    {
        var reader = new WireReader(bytes, MessageKind, MessageVersion);
        var scheme = SharingScheme.FromNumbers(reader.Byte(), reader.Int32(), reader.Int32());
        var model = reader.Bytes(SHA256.HashSizeInBytes);
        var roster = reader.Bytes(SHA256.HashSizeInBytes);
        var count = reader.Int32();
        var lengths = ImmutableArray.CreateBuilder<int>();
        for (var i = 0; i < count && i < MaximumTensors && reader.Failure is null; i++)
        {
            lengths.Add(reader.Int32());
        }

        return reader.Finish() && scheme is not null && lengths.Count == count && TryCreate(scheme, model, roster, lengths.ToImmutable()) is { } plan
            ? plan
            : new ProtocolFault("weight-masks.malformed", sender, "a list of masked tensors", reader.Failure ?? "parts that do not fit each other");
    }

    /// <inheritdoc/>
    public override string ToString() => $"masks of {Lengths.Length} tensors, {Scheme}";

    /// <summary>Whether tensors of these lengths can be masked together.</summary>
    internal static bool Holds(ImmutableArray<int> lengths) =>
        lengths.Length is >= 1 and <= MaximumTensors
        && lengths.All(length => length is >= 1 and <= CorrelationRequest.MaximumElements) && lengths.Sum(length => (long)length) <= CorrelationRequest.MaximumElements;

    private static WeightMaskPlan? TryCreate(SharingScheme scheme, ReadOnlySpan<byte> model, ReadOnlySpan<byte> roster, ImmutableArray<int> lengths) =>
        model.Length == SHA256.HashSizeInBytes && roster.Length == SHA256.HashSizeInBytes && Holds(lengths)
            ? new WeightMaskPlan(scheme, model.ToArray(), roster.ToArray(), lengths)
            : null;
}
