using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using PrivacyGrains.Messages.Audit;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Messages.Inferences;
using PrivacyGrains.Messages.Keys;
using PrivacyGrains.Messages.Models;
using PrivacyGrains.Messages.Parties;
using PrivacyGrains.Messages.Queries;
using PrivacyGrains.Messages.Rounds;
using PrivacyGrains.Messages.Scoring;
using PrivacyGrains.Messages.Stock;
using PrivacyGrains.Messages.Trainings;
using PrivacyGrains.Messages.Work;

namespace PrivacyGrains.Messages.Http;

/// <summary>How every message is written as JSON: camelCase, byte strings as base64, source-generated.</summary>
/// <remarks>A room that adds messages adds its context to <see cref="Resolver"/>; nothing is found by reflection.</remarks>
public static class MessagesJson
{
    /// <summary>The contexts of all rooms.</summary>
    public static IJsonTypeInfoResolver Resolver { get; } = JsonTypeInfoResolver.Combine(
        HttpJson.Default, PartiesJson.Default, KeysJson.Default, BudgetsJson.Default, ModelsJson.Default, AuditJson.Default,
        InferencesJson.Default, RoundsJson.Default, TrainingsJson.Default, QueriesJson.Default, WorkJson.Default, StockJson.Default, ScoringJson.Default);

    /// <summary>What the gateway reads with: unknown and doubled members, missing ones, other cases of letters and numbers that are not finite are refused.</summary>
    public static JsonSerializerOptions Strict { get; } = Frozen(options =>
    {
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
    });

    /// <summary>What a client reads with: members that a newer gateway added are passed over.</summary>
    public static JsonSerializerOptions Tolerant { get; } = Frozen(_ => { });

    /// <summary>Sets the strict reading on options that belong to somebody else, as ASP.NET's.</summary>
    /// <param name="options">Not yet in use.</param>
    public static void ApplyStrict(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ApplyCommon(options);
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.TypeInfoResolver = Resolver;
    }

    private static JsonSerializerOptions Frozen(Action<JsonSerializerOptions> more)
    {
        var options = new JsonSerializerOptions { TypeInfoResolver = Resolver };
        ApplyCommon(options);
        more(options);
        options.MakeReadOnly();
        return options;
    }

    private static void ApplyCommon(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.DictionaryKeyPolicy = null; // keys of dictionaries are names that users chose
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.MaxDepth = 16;
        options.Converters.Add(new FiniteNumber());
    }
}

/// <summary>Source-generated JSON of the messages that belong to no room.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(Problem))]
public sealed partial class HttpJson : JsonSerializerContext;
