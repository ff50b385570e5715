using System.Text.Json.Serialization;
using PrivacyGrains.Grains.Journaling;

namespace PrivacyGrains.Grains.Computation;

/// <summary>An entry of one side's journal: what must be known of it after a crash. Holds no share, no key and no opening.</summary>
internal abstract record ComputationEntry(DateTimeOffset At);

/// <summary>The side has signed the session's roster.</summary>
internal sealed record SidePrepared(string RosterDigest, DateTimeOffset At) : ComputationEntry(At);

/// <summary>The side has taken its correlated randomness; written before the first opening leaves.</summary>
/// <param name="Digest">SHA-256 over what the dealer sealed; the lot's name where it came from the stock.</param>
/// <param name="Lot">The lot, which the party's stock has marked as taken before; null where the session was dealt for.</param>
/// <param name="At">When.</param>
internal sealed record CorrelationsTaken(string Digest, DateTimeOffset At, string? Lot = null) : ComputationEntry(At);

/// <summary>The side has ended; written before its output share leaves.</summary>
internal sealed record ComputationEnded(string Outcome, DateTimeOffset At) : ComputationEntry(At);

/// <summary>JSON of the entries.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SidePrepared))]
[JsonSerializable(typeof(CorrelationsTaken))]
[JsonSerializable(typeof(ComputationEnded))]
internal sealed partial class ComputationJson : JsonSerializerContext;

/// <summary>The rules of one side: each step once, and nothing after the end. Pure.</summary>
internal sealed record ComputationBook(string? RosterDigest, string? Correlations, string? Outcome, bool FromStock = false)
{
    /// <summary>How a side ends well.</summary>
    public const string Completed = "completed";

    /// <summary>How a side ends whose shares a restart has lost.</summary>
    public const string Lost = "computation.lost";

    /// <summary>Before the first entry.</summary>
    public static ComputationBook Empty { get; } = new(null, null, null);

    /// <summary>The entries' stored form.</summary>
    public static JournalCodec<ComputationEntry> Codec { get; } = new JournalCodec<ComputationEntry>()
        .With("computation.prepared.v1", ComputationJson.Default.SidePrepared)
        .With("computation.correlations-taken.v1", ComputationJson.Default.CorrelationsTaken)
        .With("computation.ended.v1", ComputationJson.Default.ComputationEnded);

    /// <summary>Whether it was begun and never ended.</summary>
    public bool IsUnfinished => RosterDigest is not null && Outcome is null;

    /// <summary>Applies a durable entry.</summary>
    public ComputationBook Apply(ComputationEntry entry) => entry switch
    {
        SidePrepared prepared => this with { RosterDigest = prepared.RosterDigest },
        CorrelationsTaken taken => this with { Correlations = taken.Digest, FromStock = taken.Lot is not null },
        ComputationEnded ended => this with { Outcome = ended.Outcome },
        _ => throw new ArgumentException($"No entry of a computation: {entry.GetType().Name}", nameof(entry)),
    };

    /// <summary>Signs a session's roster, once: a side that a second activation prepared is not this one's.</summary>
    public Decision<ComputationEntry> Prepare(string rosterDigest, DateTimeOffset now) =>
        RosterDigest is null ? new SidePrepared(rosterDigest, now) : AlreadyUsed();

    /// <summary>Takes the correlations that were dealt for this session, once; also in place of a lot that not every side got.</summary>
    public Decision<ComputationEntry> Take(string digest, DateTimeOffset now) =>
        Outcome is not null || RosterDigest is null || (Correlations is not null && !FromStock) ? AlreadyUsed() : new CorrelationsTaken(digest, now);

    /// <summary>Takes a lot from the stock, once.</summary>
    public Decision<ComputationEntry> TakeLot(string lot, DateTimeOffset now) =>
        Outcome is not null || RosterDigest is null || Correlations is not null ? AlreadyUsed() : new CorrelationsTaken(lot, now, lot);

    /// <summary>Ends, once: only who wrote the end may let an output leave.</summary>
    public Decision<ComputationEntry> End(string outcome, DateTimeOffset now) =>
        Outcome is not null ? AlreadyUsed() : new ComputationEnded(outcome, now);

    private Refusal AlreadyUsed() => new(
        Outcome ?? "computation.already-begun", "This party has taken part in this session before; a session is run once. Start a new one.", RefusalKind.Conflict);
}
