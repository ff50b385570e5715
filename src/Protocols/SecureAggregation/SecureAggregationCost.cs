using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.SecureAggregation.Messages;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.SecureAggregation;

/// <summary>What one secure aggregation costs a client: messages and bytes, exactly, from the parameters and the sizes of the sets.</summary>
/// <param name="Rounds">Exchanges between a client and the server.</param>
/// <param name="BytesUp">Bytes that a client sends in each phase, in the phases' order.</param>
/// <param name="BytesDown">Bytes that it receives in each phase; the first is empty.</param>
public sealed record SecureAggregationCost(int Rounds, IReadOnlyList<long> BytesUp, IReadOnlyList<long> BytesDown)
{
    private const int Length = sizeof(int);
    private const int DigestLength = 32;

    /// <summary>Messages that a client sends.</summary>
    public int MessagesUp => BytesUp.Count;

    /// <summary>All bytes of one client in both directions.</summary>
    public long Total => BytesUp.Sum() + BytesDown.Sum();

    /// <summary>The cost of one client that takes part to the end.</summary>
    /// <param name="parameters">The aggregation's parameters.</param>
    /// <param name="advertised">Clients that advertised keys (|U1|).</param>
    /// <param name="shared">Clients that shared them (|U2|).</param>
    /// <param name="survivors">Clients that gave an input (|U3|).</param>
    /// <param name="confirmed">Clients that signed the survivor set (|U4|).</param>
    /// <returns>The cost; grows with n and with the vector, and the server's with n squared.</returns>
    public static SecureAggregationCost Of(SecureAggregationParameters parameters, int advertised, int shared, int survivors, int confirmed)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        const int Key = Length + AgreementPublicKey.Length;
        var pair = Length + Length + ShareMessages.CiphertextLength;
        var advertise = Signed(Kinds.Advertise, Key + Key);
        var confirm = Signed(Kinds.Consistency, Length + ((long)survivors * Length));
        return new SecureAggregationCost(
            Rounds: 5,
            BytesUp:
            [
                advertise,
                Signed(Kinds.Shares, Length + ((advertised - 1L) * pair)),
                Signed(Kinds.Masked, Length + ((long)parameters.VectorLength * parameters.WordBytes)),
                confirm,
                Signed(Kinds.Unmask, Length + (shared * (Length + 1L + Length + SharePair.Length))),
            ],
            BytesDown:
            [
                0,
                Listed(Kinds.KeyList, Length + (advertised * (Length + advertise))),
                Listed(Kinds.Delivery, Length + ((shared - 1L) * pair)),
                Listed(Kinds.Survivors, Length + ((long)survivors * Length)),
                Listed(Kinds.Confirmations, Length + (confirmed * (Length + confirm))),
            ]);
    }

    private static long Listed(string kind, long body) => new WireWriter(kind, SignedEnvelope.Version).Written.Length + Length + DigestLength + body;

    private static long Signed(string kind, long body) =>
        new WireWriter(SignedEnvelope.Kind, SignedEnvelope.Version).Written.Length
        + Length + Listed(kind, Length + body)
        + Length + VerificationKey.SignatureLength;
}
