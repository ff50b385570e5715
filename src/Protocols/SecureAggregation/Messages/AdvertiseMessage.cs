using PrivacyGrains.Protocols.Identity;

namespace PrivacyGrains.Protocols.SecureAggregation.Messages;

/// <summary>A client's two public keys of the round: c^PK for encryption, s^PK for masks.</summary>
internal sealed record PeerKeys(AgreementPublicKey Encryption, AgreementPublicKey Masking);

/// <summary>AdvertiseKeys: a client's keys, signed; and the server's list of them.</summary>
internal static class AdvertiseMessage
{
    public static byte[] Write(SecureAggregationContext context, int index, PeerKeys keys, SigningKey signer) =>
        SignedEnvelope.Sign(
            Kinds.Advertise,
            SignedEnvelope.Start(Kinds.Advertise, context, index).Bytes(keys.Encryption.Point.Span).Bytes(keys.Masking.Point.Span),
            signer);

    public static Checked<(int Index, PeerKeys Keys)> Read(SecureAggregationContext context, ReadOnlySpan<byte> message, out byte[] content)
    {
        var fault = SignedEnvelope.Open(context, Kinds.Advertise, message, out var index, out var signed, out var body);
        content = signed.ToArray();
        if (fault is not null)
        {
            return fault;
        }

        var encryption = body.Bytes(AgreementPublicKey.Length);
        var masking = body.Bytes(AgreementPublicKey.Length);
        return !body.Finish() ? new ProtocolFault("secagg.malformed", context.Name(index), "two keys", body.Failure!)
            : AgreementPublicKey.TryCreate(encryption, out var c) && AgreementPublicKey.TryCreate(masking, out var s) && !c.Equals(s)
                ? (index, new PeerKeys(c, s))
                : new ProtocolFault("secagg.invalid-point", context.Name(index), "two different uncompressed points on P-256", "other bytes");
    }

    public static byte[] WriteList(SecureAggregationContext context, IReadOnlyCollection<byte[]> messages)
    {
        var writer = ServerList.Start(Kinds.KeyList, context).Int32(messages.Count);
        foreach (var message in messages)
        {
            writer.Bytes(message);
        }

        return writer.ToArray();
    }

    /// <summary>Reads the server's list and checks every client's signature; keys by index, each index once and in order, no key twice.</summary>
    public static Checked<SortedDictionary<int, PeerKeys>> ReadList(SecureAggregationContext context, ReadOnlySpan<byte> message)
    {
        if (ServerList.Open(context, Kinds.KeyList, message, out var body) is { } wrongList)
        {
            return wrongList;
        }

        var count = body.Int32();
        var keys = new SortedDictionary<int, PeerKeys>();
        var seen = new HashSet<AgreementPublicKey>();
        for (var i = 0; i < count && i < context.Clients.Length && body.Failure is null; i++)
        {
            var advertised = body.Bytes(1024);
            if (body.Failure is not null)
            {
                break;
            }

            if (!Read(context, advertised, out _).Try(out var one, out var fault))
            {
                return fault;
            }

            if (!seen.Add(one.Keys.Encryption) || !seen.Add(one.Keys.Masking) || !keys.TryAdd(one.Index, one.Keys))
            {
                return new ProtocolFault("secagg.doubled-key", context.Name(one.Index), "every client and every key once", "one of them again");
            }
        }

        return body.Finish() && keys.Count == count
            ? keys
            : new ProtocolFault("secagg.malformed", null, "a list of keys", body.Failure ?? $"a count of {count} for {keys.Count}");
    }
}
