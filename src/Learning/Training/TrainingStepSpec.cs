using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using PrivacyGrains.Learning.Data;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Queries;

namespace PrivacyGrains.Learning.Training;

/// <summary>What each participant computes in one training round: all that it needs beside its rows and the base weights. Public.</summary>
/// <param name="Job">The training job.</param>
/// <param name="Step">The federated step, from 1.</param>
/// <param name="Model"><c>logistic</c>.</param>
/// <param name="BaseWeights">Digest of the weights that the step starts from: lower-case hex of SHA-256 over the safetensors file.</param>
/// <param name="Label">The label's column.</param>
/// <param name="PositiveLabel">Its value that counts as 1.</param>
/// <param name="NegativeLabel">Its value that counts as 0; empty where the participant's one other value does.</param>
/// <param name="Features">In the model's order, with the public ranges that they are scaled by.</param>
/// <param name="LocalSteps">Full-batch gradient steps.</param>
/// <param name="LearningRate">Their length.</param>
/// <param name="Momentum">Share of the last step's movement that is kept.</param>
/// <param name="Ridge">Weight of the squared parameters in the loss.</param>
/// <param name="GradientClip">L2 bound on one record's gradient.</param>
/// <param name="NoiseMultiplier">Deviation over sensitivity of the noise that each participant adds in full; 0 for none.</param>
/// <param name="UpdateClip">L2 bound on the participant's update.</param>
/// <param name="FractionalBits">One unit of an encoded update is 2^-this.</param>
/// <param name="WordBits">Bits of an encoded word.</param>
/// <param name="Clients">The most participants in a sum: no sum of so many wraps.</param>
/// <remarks>
/// Travels as canonical JSON: one text for one meaning, so its SHA-256 stands for it in the roster, and so in every signature and charge of the round.
/// <see cref="TryDecode"/> takes no other text. Participants count equally; a weight that depended on their rows would have no small sensitivity.
/// </remarks>
public sealed record TrainingStepSpec(
    string Job,
    int Step,
    string Model,
    string BaseWeights,
    string Label,
    string PositiveLabel,
    string NegativeLabel,
    ImmutableArray<FeatureRange> Features,
    int LocalSteps,
    double LearningRate,
    double Momentum,
    double Ridge,
    double GradientClip,
    double NoiseMultiplier,
    double UpdateClip,
    int FractionalBits,
    int WordBits,
    int Clients)
{
    /// <summary>The one kind of model.</summary>
    public const string Logistic = "logistic";

    private const int MaximumLength = 32 << 20;

    /// <summary>Words of an update: the weights, then the bias.</summary>
    [JsonIgnore]
    public int VectorLength => Features.Length + 1;

    /// <summary>Whether the round is charged: it has noise.</summary>
    [JsonIgnore]
    public bool IsCharged => NoiseMultiplier > 0;

    /// <summary>The canonical JSON.</summary>
    public string Encode() => JsonSerializer.Serialize(new Versioned(1, this), TrainingStepJson.Default.Versioned);

    /// <summary>Lower-case hex of SHA-256 over the canonical JSON's UTF-8 bytes.</summary>
    public string Digest() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Encode())));

    /// <summary>Reads a specification that came from outside.</summary>
    /// <param name="json">The text as it came.</param>
    /// <param name="spec">The specification, or null.</param>
    /// <param name="fault">What is wrong first, or null.</param>
    /// <returns>Whether the text is canonical and its figures make a training step.</returns>
    public static bool TryDecode(string json, [NotNullWhen(true)] out TrainingStepSpec? spec, [NotNullWhen(false)] out string? fault)
    {
        ArgumentNullException.ThrowIfNull(json);
        (spec, fault) = (null, null);
        try
        {
            var read = json.Length <= MaximumLength ? JsonSerializer.Deserialize(json, TrainingStepJson.Default.Versioned) : null;
            spec = read?.Spec;
            fault = read is null ? "a training step is not empty, and at most 32 MiB long"
                : read.Version != 1 ? $"version 1 of a training step is known, not {read.Version}"
                : read.Spec.Encode() != json ? "the text is not the canonical one"
                : read.Spec.Fault();
        }
        catch (JsonException e)
        {
            fault = $"not a training step: {e.Message}";
        }

        spec = fault is null ? spec : null;
        return fault is null;
    }

    /// <summary>What is wrong with the figures, or null.</summary>
    public string? Fault()
    {
        try
        {
            return Job.Length == 0 || Step < 1 ? "a training step has a job and counts from 1"
                : Model != Logistic ? $"the model is {Logistic}, not {Model}"
                : BaseWeights.Length != 2 * SHA256.HashSizeInBytes ? "the base weights are named by their SHA-256"
                : Features.IsDefaultOrEmpty || Features.Any(f => f is null || f.Name is null) ? "a model has features"
                : Schema(NegativeLabel.Length > 0 ? NegativeLabel : PositiveLabel + "-not").Fault() ?? (Options() is null || Words() is null ? "no options" : null);
        }
        catch (ArgumentException e)
        {
            return e.Message;
        }
    }

    /// <summary>How a participant trains.</summary>
    /// <returns>The options of one round.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A figure is out of range: the specification was not checked.</exception>
    public TrainingOptions Options() => TrainingOptions.Create(
        rounds: 1, LocalSteps, LearningRate, ClipNorm.Create(GradientClip), ClipNorm.Create(UpdateClip), IsCharged ? GradientNoise.Create(NoiseMultiplier) : null, Momentum, Ridge);

    /// <summary>How updates become words and back.</summary>
    /// <returns>The encoding, every weight 1.</returns>
    /// <exception cref="ArgumentException">A sum could wrap: the specification was not checked.</exception>
    public UpdateEncoding Words() => UpdateEncoding.Create(WordBits, FractionalBits, ClipNorm.Create(UpdateClip), Clients, greatestWeight: 1, VectorLength);

    /// <summary>What the round costs each record of a participant, as one zCDP figure: what it charges; zero without noise.</summary>
    /// <returns>The local steps' rho together, rounded up.</returns>
    public Rho RoundRho() => IsCharged
        ? ZeroConcentrated.Compose(Enumerable.Repeat(GradientNoise.Create(NoiseMultiplier).StepRho, LocalSteps))
        : Rho.Create(0);

    /// <summary>The schema under which a participant reads its own table.</summary>
    /// <param name="table">Its table; asked only for the label's other value where the specification leaves it open.</param>
    /// <returns>The schema. A third value of the label is a fault of the table, see <see cref="LabelledTable.TryCreate"/>.</returns>
    public DatasetSchema SchemaFor(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (NegativeLabel.Length > 0 || table.IndexOf(Label) is not (>= 0 and var column))
        {
            return Schema(NegativeLabel);
        }

        var other = Enumerable.Range(0, table.RowCount).Select(row => table.Text(row, column)).FirstOrDefault(value => value != PositiveLabel);
        return Schema(other ?? $"not {PositiveLabel}");
    }

    private DatasetSchema Schema(string negative) => new(Job, Label, PositiveLabel, negative, Features);

    /// <summary>The text's outer form.</summary>
    internal sealed record Versioned([property: JsonPropertyName("trainingStep")] int Version, TrainingStepSpec Spec);
}

/// <summary>The generated serializer of training steps.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(TrainingStepSpec.Versioned))]
internal sealed partial class TrainingStepJson : JsonSerializerContext;
