using PrivacyGrains.Protocols.Identity;

namespace PrivacyGrains.Protocols.SecureAggregation.Messages;

/// <summary>Which of a client's two secrets a share is of.</summary>
internal enum ShareKind : byte
{
    /// <summary>None: refused.</summary>
    None = 0,

    /// <summary>Of the masking key s^SK, for a client that dropped out.</summary>
    Key = 1,

    /// <summary>Of the self-mask secret b, for a survivor.</summary>
    Seed = 2,
}

/// <summary>Unmask: for every client of U2, in order, one share of one kind.</summary>
internal static class UnmaskMessage
{
    public static byte[] Write(SecureAggregationContext context, int index, SortedDictionary<int, (ShareKind Kind, byte[] Share)> shares, SigningKey signer)
    {
        var writer = SignedEnvelope.Start(Kinds.Unmask, context, index).Int32(shares.Count);
        foreach (var (owner, (kind, share)) in shares)
        {
            writer.Int32(owner).Byte((byte)kind).Bytes(share);
        }

        return SignedEnvelope.Sign(Kinds.Unmask, writer, signer);
    }

    public static Checked<(int Index, SortedDictionary<int, (ShareKind Kind, byte[] Share)> Shares)> Read(
        SecureAggregationContext context, ReadOnlySpan<byte> message, out byte[] content)
    {
        var fault = SignedEnvelope.Open(context, Kinds.Unmask, message, out var index, out var signed, out var body);
        content = signed.ToArray();
        if (fault is not null)
        {
            return fault;
        }

        var count = body.Int32();
        var (shares, last) = (new SortedDictionary<int, (ShareKind, byte[])>(), -1);
        for (var i = 0; i < count && i < context.Clients.Length && body.Failure is null; i++)
        {
            var owner = body.Int32();
            var kind = (ShareKind)body.Byte();
            var share = body.Bytes(1024).ToArray();
            if (body.Failure is null && (owner <= last || kind is not (ShareKind.Key or ShareKind.Seed)))
            {
                return new ProtocolFault("secagg.malformed", context.Name(index), "one share of a known kind for each client, in order", $"{owner} after {last}");
            }

            if (body.Failure is null && share.Length != SharePair.Length)
            {
                return new ProtocolFault("secagg.wrong-length", context.Name(index), $"a share of {SharePair.Length} bytes", $"{share.Length} bytes");
            }

            shares[owner] = (kind, share);
            last = owner;
        }

        return body.Finish() && shares.Count == count
            ? (index, shares)
            : new ProtocolFault("secagg.malformed", context.Name(index), "shares by client", body.Failure ?? $"a count of {count} for {shares.Count}");
    }
}
