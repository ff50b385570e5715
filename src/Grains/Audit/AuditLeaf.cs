using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Protocols.Transparency;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Grains.Audit;

/// <summary>One <see cref="AuditEvent"/> in its place in the log, with the journal that it comes from, as <c>hospital-1/ledger/records</c>.</summary>
internal sealed record AuditLeaf(
    long Index, string Source, long Sequence, string Kind, string Subject, string Actor, string Detail, string Digest, DateTimeOffset At)
{
    public static AuditLeaf Of(long index, string source, AuditEvent e) =>
        new(index, source, e.Sequence, e.Kind, e.Subject, e.Actor, e.Detail, e.Digest, e.At.ToUniversalTime());
}

/// <summary>A leaf with the bytes that stand in the journal, which are the ones that are hashed: the form may grow, old leaves keep theirs.</summary>
internal sealed record StoredLeaf(AuditLeaf Leaf, ReadOnlyMemory<byte> Json)
{
    public StoredLeaf(AuditLeaf leaf)
        : this(leaf, JsonSerializer.SerializeToUtf8Bytes(leaf, AuditJson.Default.AuditLeaf))
    {
    }

    public byte[] Hash() => MerkleTree.HashLeaf(Json.Span);

    public AuditEntryView View() => new(Leaf.Index, Encoding.UTF8.GetString(Json.Span));
}

/// <summary>The stored form of leaves: members in the order of the record, no white space.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AuditLeaf))]
internal sealed partial class AuditJson : JsonSerializerContext;

/// <summary>Writes a leaf's own bytes, and gives them back beside the leaf.</summary>
internal sealed class AuditCodec : IJournalCodec<StoredLeaf>
{
    private const string Name = "audit.leaf.v1";

    public static AuditCodec Instance { get; } = new();

    /// <inheritdoc/>
    public JournalEntry Encode(StoredLeaf entry) => new(Name, entry.Json);

    /// <inheritdoc/>
    public StoredLeaf Decode(string stream, in RecordedEntry recorded)
    {
        if (recorded.Type != Name)
        {
            throw JournalCodec<StoredLeaf>.Unknown(stream, recorded);
        }

        try
        {
            return new StoredLeaf(JsonSerializer.Deserialize(recorded.Payload.Span, AuditJson.Default.AuditLeaf) ?? throw new JsonException("null"), recorded.Payload);
        }
        catch (JsonException e)
        {
            throw JournalCodec<StoredLeaf>.Unreadable(stream, recorded, e);
        }
    }
}
