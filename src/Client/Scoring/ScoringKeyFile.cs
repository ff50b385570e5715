using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using PrivacyGrains.Ckks;
using PrivacyGrains.Ckks.Formats;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Parties;

namespace PrivacyGrains.Client.Scoring;

/// <summary>A client's secret key and the key set that goes with it, in a file of its own that only its user reads (mode 600). Made only where it is asked for.</summary>
public sealed class ScoringKeyFile
{
    private const int MostBytes = 64 << 20;
    private readonly byte[] _secret;

    private ScoringKeyFile(string model, string keySet, byte[] secret) => (Model, KeySet, _secret) = (model, keySet, secret);

    /// <summary>The model that the set is for.</summary>
    public string Model { get; }

    /// <summary>The set's id.</summary>
    public string KeySet { get; }

    /// <summary>Writes a client's key.</summary>
    /// <param name="client">The client.</param>
    /// <param name="path">The file; an older one is replaced.</param>
    public static void Write(EncryptedScoringClient client, string path)
    {
        ArgumentNullException.ThrowIfNull(client);
        var writer = new ArrayBufferWriter<byte>();
        SecretKeyFile.Write(client.Keys.Context, client.Keys.Secret, SealVersion.Widest, writer);
        SecretFile.Write(Path.GetFullPath(path), JsonSerializer.Serialize(new ScoringKeyDocument(client.Model, client.KeySet, writer.WrittenSpan.ToArray()), ScoringKeyJson.Default.ScoringKeyDocument));
        writer.Clear();
    }

    /// <summary>Reads one.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException"><c>scoring.bad-key-file</c>: it is none, or others may read it.</exception>
    public static ScoringKeyFile Read(string path)
    {
        try
        {
            if (SecretFile.IsOpenToOthers(path))
            {
                throw new InputException("scoring.bad-key-file", $"{path} can be read by others than its owner: chmod 600 it, or make other keys.");
            }

            if (new FileInfo(path).Length <= MostBytes && JsonSerializer.Deserialize(File.ReadAllBytes(path), ScoringKeyJson.Default.ScoringKeyDocument) is { } document)
            {
                return new ScoringKeyFile(document.Model, document.KeySet, document.SecretKey);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new InputException("scoring.bad-key-file", $"{path} is not there, or is no key file of 'score'.", e);
        }

        throw new InputException("scoring.bad-key-file", $"{path} is no key file of 'score'.");
    }

    /// <summary>The keys; what was read is cleared.</summary>
    /// <param name="context">The parameters of the model's version.</param>
    /// <exception cref="InputException"><c>scoring.bad-key-file</c>: the key is of other parameters.</exception>
    public ScoringKeys Open(CkksContext context)
    {
        var fault = SecretKeyFile.Read(context, _secret, out var secret);
        CryptographicOperations.ZeroMemory(_secret);
        return fault is null ? ScoringKeys.Of(context, secret!) : throw new InputException("scoring.bad-key-file", $"The key file does not fit the model's version: {fault}");
    }

    /// <inheritdoc/>
    public override string ToString() => $"ScoringKeyFile({Model}, {KeySet}, redacted)";
}

/// <summary>The file.</summary>
internal sealed record ScoringKeyDocument(string Model, string KeySet, byte[] SecretKey);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ScoringKeyDocument))]
internal sealed partial class ScoringKeyJson : JsonSerializerContext;
