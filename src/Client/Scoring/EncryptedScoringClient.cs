using System.Globalization;
using System.Security.Cryptography;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Messages.Scoring;

namespace PrivacyGrains.Client.Scoring;

/// <summary>Scores rows that the service never sees: encrypts here, decrypts here. One model's version, one set of keys.</summary>
/// <remarks>
/// The service learns how many rows a request could hold, when, and whose. It must not be told what an answer decrypts to, nor anything computed from its low digits: with CKKS that may give the secret key away
/// (Li, Micciancio, "On the Security of Homomorphic Encryption on Approximate Numbers", EUROCRYPT 2021). Scores are the client's to act on; whoever publishes them should round them to what the error bound allows.
/// Not thread-safe.
/// </remarks>
public sealed class EncryptedScoringClient : IDisposable
{
    private readonly EncryptedModelsClient _gateway;
    private readonly ScoringOptions _options;
    private readonly TimeProvider _clock;

    private EncryptedScoringClient(EncryptedModelsClient gateway, string model, EncryptedVersionBody version, ScoringKeys keys, string keySet, ScoringOptions options)
    {
        (_gateway, Model, Version, Keys, KeySet, _options, _clock) = (gateway, model, version, keys, keySet, options, gateway.Connection.Clock);
    }

    /// <summary>The model's name.</summary>
    public string Model { get; }

    /// <summary>The version that is asked.</summary>
    public EncryptedVersionBody Version { get; }

    /// <summary>The client's keys.</summary>
    public ScoringKeys Keys { get; }

    /// <summary>The key set at the service.</summary>
    public string KeySet { get; }

    /// <summary>Fetches a model, checks its digest and parameters, makes keys and uploads those that its layouts need.</summary>
    /// <param name="gateway">To which gateway, as whom.</param>
    /// <param name="model">The model.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="layouts">The layouts that keys are uploaded for; null for all of the version's.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="GatewayException">The gateway refused; or <c>scoring.other-model</c>, <c>scoring.bad-parameters</c>.</exception>
    public static async Task<EncryptedScoringClient> OpenAsync(
        EncryptedModelsClient gateway, string model, ScoringOptions? options = null, IReadOnlyCollection<string>? layouts = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(gateway);
        options ??= new ScoringOptions();
        var version = await FetchAsync(gateway, model, options, cancel);
        var keys = ScoringKeys.Make(ScoringKeys.Check(version.Parameters));
        try
        {
            var set = await gateway.CreateKeySetAsync(model, version.Version, cancel);
            var client = new EncryptedScoringClient(gateway, model, version, keys, set.KeySet, options);
            await client.UploadAsync(layouts, cancel);
            return client;
        }
        catch
        {
            keys.Dispose();
            throw;
        }
    }

    /// <summary>Goes on with keys that were uploaded before.</summary>
    /// <param name="gateway">To which gateway, as whom.</param>
    /// <param name="file">As <see cref="ScoringKeyFile.Write"/> left it.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="GatewayException">The gateway refused: <c>scoring.keys-expired</c>, above all.</exception>
    /// <exception cref="InputException">The file is not one.</exception>
    public static async Task<EncryptedScoringClient> ResumeAsync(EncryptedModelsClient gateway, string file, ScoringOptions? options = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(gateway);
        options ??= new ScoringOptions();
        var kept = ScoringKeyFile.Read(file);
        var version = await FetchAsync(gateway, kept.Model, options, cancel);
        await gateway.GetKeySetAsync(kept.Model, kept.KeySet, cancel);
        return new EncryptedScoringClient(gateway, kept.Model, version, kept.Open(ScoringKeys.Check(version.Parameters)), kept.KeySet, options);
    }

    /// <summary>Scores rows; as many requests as they take, one after the other.</summary>
    /// <param name="rows">As the model's owner scales them: where the version has ranges, in the features' own units. Secret.</param>
    /// <param name="cancel">Gives up; requests that were answered are counted.</param>
    /// <exception cref="InputException">A row has another length or a number out of its bound; the message names row and feature, not the number.</exception>
    /// <exception cref="GatewayException">The gateway refused: <c>scoring.quota-used-up</c>, above all.</exception>
    public async Task<ScoredRows> ScoreAsync(IReadOnlyList<double[]> rows, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var layout = LayoutOf(rows.Count);
        var scaled = RowScaling.Apply(Version, rows);
        var each = layout.Period == 0 ? Keys.Context.SlotCount : 1;
        var scores = new List<double[]>(rows.Count);
        var (up, down, counted, left, requests) = (0L, 0L, 0L, 0L, 0);
        var (encrypt, service, decrypt) = (TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
        foreach (var some in scaled.Chunk(each))
        {
            cancel.ThrowIfCancellationRequested();
            var start = _clock.GetTimestamp();
            var body = await Task.Run(() => RowEncryption.Encrypt(Keys, layout, some, _options.Framing), cancel);
            var sent = _clock.GetTimestamp();
            var answer = await _gateway.ScoreAsync(Model, KeySet, layout.Layout, Version.Version, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), body, cancel);
            var came = _clock.GetTimestamp();
            var found = await Task.Run(() => RowEncryption.Decrypt(Keys, layout, some.Length, Version.Outputs, answer.Bytes), cancel);
            scores.AddRange(found.Select(row => RowScaling.Link(Version.Link, row)));
            encrypt += _clock.GetElapsedTime(start, sent);
            service += _clock.GetElapsedTime(sent, came);
            decrypt += _clock.GetElapsedTime(came);
            (up, down, requests) = (up + body.Length, down + answer.Bytes.Length, requests + 1);
            counted += Number(answer.Headers.GetValueOrDefault(ScoringHeaders.Rows));
            left = Number(answer.Headers.GetValueOrDefault(ScoringHeaders.Left));
        }

        return new ScoredRows(
            [.. scores], Version.Version, layout.Layout, requests, counted, left, up, down, layout.ErrorBound, new ScoringSeconds(encrypt.TotalSeconds, service.TotalSeconds, decrypt.TotalSeconds));
    }

    /// <summary>Clears the secret key. The key set stays until it expires or is deleted.</summary>
    public void Dispose() => Keys.Dispose();

    private static async Task<EncryptedVersionBody> FetchAsync(EncryptedModelsClient gateway, string model, ScoringOptions options, CancellationToken cancel)
    {
        var body = await gateway.GetAsync(model, cancel);
        var version = options.Version == 0 ? body.Versions.LastOrDefault(v => v.Status == "active") ?? body.Versions[^1] : body.Versions.FirstOrDefault(v => v.Version == options.Version);
        return version is null ? throw new GatewayException("scoring.unknown-version", 404, $"{model} has no version {options.Version}.")
            : options.Digest is { } wanted && wanted != version.Digest
                ? throw new GatewayException("scoring.other-model", 0, $"{model} version {version.Version} is registered as {version.Digest}; {wanted} was wanted. Nothing was sent.")
            : version;
    }

    private async Task UploadAsync(IReadOnlyCollection<string>? layouts, CancellationToken cancel)
    {
        var wanted = Version.Layouts.Where(l => layouts is null || layouts.Contains(l.Layout)).ToList();
        int[] steps = [.. wanted.SelectMany(l => l.Steps).Distinct()];
        foreach (var kind in wanted.SelectMany(l => l.Keys).Distinct())
        {
            await _gateway.UploadAsync(Model, KeySet, kind, destination => Keys.Write(kind, steps, _options.Framing, destination), cancel);
        }
    }

    private EncryptedLayoutBody LayoutOf(int rows)
    {
        var wanted = _options.Layout ?? (rows == 1 && Version.Layouts.Any(l => l.Layout == "packed") || !Version.Layouts.Any(l => l.Layout == "batched") ? "packed" : "batched");
        return Version.Layouts.FirstOrDefault(l => l.Layout == wanted)
            ?? throw new InputException("scoring.unknown-layout", $"{Model} version {Version.Version} has layouts {string.Join(", ", Version.Layouts.Select(l => l.Layout))}, not {wanted}.");
    }

    private static long Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
