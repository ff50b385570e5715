using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.SecureAggregation.Messages;
using PrivacyGrains.Protocols.SecureAggregation.SecretSharing;

namespace PrivacyGrains.Protocols.SecureAggregation;

/// <summary>A client that advertised its keys and waits for the others'.</summary>
public sealed class AdvertisedClient : ClientPhase
{
    internal AdvertisedClient(SecureAggregationContext context, int index, SigningKey signer, ClientSecrets secrets, byte[] message)
        : base(context, index, signer, secrets, message)
    {
    }

    /// <summary>Checks everybody's keys and shares the own secrets among them (figure 4, round 1).</summary>
    /// <param name="keyList">The server's list of keys, as it came.</param>
    /// <param name="random">Where the self-mask secret and the sharing's coefficients come from.</param>
    /// <returns>
    /// The next state with its message; or a fault, as <c>secagg.too-few</c>, <c>secagg.wrong-signature</c>, <c>secagg.doubled-key</c>,
    /// <c>secagg.foreign-session</c>, or <c>secagg.own-message-changed</c> where the list has other keys under the own name, or none.
    /// </returns>
    public Checked<SharedClient> ShareKeys(ReadOnlySpan<byte> keyList, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (!Secrets().Try(out var secrets, out var fault) || !AdvertiseMessage.ReadList(Context, keyList).Try(out var keys, out fault))
        {
            return fault;
        }

        if (keys.Count < Context.Parameters.MinimumCohort)
        {
            return TooFew("clients with keys", keys.Count);
        }

        if (!keys.TryGetValue(Index, out var listed) || listed != new PeerKeys(secrets.EncryptionKey.PublicKey, secrets.MaskingKey.PublicKey))
        {
            return new ProtocolFault("secagg.own-message-changed", null, "the own keys in the list", "other keys, or none");
        }

        var message = ShareMessages.Write(Context, Index, Split(secrets, keys, random), Signer);
        return new SharedClient(Context, Index, Signer, Move(), keys, message);
    }

    /// <summary>Shares s_u^SK and b_u among U1, encrypts each peer's pair, keeps the own.</summary>
    private SortedDictionary<int, byte[]> Split(ClientSecrets secrets, SortedDictionary<int, PeerKeys> keys, IRandomSource random)
    {
        random.Fill(secrets.SelfMask);
        var threshold = Context.Parameters.ReconstructionThreshold;
        byte[] points = [.. keys.Keys.Select(Point)];
        var scalar = secrets.MaskingKey.ExportScalar();
        var keyShares = ByteShamir.Split(scalar, threshold, points, random);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(scalar);
        var seedShares = ByteShamir.Split(secrets.SelfMask, threshold, points, random);
        var ciphertexts = new SortedDictionary<int, byte[]>();
        foreach (var (i, peer) in keys.Keys.Index())
        {
            var pair = new SharePair(keyShares[i], seedShares[i]);
            if (peer == Index)
            {
                secrets.Held.Add(Index, pair);
                continue;
            }

            var (outbound, inbound) = Masks.EncryptionKeys(Context, secrets.EncryptionKey, keys[peer].Encryption, Index, peer);
            secrets.InboundKeys.Add(peer, inbound);
            ciphertexts.Add(peer, ShareMessages.Encrypt(Context, outbound, Index, peer, pair));
            pair.Clear();
        }

        secrets.EncryptionKey.Dispose();

        return ciphertexts;
    }

    /// <summary>A client's point in the sharing: its index plus one.</summary>
    internal static byte Point(int index) => checked((byte)(index + 1));
}
