using System.Buffers.Binary;
using System.Runtime.InteropServices;
using PrivacyGrains.Protocols.Channels;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Inference;

/// <summary>One message of one round to one peer.</summary>
/// <remarks>
/// <para>Layout, little-endian: kind and version (16 bytes), a binding to the run (32), the round (4), the count of words (4), the words.</para>
/// <para>Written where it is wanted: <see cref="MessageSealing"/> has each part made in its frame, and the words are never held as bytes. A message that was not
/// written to its end when its side ends the round is kept as bytes then, so that it is right whenever it is written. Not thread-safe.</para>
/// </remarks>
public sealed class RoundMessage : IOutboundMessage
{
    private const string MessageKind = "mpc.round";
    private const byte MessageVersion = 2;
    private const int BindingLength = 32;
    private const int KindLength = 16;
    private const int HeaderLength = KindLength + BindingLength + sizeof(int) + sizeof(int);
    private const int HeaderWords = HeaderLength / sizeof(ulong);

    private readonly byte[] _header;
    private AwaitingRound<ShareTensor>? _round;
    private byte[]? _kept;
    private bool _written;

    internal RoundMessage(PartyId to, ReadOnlySpan<byte> binding, AwaitingRound<ShareTensor> round)
    {
        (To, Round, _round) = (to, round.Round, round);
        Length = checked((int)LengthOf(round.WordsPerPeer));
        _header = new byte[HeaderLength];
        Kind.CopyTo(_header);
        binding.CopyTo(_header.AsSpan(KindLength, BindingLength));
        BinaryPrimitives.WriteInt32LittleEndian(_header.AsSpan(KindLength + BindingLength), round.Round);
        BinaryPrimitives.WriteInt32LittleEndian(_header.AsSpan(KindLength + BindingLength + sizeof(int)), round.WordsPerPeer);
    }

    /// <summary>The peer.</summary>
    public PartyId To { get; }

    /// <summary>The round's number, from 0.</summary>
    public int Round { get; }

    /// <inheritdoc/>
    public int Length { get; }

    // Four bytes of length, the text, the version, two zeros: sixteen bytes, so that the words after the header lie at a word's place.
    private static ReadOnlySpan<byte> Kind => [9, 0, 0, 0, (byte)'m', (byte)'p', (byte)'c', (byte)'.', (byte)'r', (byte)'o', (byte)'u', (byte)'n', (byte)'d', MessageVersion, 0, 0];

    /// <summary>The canonical bytes, newly allocated. Secret from everybody but the peer: seal them.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Length];
        CopyTo(0, bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public void CopyTo(int from, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from, Length - destination.Length);
        if (from % sizeof(ulong) != 0 || destination.Length % sizeof(ulong) != 0)
        {
            throw new ArgumentException("Whole words are written.", nameof(destination));
        }

        _written |= from + destination.Length == Length;
        if (_kept is not null)
        {
            _kept.AsSpan(from, destination.Length).CopyTo(destination);
            return;
        }

        var head = Math.Clamp(HeaderLength - from, 0, destination.Length);
        _header.AsSpan(Math.Min(from, HeaderLength), head).CopyTo(destination);
        var words = MemoryMarshal.Cast<byte, ulong>(destination[head..]);
        (_round ?? throw new InvalidOperationException("The round is over, and the message was written.")).WriteTo(To, Math.Max(0, from - HeaderLength) / sizeof(ulong), words);
        ToLittleEndian(words);
    }

    /// <summary>Lets go of the round, which is about to end.</summary>
    internal void Settle()
    {
        _kept ??= _written ? null : ToBytes();
        _round = null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"round {Round} to {To}, {Length} bytes";

    /// <summary>The length in bytes of a message of so many words.</summary>
    internal static long LengthOf(int words) => HeaderLength + ((long)words * sizeof(ulong));

    /// <summary>Reads what a peer sent, from bytes that may be hostile.</summary>
    /// <returns>Round and words, which lie in the message; or a fault that names the sender.</returns>
    internal static Checked<(int Round, ReadOnlyMemory<ulong> Words)> Read(PartyId from, SecretBuffer message, ReadOnlySpan<byte> binding)
    {
        var bytes = message.Bytes;
        if (bytes.Length < HeaderLength || !bytes[..KindLength].SequenceEqual(Kind))
        {
            return Malformed(bytes.Length < HeaderLength ? $"{bytes.Length} bytes" : "a message of another kind or version");
        }

        var round = BinaryPrimitives.ReadInt32LittleEndian(bytes[(KindLength + BindingLength)..]);
        var count = BinaryPrimitives.ReadInt32LittleEndian(bytes[(KindLength + BindingLength + sizeof(int))..]);
        if (count < 0 || bytes.Length != LengthOf(count))
        {
            return Malformed($"{count} words in {bytes.Length} bytes");
        }

        if (!bytes.Slice(KindLength, BindingLength).SequenceEqual(binding))
        {
            return new ProtocolFault("inference.foreign-run", from, "this session, plan, parties and public weights", "others");
        }

        var words = message.Words[HeaderWords..];
        ToLittleEndian(words.Span);
        return (round, words);

        ProtocolFault Malformed(string received) => new("inference.malformed", from, $"a {MessageKind} message of version {MessageVersion}", received);
    }

    // And back: a machine of the other order turns every word round.
    private static void ToLittleEndian(Span<ulong> words)
    {
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(words, words);
        }
    }
}
