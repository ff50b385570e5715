using PrivacyGrains.Protocols.SecureAggregation.Messages;

namespace PrivacyGrains.Protocols.SecureAggregation;

/// <summary>The server's phase ShareKeys: collects the encrypted shares (figure 4, round 1).</summary>
public sealed class ServerShareKeys : ServerPhase
{
    private readonly SortedDictionary<int, PeerKeys> _keys;
    private readonly SortedDictionary<int, SortedDictionary<int, byte[]>> _ciphertexts = [];

    internal ServerShareKeys(SecureAggregationContext context, SortedDictionary<int, PeerKeys> keys, byte[] keyList)
        : base(context, keys.Keys)
    {
        _keys = keys;
        KeyList = keyList;
    }

    /// <summary>The list of U1's keys, the same for every client.</summary>
    public ReadOnlyMemory<byte> KeyList { get; }

    /// <summary>Takes a client's message.</summary>
    /// <param name="message">The bytes as they came.</param>
    /// <returns>Whose it was, or a fault as <c>secagg.wrong-recipients</c>, <c>secagg.wrong-length</c> or <c>secagg.equivocation</c>.</returns>
    public Checked<Acceptance> Add(ReadOnlySpan<byte> message)
    {
        if (!ShareMessages.Read(Context, message, out var content).Try(out var one, out var fault))
        {
            return fault;
        }

        if (_keys.ContainsKey(one.Index) && !one.Ciphertexts.Keys.SequenceEqual(_keys.Keys.Where(index => index != one.Index)))
        {
            return new ProtocolFault(
                "secagg.wrong-recipients", Context.Name(one.Index), $"shares for {Context.Names(_keys.Keys.Where(index => index != one.Index))}",
                $"shares for {Context.Names(one.Ciphertexts.Keys)}");
        }

        var taken = Take(one.Index, content);
        if (taken is not { IsOk: true, Value.IsNew: true })
        {
            return taken;
        }

        _ciphertexts.Add(one.Index, one.Ciphertexts);
        return taken;
    }

    /// <summary>Ends the phase: who was heard is U2.</summary>
    /// <returns>The next phase, with a delivery for each client; or <c>secagg.too-few</c> naming who is missing.</returns>
    public Checked<ServerCollectMaskedInputs> Close() =>
        TryClose(_ciphertexts.Count) is { } fault ? fault : new ServerCollectMaskedInputs(Context, _keys, _ciphertexts);
}
