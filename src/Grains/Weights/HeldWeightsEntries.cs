using System.Text.Json.Serialization;
using PrivacyGrains.Grains.Journaling;

namespace PrivacyGrains.Grains.Weights;

/// <summary>An entry of a party's held weights. Names and counts: no share.</summary>
internal abstract record HeldWeightsEntry(DateTimeOffset At);

/// <summary>The party holds an opening's weights; written before their file.</summary>
internal sealed record WeightsKept(WeightsKeep Keep, DateTimeOffset At) : HeldWeightsEntry(At);

/// <summary>A session uses held weights; written before its first message leaves.</summary>
internal sealed record WeightsUsed(string Opening, string Session, string Receiver, DateTimeOffset At) : HeldWeightsEntry(At);

/// <summary>The owner has withdrawn its weights; written before their file is erased.</summary>
internal sealed record WeightsWithdrawn(string Opening, DateTimeOffset At) : HeldWeightsEntry(At);

/// <summary>One opening's weights, as a snapshot has them.</summary>
internal sealed record HeldOpening(WeightsKeep Keep, long Used, string? LastSession, bool IsWithdrawn);

/// <summary>The book written down whole.</summary>
internal sealed record HeldWeightsSnapshot(IReadOnlyList<HeldOpening> Openings);

/// <summary>JSON of the entries.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(WeightsKept))]
[JsonSerializable(typeof(WeightsUsed))]
[JsonSerializable(typeof(WeightsWithdrawn))]
[JsonSerializable(typeof(HeldWeightsSnapshot))]
internal sealed partial class HeldWeightsJson : JsonSerializerContext;

/// <summary>The stable names of the entries.</summary>
internal static class HeldWeightsEntries
{
    /// <summary>Their stored form.</summary>
    public static JournalCodec<HeldWeightsEntry> Codec { get; } = new JournalCodec<HeldWeightsEntry>()
        .With("weights.kept.v1", HeldWeightsJson.Default.WeightsKept)
        .With("weights.used.v1", HeldWeightsJson.Default.WeightsUsed)
        .With("weights.withdrawn.v1", HeldWeightsJson.Default.WeightsWithdrawn);
}
