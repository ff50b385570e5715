using System.Security.Cryptography;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Http;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Models;

namespace PrivacyGrains.Client.Models;

/// <summary>Models and their versions.</summary>
/// <param name="connection">To which gateway, as whom.</param>
public sealed class ModelsClient(GatewayConnection connection)
{
    /// <summary>All models, oldest first.</summary>
    public async Task<IReadOnlyList<ModelSummary>> ListAsync(CancellationToken cancel = default) =>
        (await connection.GetAsync<Listing<ModelSummary>>(Segments.Path("models"), cancel)).Items;

    /// <summary>A model and its versions.</summary>
    public Task<ModelBody> GetAsync(string model, CancellationToken cancel = default) =>
        connection.GetAsync<ModelBody>(Segments.Path("models", model), cancel);

    /// <summary>Adds a version; the same weights again are the version that they have.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="kind">As <c>logistic</c>.</param>
    /// <param name="lineage">Where it comes from, as <c>training/detector</c>.</param>
    /// <param name="privacyNote">The claim that goes with it.</param>
    /// <param name="weights">safetensors bytes, at most 16 MiB.</param>
    /// <param name="cancel">Gives up.</param>
    public Task<ModelVersionBody> RegisterAsync(
        string model, string kind, string lineage, string privacyNote, ReadOnlyMemory<byte> weights, CancellationToken cancel = default)
    {
        var query = $"kind={Uri.EscapeDataString(kind)}&lineage={Uri.EscapeDataString(lineage)}&privacyNote={Uri.EscapeDataString(privacyNote)}&digest={Digest(weights.Span)}";
        return connection.SendBytesAsync<ModelVersionBody>(HttpMethod.Post, $"{Segments.Path("models", model, "versions")}?{query}", weights, repeatable: true, cancel: cancel);
    }

    /// <summary>One version's weights, checked against the digest that the model's entry states.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="version">From 1; 0 for the newest.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="GatewayException"><c>model.wrong-digest</c>: the bytes are not the ones that were registered.</exception>
    public async Task<(ModelVersionBody Version, byte[] Weights)> WeightsAsync(string model, int version = 0, CancellationToken cancel = default)
    {
        var versions = (await GetAsync(model, cancel)).Versions;
        var wanted = version == 0 ? (versions.Count == 0 ? null : versions[^1]) : versions.FirstOrDefault(v => v.Version == version);
        wanted = wanted ?? throw new GatewayException("model.unknown-version", 404, $"{model} has no version {version}.");
        var weights = await connection.GetBytesAsync(Segments.Path("models", model, "versions", $"{wanted.Version}", "weights"), cancel);
        return Digest(weights) == wanted.Digest
            ? (wanted, weights)
            : throw new GatewayException("model.wrong-digest", 0, $"{model} version {wanted.Version} is registered as {wanted.Digest}; what came is {Digest(weights)}.");
    }

    /// <summary>Ends a version's use.</summary>
    public Task<ModelVersionBody> RetireAsync(string model, int version, string reason, CancellationToken cancel = default) =>
        connection.SendAsync<RetireModelRequest, ModelVersionBody>(
            HttpMethod.Post, Segments.Path("models", model, "versions", $"{version}", "retire"), new(reason), repeatable: true, cancel: cancel);

    private static string Digest(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
