using System.Collections.Immutable;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.SecureAggregation.Messages;

/// <summary>CheckConsistency: the server's survivor set U3, a client's signature over it, and the server's list of these signatures.</summary>
internal static class SurvivorMessages
{
    public static byte[] WriteSurvivors(SecureAggregationContext context, ImmutableArray<int> survivors) =>
        WriteIndexes(ServerList.Start(Kinds.Survivors, context), survivors).ToArray();

    public static Checked<ImmutableArray<int>> ReadSurvivors(SecureAggregationContext context, ReadOnlySpan<byte> message) =>
        ServerList.Open(context, Kinds.Survivors, message, out var body) is { } fault ? fault : ReadIndexes(context, ref body, sender: null);

    public static byte[] WriteConfirmation(SecureAggregationContext context, int index, ImmutableArray<int> survivors, SigningKey signer) =>
        SignedEnvelope.Sign(Kinds.Consistency, WriteIndexes(SignedEnvelope.Start(Kinds.Consistency, context, index), survivors), signer);

    public static Checked<(int Index, ImmutableArray<int> Survivors)> ReadConfirmation(
        SecureAggregationContext context, ReadOnlySpan<byte> message, out byte[] content)
    {
        var fault = SignedEnvelope.Open(context, Kinds.Consistency, message, out var index, out var signed, out var body);
        content = signed.ToArray();
        if (fault is not null)
        {
            return fault;
        }

        return ReadIndexes(context, ref body, context.Name(index)).Try(out var survivors, out var wrong) ? (index, survivors) : wrong;
    }

    public static byte[] WriteConfirmations(SecureAggregationContext context, IReadOnlyCollection<byte[]> messages)
    {
        var writer = ServerList.Start(Kinds.Confirmations, context).Int32(messages.Count);
        foreach (var message in messages)
        {
            writer.Bytes(message);
        }

        return writer.ToArray();
    }

    /// <summary>Reads the list and checks that every signature is over the reader's own survivor set and by one of it, each client once.</summary>
    public static Checked<ImmutableHashSet<int>> ReadConfirmations(SecureAggregationContext context, ReadOnlySpan<byte> message, ImmutableArray<int> own)
    {
        if (ServerList.Open(context, Kinds.Confirmations, message, out var body) is { } wrongList)
        {
            return wrongList;
        }

        var count = body.Int32();
        var confirmed = ImmutableHashSet.CreateBuilder<int>();
        for (var i = 0; i < count && i < context.Clients.Length && body.Failure is null; i++)
        {
            var confirmation = body.Bytes(8192);
            if (body.Failure is not null)
            {
                break;
            }

            if (!ReadConfirmation(context, confirmation, out _).Try(out var one, out var fault))
            {
                return fault;
            }

            if (!one.Survivors.AsSpan().SequenceEqual(own.AsSpan()))
            {
                return new ProtocolFault(
                    "secagg.survivors-differ", null, $"signatures over {context.Names(own)}", $"one by {context.Name(one.Index)} over {context.Names(one.Survivors)}");
            }

            if (!own.Contains(one.Index) || !confirmed.Add(one.Index))
            {
                return new ProtocolFault("secagg.not-in-cohort", context.Name(one.Index), "one signature by each survivor", "another or a second one");
            }
        }

        return body.Finish() && confirmed.Count == count
            ? confirmed.ToImmutable()
            : new ProtocolFault("secagg.malformed", null, "a list of confirmations", body.Failure ?? $"a count of {count} for {confirmed.Count}");
    }

    private static WireWriter WriteIndexes(WireWriter writer, ImmutableArray<int> indexes)
    {
        writer.Int32(indexes.Length);
        foreach (var index in indexes)
        {
            writer.Int32(index);
        }

        return writer;
    }

    private static Checked<ImmutableArray<int>> ReadIndexes(SecureAggregationContext context, ref WireReader body, PartyId? sender)
    {
        var count = body.Int32();
        var indexes = ImmutableArray.CreateBuilder<int>();
        for (var i = 0; i < count && i < context.Clients.Length && body.Failure is null; i++)
        {
            indexes.Add(body.Int32());
        }

        var ordered = indexes.Zip(indexes.Skip(1)).All(pair => pair.First < pair.Second) && indexes.All(i => i >= 0 && i < context.Clients.Length);
        return body.Finish() && indexes.Count == count && ordered
            ? indexes.ToImmutable()
            : new ProtocolFault("secagg.malformed", sender, "clients in order, each once", body.Failure ?? "another list");
    }
}
