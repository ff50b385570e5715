using System.Buffers;
using PrivacyGrains.Client.Http;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Scoring;

namespace PrivacyGrains.Client.Scoring;

/// <summary>Models that score encrypted rows: the calls themselves. <see cref="EncryptedScoringClient"/> makes keys and ciphertexts for them.</summary>
/// <param name="connection">To which gateway, as whom.</param>
public sealed class EncryptedModelsClient(GatewayConnection connection)
{
    private const string Room = "encrypted-models";
    private static readonly TimeSpan UploadDeadline = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ScoreDeadline = TimeSpan.FromMinutes(6);

    /// <summary>To which gateway, as whom.</summary>
    internal GatewayConnection Connection => connection;

    /// <summary>All models, oldest first.</summary>
    public async Task<IReadOnlyList<EncryptedModelSummary>> ListAsync(CancellationToken cancel = default) =>
        (await connection.GetAsync<Listing<EncryptedModelSummary>>(Segments.Path(Room), cancel)).Items;

    /// <summary>A model, its versions and layouts, and what is left of the caller's quota.</summary>
    public Task<EncryptedModelBody> GetAsync(string model, CancellationToken cancel = default) => connection.GetAsync<EncryptedModelBody>(Segments.Path(Room, model), cancel);

    /// <summary>Adds a version; the same again is the version that it is.</summary>
    public Task<EncryptedModelBody> RegisterAsync(string model, RegisterEncryptedModelRequest request, CancellationToken cancel = default) =>
        connection.SendAsync<RegisterEncryptedModelRequest, EncryptedModelBody>(HttpMethod.Post, Segments.Path(Room, model, "versions"), request, repeatable: true, cancel: cancel);

    /// <summary>Ends a version's use.</summary>
    public Task<EncryptedModelBody> RetireAsync(string model, int version, string reason, CancellationToken cancel = default) =>
        connection.SendAsync<RetireEncryptedModelRequest, EncryptedModelBody>(
            HttpMethod.Post, Segments.Path(Room, model, "versions", $"{version}", "retire"), new(reason), repeatable: true, cancel: cancel);

    /// <summary>Sets how many rows a credential may ask for in all.</summary>
    public Task<ScoringQuotaBody> AllowAsync(string model, string credential, long rows, CancellationToken cancel = default) =>
        connection.SendAsync<AllowRowsRequest, ScoringQuotaBody>(HttpMethod.Put, Segments.Path(Room, model, "quotas", credential), new(rows), cancel: cancel);

    /// <summary>A version's parameters as SEAL's EncryptionParameters.</summary>
    /// <param name="model">The model.</param>
    /// <param name="sealVersion">The dialect, as <c>4.1</c>.</param>
    /// <param name="modelVersion">From 1; 0 for the newest.</param>
    /// <param name="cancel">Gives up.</param>
    public Task<byte[]> ParametersAsync(string model, string sealVersion, int modelVersion = 0, CancellationToken cancel = default) =>
        connection.GetBytesAsync($"{Segments.Path(Room, model, "parameters")}?version={Uri.EscapeDataString(sealVersion)}&modelVersion={modelVersion}", cancel);

    /// <summary>Opens a key set.</summary>
    public Task<KeySetBody> CreateKeySetAsync(string model, int modelVersion = 0, CancellationToken cancel = default) =>
        connection.PostAsync<KeySetBody>($"{Segments.Path(Room, model, "key-sets")}?modelVersion={modelVersion}", cancel: cancel);

    /// <summary>One of the caller's key sets.</summary>
    public Task<KeySetBody> GetKeySetAsync(string model, string keySet, CancellationToken cancel = default) =>
        connection.GetAsync<KeySetBody>(Segments.Path(Room, model, "key-sets", keySet), cancel);

    /// <summary>Erases one of the caller's key sets.</summary>
    public Task DeleteKeySetAsync(string model, string keySet, CancellationToken cancel = default) =>
        connection.SendAsync(HttpMethod.Delete, Segments.Path(Room, model, "key-sets", keySet), cancel: cancel);

    /// <summary>Uploads one kind of keys while they are written.</summary>
    /// <param name="model">The model.</param>
    /// <param name="keySet">The set.</param>
    /// <param name="kind">public, relinearization or galois.</param>
    /// <param name="write">Writes one SEAL object. Never a secret key: the service refuses it, and it would have left its owner all the same.</param>
    /// <param name="cancel">Gives up.</param>
    public Task<KeySetBody> UploadAsync(string model, string keySet, string kind, Action<IBufferWriter<byte>> write, CancellationToken cancel = default) =>
        connection.PutWrittenAsync<KeySetBody>(Segments.Path(Room, model, "key-sets", keySet, kind), write, UploadDeadline, cancel);

    /// <summary>Scores ciphertexts.</summary>
    /// <param name="model">The model.</param>
    /// <param name="keySet">The set.</param>
    /// <param name="layout">batched or packed.</param>
    /// <param name="modelVersion">From 1; 0 for the newest.</param>
    /// <param name="requestId">1 to 64 letters, digits, hyphens, underscores and dots: names the request, so that repeating it counts once.</param>
    /// <param name="ciphertexts">SEAL objects one after another.</param>
    /// <param name="cancel">Gives up.</param>
    public Task<BytesAnswer> ScoreAsync(string model, string keySet, string layout, int modelVersion, string requestId, ReadOnlyMemory<byte> ciphertexts, CancellationToken cancel = default) =>
        connection.PostForBytesAsync(
            $"{Segments.Path(Room, model, "key-sets", keySet, "scores")}?layout={Uri.EscapeDataString(layout)}&modelVersion={modelVersion}&requestId={Uri.EscapeDataString(requestId)}",
            ciphertexts, repeatable: true, ScoreDeadline, cancel);
}
