using System.Text.Json;
using System.Text.Json.Serialization;

namespace PrivacyGrains.Messages.Work;

/// <summary>Something that a party's agent is asked to take part in.</summary>
/// <param name="Kind"><c>round</c> or <c>inference</c>.</param>
/// <param name="Id">The round's name (<c>owner/number</c>) or the inference's session.</param>
public sealed record WorkItemBody(string Kind, string Id)
{
    /// <summary>A secure-aggregation round.</summary>
    public const string Round = "round";

    /// <summary>A joint inference.</summary>
    public const string Inference = "inference";
}

/// <summary>All that a party is asked to take part in now.</summary>
/// <param name="Version">Grows with every change; starts anew, above, after a restart.</param>
/// <param name="Items">Each once, ordered by kind and id.</param>
public sealed record WorkBody(long Version, IReadOnlyList<WorkItemBody> Items);

/// <summary>JSON of this room.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(WorkBody))]
public sealed partial class WorkJson : JsonSerializerContext;
