using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.SecureAggregation.Messages;

/// <summary>The names of the protocol's messages, five from a client and four from the server.</summary>
internal static class Kinds
{
    public const string Advertise = "secagg.advertise";
    public const string Shares = "secagg.shares";
    public const string Masked = "secagg.masked";
    public const string Consistency = "secagg.consistency";
    public const string Unmask = "secagg.unmask";
    public const string KeyList = "secagg.keys";
    public const string Delivery = "secagg.delivery";
    public const string Survivors = "secagg.survivors";
    public const string Confirmations = "secagg.confirmations";

    public static readonly string[] FromClient = [Advertise, Shares, Masked, Consistency, Unmask];
}

/// <summary>How a client's message is framed: kind, context digest, client index, body; signed as a whole.</summary>
/// <remarks>
/// The paper signs in AdvertiseKeys and CheckConsistency, and assumes authenticated channels to the server (section 2). We sign all five, which is that
/// channel: whoever relays or stores messages cannot make one, and two different ones of a client are evidence.
/// </remarks>
internal static class SignedEnvelope
{
    public const string Kind = "secagg.signed";
    public const byte Version = 1;
    private const int DigestLength = 32;

    /// <summary>Starts a client's message.</summary>
    public static WireWriter Start(string kind, SecureAggregationContext context, int index) =>
        new WireWriter(kind, Version).Bytes(context.Digest.Span).Int32(index);

    /// <summary>Signs a client's message.</summary>
    public static byte[] Sign(string kind, WireWriter content, SigningKey key) =>
        new WireWriter(Kind, Version).Bytes(content.Written.Span).Bytes(key.Sign(kind, content.Written.Span)).ToArray();

    /// <summary>Checks a client's message up to its body.</summary>
    /// <param name="context">The aggregation.</param>
    /// <param name="kind">The kind that is expected.</param>
    /// <param name="message">The bytes as they came.</param>
    /// <param name="index">The client.</param>
    /// <param name="content">What was signed.</param>
    /// <param name="body">Reads the body.</param>
    /// <returns>Null, or a fault.</returns>
    public static ProtocolFault? Open(
        SecureAggregationContext context, string kind, ReadOnlySpan<byte> message, out int index, out ReadOnlySpan<byte> content, out WireReader body)
    {
        var outer = new WireReader(message, Kind, Version);
        content = outer.Bytes();
        var signature = outer.Bytes(VerificationKey.SignatureLength);
        body = new WireReader(content, kind, Version);
        var digest = body.Bytes(DigestLength);
        index = body.Int32();
        if (!outer.Finish() || body.Failure is not null)
        {
            return WrongPhase(content, kind) ?? new ProtocolFault("secagg.malformed", null, $"a signed {kind}", outer.Failure ?? body.Failure!);
        }

        if (!digest.SequenceEqual(context.Digest.Span))
        {
            return new ProtocolFault("secagg.foreign-session", null, $"a message of {context.Roster}", "one of another aggregation");
        }

        if (index < 0 || index >= context.Clients.Length)
        {
            return new ProtocolFault("secagg.unknown-party", null, $"a client index below {context.Clients.Length}", $"{index}");
        }

        // A signature that does not hold says nothing about the client that is named: anybody may have written it.
        return context.Clients[index].Key.Verify(kind, content, signature)
            ? null
            : new ProtocolFault("secagg.wrong-signature", null, $"a {kind} signed by {context.Name(index)}", "another signature");
    }

    private static ProtocolFault? WrongPhase(ReadOnlySpan<byte> content, string kind)
    {
        foreach (var other in Kinds.FromClient)
        {
            if (other != kind && new WireReader(content, other, Version).Failure is null)
            {
                return new ProtocolFault("secagg.wrong-phase", null, kind, other);
            }
        }

        return null;
    }
}

/// <summary>How a list from the server is framed: kind and context digest. The server signs nothing; what matters in its lists is signed by clients.</summary>
internal static class ServerList
{
    public static WireWriter Start(string kind, SecureAggregationContext context) => new WireWriter(kind, SignedEnvelope.Version).Bytes(context.Digest.Span);

    public static ProtocolFault? Open(SecureAggregationContext context, string kind, ReadOnlySpan<byte> message, out WireReader body)
    {
        body = new WireReader(message, kind, SignedEnvelope.Version);
        var digest = body.Bytes(context.Digest.Length);
        return body.Failure is { } failure ? new ProtocolFault("secagg.malformed", null, $"a {kind}", failure)
            : !digest.SequenceEqual(context.Digest.Span) ? new ProtocolFault("secagg.foreign-session", null, $"a {kind} of {context.Roster}", "one of another aggregation")
            : null;
    }
}
