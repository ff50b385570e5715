using PrivacyGrains.Client.Http;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Parties;

namespace PrivacyGrains.Client.Parties;

/// <summary>The consortium and its members.</summary>
/// <param name="connection">To which gateway, as whom.</param>
public sealed class PartiesClient(GatewayConnection connection)
{
    /// <summary>Who belongs to the consortium, in which epoch.</summary>
    public Task<ConsortiumBody> ConsortiumAsync(CancellationToken cancel = default) =>
        connection.GetAsync<ConsortiumBody>(Segments.Path("consortium"), cancel);

    /// <summary>All parties and whether they are there, ordered by name.</summary>
    public async Task<IReadOnlyList<PartyBody>> ListAsync(CancellationToken cancel = default) =>
        (await connection.GetAsync<Listing<PartyBody>>(Segments.Path("parties"), cancel)).Items;

    /// <summary>One party and whether it is there.</summary>
    public Task<PartyBody> GetAsync(string party, CancellationToken cancel = default) =>
        connection.GetAsync<PartyBody>(Segments.Path("parties", party), cancel);

    /// <summary>Invites a party. The token is answered this once: hand it over by a way that you trust.</summary>
    /// <param name="request">Whom.</param>
    /// <param name="idempotencyKey">Repeats of one invitation carry the same; null not to repeat. A new invitation replaces one that was not used.</param>
    /// <param name="cancel">Gives up.</param>
    public Task<InvitationBody> InviteAsync(InviteRequest request, string? idempotencyKey = null, CancellationToken cancel = default) =>
        connection.SendAsync<InviteRequest, InvitationBody>(HttpMethod.Post, Segments.Path("parties"), request, idempotencyKey: idempotencyKey, cancel: cancel);

    /// <summary>Answers an invitation. Repeatable where the request brings its own credential.</summary>
    public Task<JoinedBody> JoinAsync(string party, JoinRequestBody request, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return connection.SendAsync<JoinRequestBody, JoinedBody>(
            HttpMethod.Post, Segments.Path("parties", party, "join"), request, repeatable: request.Credential is not null, cancel: cancel);
    }

    /// <summary>Begins a new epoch, as after a restored backup; operators only. Repeatable.</summary>
    public Task<ConsortiumBody> BeginEpochAsync(long after, string reason, CancellationToken cancel = default) =>
        connection.SendAsync<BeginEpochRequest, ConsortiumBody>(HttpMethod.Post, Segments.Path("consortium", "epoch"), new(after, reason), repeatable: true, cancel: cancel);

    /// <summary>Ends a membership.</summary>
    public Task<ConsortiumBody> RevokeAsync(string party, string reason, CancellationToken cancel = default) =>
        connection.SendAsync<RevokePartyRequest, ConsortiumBody>(
            HttpMethod.Post, Segments.Path("parties", party, "revoke"), new(reason), repeatable: true, cancel: cancel);

    /// <summary>Describes a data set of the caller's own party; never its rows.</summary>
    public Task<DataSetBody> DescribeDataSetAsync(string party, string dataSet, DescribeDataSetRequest request, CancellationToken cancel = default) =>
        connection.SendAsync<DescribeDataSetRequest, DataSetBody>(HttpMethod.Put, Segments.Path("parties", party, "data-sets", dataSet), request, cancel: cancel);

    /// <summary>Says that the caller's own agent is there.</summary>
    public Task NotePresenceAsync(string party, string agentVersion, CancellationToken cancel = default) =>
        connection.SendAsync(HttpMethod.Put, Segments.Path("parties", party, "presence"), new PresenceRequest(agentVersion), cancel: cancel);
}
