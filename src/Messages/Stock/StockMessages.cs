using System.Text.Json;
using System.Text.Json.Serialization;
using PrivacyGrains.Messages.Http;

namespace PrivacyGrains.Messages.Stock;

/// <summary>A plan to keep stock for.</summary>
/// <param name="Plan">Canonical bytes of the plan. Base64.</param>
/// <param name="ComputeParties">In the order of their shares.</param>
/// <param name="Dealer">Who deals; has no other role.</param>
/// <param name="Lots">How many sessions' correlations to hold ready at least: 0 to 1000; 0 ends it.</param>
public sealed record SetReserveRequest(byte[] Plan, IReadOnlyList<string> ComputeParties, string Dealer, int Lots);

/// <summary>How a plan's stock stands.</summary>
/// <param name="Name">The plan's name.</param>
/// <param name="ComputeParties">In the order of their shares.</param>
/// <param name="Dealer">Who deals.</param>
/// <param name="Lots">Held ready at least.</param>
/// <param name="Target">Held ready at present, by the demand.</param>
/// <param name="Ready">Lots that lie at every party.</param>
/// <param name="Ordered">Lots under way.</param>
/// <param name="LotsPerMinute">That sessions asked for in the last minute.</param>
/// <param name="LotBytes">Of one lot, at all parties.</param>
/// <param name="KeptBy"><c>operator</c> where one reserved it; <c>itself</c> where stock is kept because sessions use the plan.</param>
/// <param name="RunsOutAt">When it is kept no longer, if no session asks until then; null for an operator's.</param>
public sealed record ReserveBody(
    string Name, IReadOnlyList<string> ComputeParties, string Dealer, int Lots, int Target, int Ready, int Ordered, double LotsPerMinute, long LotBytes, string KeptBy,
    DateTimeOffset? RunsOutAt);

/// <summary>JSON of this room.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(SetReserveRequest))]
[JsonSerializable(typeof(ReserveBody))]
[JsonSerializable(typeof(Listing<ReserveBody>))]
public sealed partial class StockJson : JsonSerializerContext;
