using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference;

/// <summary>One message of one round to one peer.</summary>
/// <param name="To">The peer.</param>
/// <param name="Round">The round's number, from 0.</param>
/// <param name="Bytes">The canonical bytes. Secret from everybody but the peer: seal them.</param>
public sealed record RoundMessage(PartyId To, int Round, ReadOnlyMemory<byte> Bytes)
{
    private const string MessageKind = "mpc.round";
    private const byte MessageVersion = 1;
    private const int BindingLength = 32;

    /// <inheritdoc/>
    public override string ToString() => $"round {Round} to {To}, {Bytes.Length} bytes";

    /// <summary>The length in bytes of a message of so many words.</summary>
    internal static long LengthOf(int words) =>
        sizeof(int) + MessageKind.Length + 1 + sizeof(int) + BindingLength + sizeof(int) + sizeof(int) + ((long)words * sizeof(ulong));

    internal static RoundMessage Write(PartyId to, ReadOnlySpan<byte> binding, int round, ReadOnlySpan<ulong> words) =>
        new(to, round, new WireWriter(MessageKind, MessageVersion).Bytes(binding).Int32(round).Words(words).ToArray());

    /// <summary>Reads what a peer sent, from bytes that may be hostile.</summary>
    /// <returns>Round and words, or a fault that names the sender.</returns>
    internal static Checked<(int Round, ulong[] Words)> Read(PartyId from, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> binding)
    {
        var reader = new WireReader(bytes, MessageKind, MessageVersion);
        var gotBinding = reader.Bytes(BindingLength);
        var round = reader.Int32();
        var words = reader.Words(int.MaxValue);
        if (!reader.Finish())
        {
            return new ProtocolFault("inference.malformed", from, $"a {MessageKind} message of version {MessageVersion}", reader.Failure!);
        }

        return gotBinding.SequenceEqual(binding)
            ? (round, words)
            : new ProtocolFault("inference.foreign-run", from, "this session, plan, parties and public weights", "others");
    }
}
