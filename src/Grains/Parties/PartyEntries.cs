using System.Collections.Immutable;
using System.Text.Json.Serialization;
using PrivacyGrains.Grains.Journaling;

namespace PrivacyGrains.Grains.Parties;

/// <summary>Something that happened to a party. Audited.</summary>
internal abstract record PartyEntry(string By, DateTimeOffset At);

internal sealed record DataSetDescribed(string Name, long Rows, ImmutableArray<string> Columns, string Budget, string By, DateTimeOffset At) : PartyEntry(By, At);

internal sealed record RosterSigned(string Session, string Digest, string By, DateTimeOffset At) : PartyEntry(By, At);

/// <summary>Evidence: a head, signed by its party, that lies behind or beside the one that was witnessed.</summary>
internal sealed record HeadRefused(
    string Code, string Party, string Budget, long Version, string HeadHash, byte[] Signature, long KeptVersion, string KeptHash, string By, DateTimeOffset At) : PartyEntry(By, At);

/// <summary>A ledger head of another party, kept. Not audited: the charge behind it is.</summary>
internal sealed record HeadWitnessed(string Party, string Budget, long Version, string HeadHash, byte[] Signature, DateTimeOffset At);

/// <summary>The stored form of the entries and of the witness's snapshot.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(DataSetDescribed))]
[JsonSerializable(typeof(RosterSigned))]
[JsonSerializable(typeof(HeadRefused))]
[JsonSerializable(typeof(HeadWitnessed))]
[JsonSerializable(typeof(HeadWitnessed[]))]
internal sealed partial class PartyJson : JsonSerializerContext;

/// <summary>The names of the entries.</summary>
internal static class PartyEntries
{
    public static JournalCodec<PartyEntry> Codec { get; } = new JournalCodec<PartyEntry>()
        .With("party.data-set-described.v1", PartyJson.Default.DataSetDescribed)
        .With("party.roster-signed.v1", PartyJson.Default.RosterSigned)
        .With("party.head-refused.v1", PartyJson.Default.HeadRefused);

    public static JournalCodec<HeadWitnessed> WitnessCodec { get; } = new JournalCodec<HeadWitnessed>()
        .With("party.head-witnessed.v1", PartyJson.Default.HeadWitnessed);
}
