using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.SecureAggregation.Messages;

namespace PrivacyGrains.Protocols.SecureAggregation;

/// <summary>A client that shared its secrets and waits for the others' shares.</summary>
public sealed class SharedClient : ClientPhase
{
    private readonly SortedDictionary<int, PeerKeys> _keys;

    internal SharedClient(
        SecureAggregationContext context, int index, SigningKey signer, ClientSecrets secrets, SortedDictionary<int, PeerKeys> keys, byte[] message)
        : base(context, index, signer, secrets, message) => _keys = keys;

    /// <summary>Takes the others' shares and masks the input (figure 4, round 2).</summary>
    /// <param name="delivery">The server's delivery of shares, as it came: whoever is in it is in U2.</param>
    /// <param name="input">x_u, the aggregation's number of words, each below 2^b; secret. Negative numbers come in two's complement modulo 2^b.</param>
    /// <returns>
    /// The next state with its message; or a fault, as <c>secagg.too-few</c>, <c>secagg.not-in-cohort</c>, <c>secagg.tampered-share</c> or
    /// <c>secagg.misaddressed-share</c>.
    /// </returns>
    /// <exception cref="ArgumentException">The input has another length, or a word does not fit.</exception>
    public Checked<MaskedClient> Mask(ReadOnlySpan<byte> delivery, ReadOnlySpan<ulong> input)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(input.Length, Context.Parameters.VectorLength);
        if (Context.Parameters.WordBits < 64 && input.ContainsAnyExceptInRange(0UL, Context.Parameters.WordMask))
        {
            throw new ArgumentException($"A word is below 2^{Context.Parameters.WordBits}.", nameof(input));
        }

        if (!Secrets().Try(out var secrets, out var fault) || !ShareMessages.ReadDelivery(Context, delivery).Try(out var ciphertexts, out fault))
        {
            return fault;
        }

        if (ciphertexts.ContainsKey(Index) || ciphertexts.Keys.Any(peer => !_keys.ContainsKey(peer)))
        {
            return new ProtocolFault("secagg.not-in-cohort", null, "shares of other clients that advertised keys", "shares of another client, or own ones");
        }

        if (ciphertexts.Count + 1 < Context.Parameters.MinimumCohort)
        {
            return TooFew("clients with shares", ciphertexts.Count + 1);
        }

        if (TakeShares(secrets, ciphertexts) is { } wrongShare)
        {
            return wrongShare;
        }

        // y_u = x_u + PRG(b_u) + sum over v in U2 of +-PRG(s_uv).
        var masked = input.ToArray();
        Masks.Apply(Context.Parameters, masked, Masks.SelfSeed(Context, secrets.SelfMask, Index), subtract: false);
        foreach (var peer in ciphertexts.Keys)
        {
            var seed = Masks.PairSeed(Context, secrets.MaskingKey, _keys[peer].Masking, Index, peer);
            Masks.Apply(Context.Parameters, masked, seed, Masks.IsSubtracted(Index, peer));
        }

        var message = MaskedInput.Write(Context, Index, masked, Signer);
        secrets.EraseOwn();
        return new MaskedClient(Context, Index, Signer, Move(), message);
    }

    /// <summary>Decrypts and keeps every pair, or none.</summary>
    private ProtocolFault? TakeShares(ClientSecrets secrets, SortedDictionary<int, byte[]> ciphertexts)
    {
        var taken = new Dictionary<int, SharePair>();
        foreach (var (peer, ciphertext) in ciphertexts)
        {
            if (!ShareMessages.Decrypt(Context, secrets.InboundKeys[peer], peer, Index, ciphertext).Try(out var pair, out var fault))
            {
                foreach (var other in taken.Values)
                {
                    other.Clear();
                }

                return fault;
            }

            taken.Add(peer, pair);
        }

        foreach (var (peer, pair) in taken)
        {
            secrets.Held.Add(peer, pair);
        }

        return null;
    }
}
