using System.Security.Cryptography;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.SecureAggregation.Messages;

namespace PrivacyGrains.Protocols.SecureAggregation;

/// <summary>That a client gave a masked input, without the input: what a round keeps while aggregators keep the sums.</summary>
/// <param name="Party">The client.</param>
/// <param name="Digest">SHA-256 over what the client signed, 32 bytes.</param>
public sealed record MaskedInputReceipt(PartyId Party, ReadOnlyMemory<byte> Digest)
{
    /// <inheritdoc/>
    public bool Equals(MaskedInputReceipt? other) => other is not null && Party == other.Party && Digest.Span.SequenceEqual(other.Digest.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Party);
}

/// <summary>A client's masked vector y_u, its signature checked. It is uniform to whoever lacks its masks.</summary>
public sealed class MaskedInput
{
    private readonly byte[] _packed;

    private MaskedInput(MaskedInputReceipt receipt, int index, byte[] packed)
    {
        Receipt = receipt;
        Index = index;
        _packed = packed;
    }

    /// <summary>Whose input it is and its digest.</summary>
    public MaskedInputReceipt Receipt { get; }

    /// <summary>The client's place in the context.</summary>
    internal int Index { get; }

    /// <summary>The words, packed.</summary>
    internal ReadOnlySpan<byte> Packed => _packed;

    /// <summary>Reads and checks a client's message of the phase CollectMaskedInputs.</summary>
    /// <param name="context">The aggregation.</param>
    /// <param name="message">The bytes as they came.</param>
    /// <returns>The input, or a fault as <c>secagg.wrong-length</c> or <c>secagg.wrong-signature</c>.</returns>
    public static Checked<MaskedInput> Read(SecureAggregationContext context, ReadOnlySpan<byte> message)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (SignedEnvelope.Open(context, Kinds.Masked, message, out var index, out var content, out var body) is { } fault)
        {
            return fault;
        }

        var packed = body.Bytes();
        var expected = context.Parameters.VectorLength * context.Parameters.WordBytes;
        return !body.Finish() ? new ProtocolFault("secagg.malformed", context.Name(index), "a masked vector", body.Failure!)
            : packed.Length != expected ? new ProtocolFault("secagg.wrong-length", context.Name(index), $"a vector of {expected} bytes", $"{packed.Length} bytes")
            : new MaskedInput(new MaskedInputReceipt(context.Name(index), SHA256.HashData(content)), index, packed.ToArray());
    }

    /// <summary>Signs a masked vector.</summary>
    internal static byte[] Write(SecureAggregationContext context, int index, ReadOnlySpan<ulong> words, SigningKey signer) =>
        SignedEnvelope.Sign(Kinds.Masked, SignedEnvelope.Start(Kinds.Masked, context, index).Bytes(Masks.Pack(context.Parameters, words)), signer);
}
