using System.Collections.Immutable;
using System.Text.Json.Serialization;
using PrivacyGrains.Grains.Journaling;

namespace PrivacyGrains.Grains.Dealing;

/// <summary>Correlations were dealt: written before the first byte of them leaves.</summary>
internal sealed record Dealt(string Session, long Counter, string PlanDigest, DateTimeOffset At);

/// <summary>JSON of the entry.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Dealt))]
[JsonSerializable(typeof(ImmutableHashSet<string>))]
internal sealed partial class DealerJson : JsonSerializerContext;

/// <summary>Which sessions a dealer has served: each once, for ever. Pure.</summary>
internal sealed record DealerBook(long Counter, ImmutableHashSet<string> Sessions)
{
    /// <summary>Before the first deal.</summary>
    public static DealerBook Empty { get; } = new(0, []);

    /// <summary>The entry's stored form.</summary>
    public static JournalCodec<Dealt> Codec { get; } = new JournalCodec<Dealt>().With("dealer.dealt.v1", DealerJson.Default.Dealt);

    /// <summary>Applies a durable entry.</summary>
    public DealerBook Apply(Dealt dealt) => new(dealt.Counter, Sessions.Add(dealt.Session));

    /// <summary>Takes the next counter for a session that has had none.</summary>
    public Decision<Dealt> Deal(string session, string planDigest, DateTimeOffset now) =>
        Sessions.Contains(session)
            ? new Refusal("dealer.already-dealt", $"Correlations for session {session} were dealt already; they are dealt once. Start a new session.", RefusalKind.Conflict)
            : new Dealt(session, Counter + 1, planDigest, now);
}
