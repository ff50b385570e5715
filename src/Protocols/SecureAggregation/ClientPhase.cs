using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.SecureAggregation.Messages;

namespace PrivacyGrains.Protocols.SecureAggregation;

/// <summary>A client between two phases: its secrets, the message that it sends now, and one way on.</summary>
/// <remarks>
/// A step that succeeds moves the secrets to the next state, and a second call is answered by <c>secagg.already-answered</c>: a party answers a step once.
/// A step that returns a fault has given nothing away; the caller may wait for the right list or, as the paper says, abort. Not thread-safe. Never persisted.
/// </remarks>
public abstract class ClientPhase : IDisposable
{
    private ClientSecrets? _secrets;

    private protected ClientPhase(SecureAggregationContext context, int index, SigningKey signer, ClientSecrets secrets, byte[] message)
    {
        (Context, Index, Signer, _secrets) = (context, index, signer, secrets);
        Message = message;
    }

    /// <summary>The signed message of this phase for the server. Sending the same bytes again is harmless.</summary>
    public ReadOnlyMemory<byte> Message { get; }

    /// <summary>The aggregation.</summary>
    public SecureAggregationContext Context { get; }

    /// <summary>Which client this is.</summary>
    public PartyId Self => Context.Name(Index);

    private protected int Index { get; }

    private protected SigningKey Signer { get; }

    /// <summary>Erases what this state still holds; nothing where the next state holds it.</summary>
    public void Dispose()
    {
        _secrets?.Dispose();
        _secrets = null;
        GC.SuppressFinalize(this);
    }

    /// <summary>The phase and the client; never a secret.</summary>
    public override string ToString() => $"{GetType().Name}({Self})";

    /// <summary>The secrets, or a fault where the step was answered or the state disposed.</summary>
    private protected Checked<ClientSecrets> Secrets() =>
        _secrets is { } secrets ? secrets : new ProtocolFault("secagg.already-answered", null, "one request in each phase", "a second one, or one after the end");

    /// <summary>Gives the secrets to the next state.</summary>
    private protected ClientSecrets Move()
    {
        var secrets = _secrets!;
        _secrets = null;
        return secrets;
    }

    private protected ProtocolFault TooFew(string what, int count) =>
        new("secagg.too-few", null, $"at least {Context.Parameters.MinimumCohort} {what}", $"{count}");
}

/// <summary>A client's entry to the protocol.</summary>
/// <remarks>
/// <para>
/// Source: Bonawitz, Ivanov, Kreuter, Marcedone, McMahan, Patel, Ramage, Segal, Seth, "Practical Secure Aggregation for Privacy-Preserving Machine Learning",
/// CCS 2017 (eprint 2017/281), figure 4 with the steps of the active variant. Phases: Advertise (round 0), <see cref="AdvertisedClient.ShareKeys"/>
/// (1), <see cref="SharedClient.Mask"/> (2), <see cref="MaskedClient.ConfirmSurvivors"/> (3), <see cref="ConfirmedClient.Unmask"/> (4).
/// </para>
/// <para>
/// Security: against a server that deviates as it likes and colludes with up to <see cref="SecureAggregationParameters.Colluders"/> clients, it learns no more
/// of the other clients' inputs than the sum over one survivor set of at least the minimum cohort. Not given: correctness against a malicious client (it can
/// give a wrong input or wrong shares, and so a wrong sum or an abort), protection of what the sum itself reveals (add noise), robustness against a server that
/// stops. Where n exceeds 64 the complete graph is slow: each client talks to all others.
/// </para>
/// </remarks>
public static class SecureAggregationClient
{
    /// <summary>Makes the round's keys and advertises them (figure 4, round 0).</summary>
    /// <param name="context">The aggregation, whose roster the caller verified.</param>
    /// <param name="self">Which client this is.</param>
    /// <param name="signer">Its roster key; not owned.</param>
    /// <returns>The client, with its message for the server; its owner disposes every state.</returns>
    /// <exception cref="ArgumentException">The roster does not name this party as a contributor with this key.</exception>
    public static AdvertisedClient Advertise(SecureAggregationContext context, PartyId self, SigningKey signer) =>
        Advertise(context, self, signer, AgreementKey.Create(), AgreementKey.Create());

    /// <summary>As above with given keys, for known answers.</summary>
    internal static AdvertisedClient Advertise(
        SecureAggregationContext context, PartyId self, SigningKey signer, AgreementKey encryptionKey, AgreementKey maskingKey)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(signer);
        var index = context.IndexOf(self);
        if (index < 0 || !context.Clients[index].Key.Equals(signer.PublicKey))
        {
            encryptionKey.Dispose();
            maskingKey.Dispose();
            throw new ArgumentException($"The roster does not name {self} as a contributor with this key.", nameof(self));
        }

        var message = AdvertiseMessage.Write(context, index, new PeerKeys(encryptionKey.PublicKey, maskingKey.PublicKey), signer);
        return new AdvertisedClient(context, index, signer, new ClientSecrets(encryptionKey, maskingKey), message);
    }
}
