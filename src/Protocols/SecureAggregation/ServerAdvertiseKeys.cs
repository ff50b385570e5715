using PrivacyGrains.Protocols.SecureAggregation.Messages;

namespace PrivacyGrains.Protocols.SecureAggregation;

/// <summary>The server's phase AdvertiseKeys: collects every client's keys (figure 4, round 0).</summary>
/// <param name="context">The aggregation.</param>
public sealed class ServerAdvertiseKeys(SecureAggregationContext context) : ServerPhase(context, Enumerable.Range(0, context.Clients.Length).ToArray())
{
    private readonly SortedDictionary<int, byte[]> _messages = [];
    private readonly SortedDictionary<int, PeerKeys> _keys = [];

    /// <summary>Takes a client's message.</summary>
    /// <param name="message">The bytes as they came.</param>
    /// <returns>Whose it was, or a fault as <c>secagg.wrong-signature</c>, <c>secagg.invalid-point</c>, <c>secagg.doubled-key</c> or <c>secagg.equivocation</c>.</returns>
    public Checked<Acceptance> Add(ReadOnlySpan<byte> message)
    {
        if (!AdvertiseMessage.Read(Context, message, out var content).Try(out var one, out var fault))
        {
            return fault;
        }

        // One of the two copied the other's key, and it cannot be told which; honest clients would stop the round, so it is refused here.
        if (_keys.Where(other => other.Key != one.Index && Share(other.Value, one.Keys)).Select(other => other.Key).FirstOrDefault(-1) is >= 0 and var twin)
        {
            return new ProtocolFault("secagg.doubled-key", null, "every key once", $"one key of {Context.Name(twin)} and {Context.Name(one.Index)}");
        }

        var taken = Take(one.Index, content);
        if (taken is { IsOk: true, Value.IsNew: true })
        {
            _messages.Add(one.Index, message.ToArray());
            _keys.Add(one.Index, one.Keys);
        }

        return taken;
    }

    /// <summary>Ends the phase: who was heard is U1.</summary>
    /// <returns>The next phase, with the list for the clients; or <c>secagg.too-few</c> naming who is missing.</returns>
    public Checked<ServerShareKeys> Close() =>
        TryClose(_messages.Count) is { } fault ? fault : new ServerShareKeys(Context, _keys, AdvertiseMessage.WriteList(Context, _messages.Values));

    private static bool Share(PeerKeys a, PeerKeys b) =>
        a.Encryption.Equals(b.Encryption) || a.Masking.Equals(b.Masking) || a.Encryption.Equals(b.Masking) || a.Masking.Equals(b.Encryption);
}
