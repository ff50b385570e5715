using System.Security.Cryptography;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Sharing;

/// <summary>One party's share of a tensor. It knows its scheme, whose it is and its shape.</summary>
/// <remarks>
/// Secret: <see cref="ToString"/> tells the shape only. <see cref="Clear"/> overwrites it. Fractional bits are public and belong to the plan, not to the share.
/// </remarks>
public sealed partial class ShareTensor
{
    private const string MessageKind = "mpc.share";
    private const byte MessageVersion = 1;

    private readonly ulong[] _words;

    private ShareTensor(SharingScheme scheme, int party, TensorShape shape, ulong[] words)
    {
        Scheme = scheme;
        Party = party;
        Shape = shape;
        _words = words;
    }

    /// <summary>How the value is divided.</summary>
    public SharingScheme Scheme { get; }

    /// <summary>The holder's index, 0 to n - 1.</summary>
    public int Party { get; }

    /// <summary>The tensor's dimensions.</summary>
    public TensorShape Shape { get; }

    /// <summary>The share's elements in row-major order. Secret.</summary>
    public ReadOnlySpan<ulong> Words => _words;

    internal ReadOnlyMemory<ulong> Memory => _words;

    /// <summary>Checks the parts and makes them a share; the words are copied.</summary>
    /// <param name="scheme">How the value is divided.</param>
    /// <param name="party">The holder's index, 0 to n - 1.</param>
    /// <param name="shape">The tensor's dimensions.</param>
    /// <param name="words">One element per place; secret.</param>
    /// <exception cref="ArgumentException">The party is none of the scheme's, the length is not the shape's, or a word is no element.</exception>
    public static ShareTensor Create(SharingScheme scheme, int party, TensorShape shape, ReadOnlySpan<ulong> words)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfNegative(party);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(party, scheme.Parties);
        if (words.Length != shape.Length)
        {
            throw new ArgumentException($"A {shape} tensor has {shape.Length} elements; {words.Length} came.", nameof(words));
        }

        if (!scheme.Algebra.AreElements(words))
        {
            throw new ArgumentException($"A word is no element of {scheme.Algebra.Name}.", nameof(words));
        }

        return new ShareTensor(scheme, party, shape, words.ToArray());
    }

    /// <summary>Makes a share of words that a protocol has just computed; takes ownership.</summary>
    internal static ShareTensor Own(SharingScheme scheme, int party, TensorShape shape, ulong[] words) => new(scheme, party, shape, words);

    /// <summary>The canonical bytes, as a client seals them to the party. Secret.</summary>
    public byte[] ToBytes()
    {
        var writer = new WireWriter(MessageKind, MessageVersion)
            .Byte((byte)Scheme.Kind).Int32(Scheme.Parties).Int32(Scheme.CorruptionThreshold).Int32(Party).Byte((byte)Shape.Dimensions.Length);
        foreach (var dimension in Shape.Dimensions)
        {
            writer.Int32(dimension);
        }

        return writer.Words(_words).ToArray();
    }

    /// <summary>Reads a share from bytes that may be hostile.</summary>
    /// <param name="bytes">What <see cref="ToBytes"/> wrote.</param>
    /// <param name="sender">Whom a fault names; null where nobody can be told.</param>
    /// <returns>The share, or the fault <c>share.malformed</c>.</returns>
    public static Checked<ShareTensor> Parse(ReadOnlySpan<byte> bytes, PartyId? sender = null)
    {
        var reader = new WireReader(bytes, MessageKind, MessageVersion);
        var scheme = SharingScheme.FromNumbers(reader.Byte(), reader.Int32(), reader.Int32());
        var party = reader.Int32();
        var rank = reader.Byte();
        var dimensions = new int[Math.Min((int)rank, TensorShape.MaximumRank)];
        for (var i = 0; i < dimensions.Length; i++)
        {
            dimensions[i] = reader.Int32();
        }

        var shape = rank > TensorShape.MaximumRank ? null : TensorShape.TryCreate(dimensions);
        var words = reader.Words(shape?.Length ?? 0);
        if (!reader.Finish())
        {
            return Malformed(reader.Failure!);
        }

        if (scheme is null || shape is null || party < 0 || party >= scheme.Parties || words.Length != shape.Length)
        {
            return Malformed("parts that do not fit each other");
        }

        return scheme.Algebra.AreElements(words) ? new ShareTensor(scheme, party, shape, words) : Malformed("a word that is no element");

        ProtocolFault Malformed(string received) => new("share.malformed", sender, "a share", received);
    }

    /// <summary>Overwrites the share with zeros; it is of no use afterwards.</summary>
    public void Clear() => CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(_words.AsSpan()));

    /// <inheritdoc/>
    public override string ToString() => $"share of party {Party}, {Scheme}, {Shape}";
}
