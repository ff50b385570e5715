using PrivacyGrains.Client.Http;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Keys;

namespace PrivacyGrains.Client.Keys;

/// <summary>API keys.</summary>
/// <param name="connection">To which gateway, as whom.</param>
public sealed class KeysClient(GatewayConnection connection)
{
    /// <summary>Makes a key. Its secret is answered this once.</summary>
    /// <param name="request">For whom and for how long.</param>
    /// <param name="idempotencyKey">Repeats of one request carry the same; null not to repeat.</param>
    /// <param name="cancel">Gives up.</param>
    public Task<CreatedKey> CreateAsync(CreateKeyRequest request, string? idempotencyKey = null, CancellationToken cancel = default) =>
        connection.SendAsync<CreateKeyRequest, CreatedKey>(HttpMethod.Post, Segments.Path("keys"), request, idempotencyKey: idempotencyKey, cancel: cancel);

    /// <summary>The keys that the caller may see: an operator all, a party its own.</summary>
    public async Task<IReadOnlyList<KeyInfo>> ListAsync(CancellationToken cancel = default) =>
        (await connection.GetAsync<Listing<KeyInfo>>(Segments.Path("keys"), cancel)).Items;

    /// <summary>Ends a key, within the seconds for which gateways remember that it was good.</summary>
    public Task RevokeAsync(string credentialId, CancellationToken cancel = default) =>
        connection.SendAsync(HttpMethod.Delete, Segments.Path("keys", credentialId), cancel: cancel);
}
