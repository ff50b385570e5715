using System.Text.Json;
using System.Text.Json.Serialization;
using PrivacyGrains.Messages.Http;

namespace PrivacyGrains.Messages.Models;

/// <summary>A model in a list of models.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Title">For people.</param>
/// <param name="CreatedAt">When its first version was entered.</param>
public sealed record ModelSummary(string Model, string Title, DateTimeOffset CreatedAt);

/// <summary>A model and its versions.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Versions">Oldest first.</param>
public sealed record ModelBody(string Model, IReadOnlyList<ModelVersionBody> Versions);

/// <summary>One version of a model.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Version">From 1.</param>
/// <param name="Kind">As <c>logistic</c>.</param>
/// <param name="Lineage">Where it comes from, as <c>training/detector</c>.</param>
/// <param name="Digest">Lower-case hex of SHA-256 over the weights.</param>
/// <param name="PrivacyNote">The privacy claim that goes with it.</param>
/// <param name="Status">Whether it may be used.</param>
/// <param name="At">When it was entered.</param>
public sealed record ModelVersionBody(
    string Model, int Version, string Kind, string Lineage, string Digest, string PrivacyNote, string Status, DateTimeOffset At);

/// <summary>Why a version's use ends.</summary>
/// <param name="Reason">One line, public: 1 to 200 characters.</param>
public sealed record RetireModelRequest(string Reason);

/// <summary>Source-generated JSON of the room Models.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(Listing<ModelSummary>))]
[JsonSerializable(typeof(ModelBody))]
[JsonSerializable(typeof(ModelVersionBody))]
[JsonSerializable(typeof(RetireModelRequest))]
public sealed partial class ModelsJson : JsonSerializerContext;
