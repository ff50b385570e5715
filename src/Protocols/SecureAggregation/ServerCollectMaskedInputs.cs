using System.Collections.Immutable;
using PrivacyGrains.Protocols.SecureAggregation.Messages;

namespace PrivacyGrains.Protocols.SecureAggregation;

/// <summary>The server's phase CollectMaskedInputs: notes whose input came; the sums themselves are kept in <see cref="MaskedSum"/>s (figure 4, round 2).</summary>
public sealed class ServerCollectMaskedInputs : ServerPhase
{
    private readonly SortedDictionary<int, PeerKeys> _keys;
    private readonly SortedDictionary<int, byte[]> _deliveries = [];

    internal ServerCollectMaskedInputs(
        SecureAggregationContext context, SortedDictionary<int, PeerKeys> keys, SortedDictionary<int, SortedDictionary<int, byte[]>> ciphertexts)
        : base(context, ciphertexts.Keys)
    {
        _keys = keys;
        foreach (var recipient in ciphertexts.Keys)
        {
            var forIt = new SortedDictionary<int, byte[]>();
            foreach (var (sender, pairs) in ciphertexts.Where(entry => entry.Key != recipient))
            {
                forIt.Add(sender, pairs[recipient]);
            }

            _deliveries.Add(recipient, ShareMessages.WriteDelivery(context, forIt));
        }
    }

    /// <summary>The shares for one client of U2.</summary>
    /// <param name="party">The client.</param>
    /// <returns>The delivery, or <c>secagg.not-in-cohort</c> for a client that did not share.</returns>
    public Checked<ReadOnlyMemory<byte>> DeliveryFor(PartyId party) =>
        _deliveries.TryGetValue(Context.IndexOf(party), out var delivery)
            ? (ReadOnlyMemory<byte>)delivery
            : new ProtocolFault("secagg.not-in-cohort", party, "a client that shared its keys", "another");

    /// <summary>Notes a masked input; the caller adds the input itself to a <see cref="MaskedSum"/> where this answers that it is new.</summary>
    /// <param name="receipt">From <see cref="MaskedInput.Read"/>, here or at an aggregator of the same operator.</param>
    /// <returns>Whose it was, or <c>secagg.unknown-party</c>, <c>secagg.not-in-cohort</c> or <c>secagg.equivocation</c>.</returns>
    public Checked<Acceptance> Add(MaskedInputReceipt receipt)
    {
        ArgumentNullException.ThrowIfNull(receipt);
        return Context.IndexOf(receipt.Party) is >= 0 and var index
            ? Take(index, receipt.Digest.ToArray())
            : new ProtocolFault("secagg.unknown-party", receipt.Party, "a client of the roster", "another party");
    }

    /// <summary>Ends the phase: who was heard, less who was revoked meanwhile, is U3.</summary>
    /// <param name="revoked">Members that the consortium revoked since the roster was signed; their inputs must not be in the sum. Null for none.</param>
    /// <returns>The next phase, with the survivor list for the clients; or <c>secagg.too-few</c> naming who is missing.</returns>
    public Checked<ServerCheckConsistency> Close(IReadOnlySet<PartyId>? revoked = null)
    {
        var survivors = Indexes.Where(index => revoked is null || !revoked.Contains(Context.Name(index))).ToImmutableArray();
        return TryClose(survivors.Length) is { } fault ? fault : new ServerCheckConsistency(Context, _keys, [.. _deliveries.Keys], survivors);
    }
}
