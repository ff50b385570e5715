using System.Buffers.Binary;
using System.Security.Cryptography;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Channels;

/// <summary>Derives a pair's keys from its Diffie-Hellman secret and both offers.</summary>
internal static class ChannelKeys
{
    /// <summary>AES-128.</summary>
    public const int KeyLength = 16;

    /// <summary>A token that tells a connection of this pair in this session; no key.</summary>
    public const int TokenLength = 32;

    private const int DerivedLength = (2 * KeyLength) + (2 * sizeof(ulong)) + TokenLength;

    /// <summary>Hash of what both sides saw of the exchange: the roster and both offers, the lower index first.</summary>
    public static byte[] HandshakeHash(Roster roster, SessionOffer lower, SessionOffer upper) =>
        SHA256.HashData(
            new WireWriter("channel.handshake", 1).Bytes(roster.Digest.Span).Bytes(lower.Digest(roster)).Bytes(upper.Digest(roster)).Written.Span);

    /// <summary>HKDF-SHA256 (RFC 5869) with the handshake hash as salt: one key and one channel tag for each direction, and a connection token.</summary>
    public static (ChannelDirection Up, ChannelDirection Down, byte[] Token) Derive(Roster roster, SessionOffer lower, SessionOffer upper, byte[] handshakeHash, byte[] agreed)
    {
        Span<byte> derived = stackalloc byte[DerivedLength];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, agreed, derived, handshakeHash, "privacygrains channel v2"u8);
        CryptographicOperations.ZeroMemory(agreed);
        var up = new ChannelDirection(
            derived[..KeyLength], BinaryPrimitives.ReadUInt64LittleEndian(derived[(2 * KeyLength)..]), Context(roster, lower.Party, upper.Party), handshakeHash);
        var down = new ChannelDirection(
            derived.Slice(KeyLength, KeyLength),
            BinaryPrimitives.ReadUInt64LittleEndian(derived[((2 * KeyLength) + sizeof(ulong))..]),
            Context(roster, upper.Party, lower.Party),
            handshakeHash);
        var token = derived[^TokenLength..].ToArray();
        CryptographicOperations.ZeroMemory(derived);
        return (up, down, token);
    }

    /// <summary>The associated data of a direction, up to the frame's header.</summary>
    private static byte[] Context(Roster roster, PartyId sender, PartyId receiver) =>
        new WireWriter("channel.context", 2)
            .Text(roster.Terms.Consortium).UInt64((ulong)roster.Terms.Epoch).Text(roster.Terms.Session.Value).Bytes(roster.Digest.Span)
            .Text(roster.Terms.Suite).Text(sender.Value).Text(receiver.Value).ToArray();
}
