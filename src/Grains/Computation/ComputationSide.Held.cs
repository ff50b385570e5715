using System.Security.Cryptography;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sessions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Grains.Computation;

/// <content>Weights that this party holds: as its disk has them, and as a session takes them.</content>
internal sealed partial class ComputationSide
{
    private const string KeptKind = "weights.kept";
    private IReadOnlyList<LayerWeights>? _held;

    /// <summary>Opens what this party holds of the session's weights.</summary>
    /// <param name="file">As <see cref="WriteKept"/> wrote it.</param>
    /// <param name="masks">Canonical bytes of the masks' plan.</param>
    public ProtocolFault? TakeHeld(byte[] file, ReadOnlyMemory<byte> masks)
    {
        ProtocolFault? fault = null;
        Step(() =>
        {
            fault = OpenHeld(file, masks.Span);
            return this;
        });
        return fault;
    }

    /// <summary>Of an opening that is finished: hands out what this party is to hold, which is cleared afterwards. Secret.</summary>
    /// <returns>Whether there was anything: not where the side was disposed meanwhile.</returns>
    public bool WriteKept(Action<ReadOnlySpan<byte>> write) => Step(() =>
    {
        var share = _inputs[InferenceLayout.Weights].ToBytes();
        var file = new WireWriter(KeptKind, 1).Bytes(share).Bytes(_machine!.Opened!.ToBytes()).ToArray();
        write(file);
        CryptographicOperations.ZeroMemory(share);
        CryptographicOperations.ZeroMemory(file);
        return this;
    }) is not null;

    private ProtocolFault? OpenHeld(ReadOnlySpan<byte> file, ReadOnlySpan<byte> masks)
    {
        var reader = new WireReader(file, KeptKind, 1);
        var share = reader.Bytes();
        var opened = reader.Bytes();
        if (!reader.Finish())
        {
            return new ProtocolFault("inference.weights-lost", _self, "a share of weights and what was opened of them", reader.Failure!);
        }

        if (!WeightMaskPlan.Parse(masks).Try(out var plan, out var fault) || !ShareTensor.Parse(share).Try(out var flat, out fault) || !MaskedWeights.Parse(opened, plan).Try(out var masked, out fault))
        {
            return fault;
        }

        if (flat.Scheme != _proposed.Plan.Scheme || flat.Party != _index || flat.Shape.Length != _proposed.Plan.Parameters.SelectMany(own => own).Sum(parameter => parameter.Shape.Length))
        {
            return new ProtocolFault("inference.weights-lost", _self, $"this side's share of the weights of {_proposed.Plan}", $"{flat}");
        }

        _inputs[InferenceLayout.Weights] = flat; // cleared with the inputs
        _held = WeightOpening.Join(InferenceLayout.Layers(_proposed.Plan, flat), masked);
        return null;
    }
}
