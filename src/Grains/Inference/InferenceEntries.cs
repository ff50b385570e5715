using System.Collections.Immutable;
using System.Text.Json.Serialization;
using PrivacyGrains.Grains.Journaling;

namespace PrivacyGrains.Grains.Inference;

/// <summary>An entry of a joint inference's journal. Holds nothing that is secret: sealed outputs open with the receiver's key only.</summary>
internal abstract record InferenceEntry(DateTimeOffset At);

/// <summary>The session was opened.</summary>
internal sealed record InferenceCreated(InferenceTerms Terms, ReadOnlyMemory<byte> Roster, InferenceCost Cost, string By, DateTimeOffset At) : InferenceEntry(At);

/// <summary>Every member signed the roster; inputs are awaited.</summary>
internal sealed record SidesOffered(ImmutableArray<SideOffer> Offers, DateTimeOffset At) : InferenceEntry(At);

/// <summary>Every side holds its share of a slot.</summary>
internal sealed record InputAccepted(string Slot, string Digest, DateTimeOffset At) : InferenceEntry(At);

/// <summary>All inputs are in: from here on correlations are supplied, once, and the sides begin.</summary>
internal sealed record ComputingBegun(DateTimeOffset At) : InferenceEntry(At);

/// <summary>Every side has its correlations: of a lot, or dealt for this session where there is none. The rounds begin.</summary>
internal sealed record CorrelationsSupplied(string? Lot, DateTimeOffset At) : InferenceEntry(At);

/// <summary>A side ended, well or with a fault.</summary>
internal sealed record SideEnded(SideOutcome Outcome, DateTimeOffset At) : InferenceEntry(At);

/// <summary>The session ended without a result.</summary>
internal sealed record InferenceAborted(string Code, string Reason, DateTimeOffset At) : InferenceEntry(At);

/// <summary>JSON of the entries.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(InferenceCreated))]
[JsonSerializable(typeof(SidesOffered))]
[JsonSerializable(typeof(InputAccepted))]
[JsonSerializable(typeof(ComputingBegun))]
[JsonSerializable(typeof(CorrelationsSupplied))]
[JsonSerializable(typeof(SideEnded))]
[JsonSerializable(typeof(InferenceAborted))]
internal sealed partial class InferenceJson : JsonSerializerContext;

/// <summary>The stable names of the entries.</summary>
internal static class InferenceEntries
{
    /// <summary>Their stored form.</summary>
    public static JournalCodec<InferenceEntry> Codec { get; } = new JournalCodec<InferenceEntry>()
        .With("inference.created.v1", InferenceJson.Default.InferenceCreated)
        .With("inference.sides-offered.v1", InferenceJson.Default.SidesOffered)
        .With("inference.input-accepted.v1", InferenceJson.Default.InputAccepted)
        .With("inference.computing-begun.v1", InferenceJson.Default.ComputingBegun)
        .With("inference.correlations-supplied.v1", InferenceJson.Default.CorrelationsSupplied)
        .With("inference.side-ended.v1", InferenceJson.Default.SideEnded)
        .With("inference.aborted.v1", InferenceJson.Default.InferenceAborted);
}
