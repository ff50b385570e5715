using System.Text.Json;
using System.Text.Json.Serialization;

namespace PrivacyGrains.Client.Parties;

/// <summary>What a party holds fast about its consortium, whatever a gateway says later.</summary>
/// <param name="Party">Its own name.</param>
/// <param name="Consortium">The consortium's name.</param>
/// <param name="Gateway">The gateway that it joined through.</param>
/// <param name="CoordinatorKey">The key that signs the audit log's heads (SPKI). Base64.</param>
/// <param name="Members">Fingerprints of the members' keys, by party; a member that joins later is pinned when it is first seen.</param>
public sealed record PartyPins(string Party, string Consortium, Uri Gateway, byte[] CoordinatorKey, IReadOnlyDictionary<string, string> Members);

/// <summary>Source-generated JSON of a party's folder.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PartyPins))]
internal sealed partial class PartyFolderJson : JsonSerializerContext;
