using System.Text.Json;
using System.Text.Json.Serialization;
using PrivacyGrains.Messages.Http;

namespace PrivacyGrains.Messages.Audit;

/// <summary>A signed tree head of the audit log.</summary>
/// <param name="Log">The log's name.</param>
/// <param name="Size">How many leaves it covers.</param>
/// <param name="RootHash">Merkle tree hash after RFC 6962, section 2.1; lower-case hex.</param>
/// <param name="At">When it was signed.</param>
/// <param name="Signature">By the coordinator's key over all of the above. Base64.</param>
public sealed record TreeHeadBody(string Log, long Size, string RootHash, DateTimeOffset At, byte[] Signature);

/// <summary>One leaf of the audit log.</summary>
/// <param name="Index">From 0, without gaps.</param>
/// <param name="Json">The leaf's canonical bytes (UTF-8) as text: what is hashed.</param>
public sealed record AuditEntryBody(long Index, string Json);

/// <summary>A Merkle proof.</summary>
/// <param name="Hashes">32-byte hashes in the order of RFC 6962. Each base64.</param>
public sealed record ProofBody(IReadOnlyList<byte[]> Hashes);

/// <summary>A whole log in one document: what an auditor takes home.</summary>
/// <param name="Head">The signed head.</param>
/// <param name="CoordinatorKey">The key that the head claims to be signed with (SPKI); the auditor compares it with the pinned one. Base64.</param>
/// <param name="Entries">Leaves 0 to size - 1.</param>
/// <param name="Ledgers">The budget ledgers that were exported beside it; may be empty.</param>
public sealed record AuditExport(
    TreeHeadBody Head, byte[] CoordinatorKey, IReadOnlyList<AuditEntryBody> Entries, IReadOnlyList<LedgerExport> Ledgers);

/// <summary>One budget's ledger within an export.</summary>
/// <param name="Head">The head, signed by the party.</param>
/// <param name="PartyKey">The key that the head claims to be signed with (SPKI). Base64.</param>
/// <param name="Entries">Entries 1 to version.</param>
public sealed record LedgerExport(Budgets.LedgerHeadBody Head, byte[] PartyKey, IReadOnlyList<Budgets.LedgerEntryBody> Entries);

/// <summary>Source-generated JSON of the room Audit.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(TreeHeadBody))]
[JsonSerializable(typeof(Page<AuditEntryBody>))]
[JsonSerializable(typeof(AuditEntryBody))]
[JsonSerializable(typeof(ProofBody))]
[JsonSerializable(typeof(AuditExport))]
public sealed partial class AuditJson : JsonSerializerContext;
