using System.Collections.Immutable;
using PrivacyGrains.Grains.Journaling;

namespace PrivacyGrains.Grains.Scoring;

/// <summary>A key set's state and the rules about it. Pure and immutable.</summary>
internal sealed record KeySetBook(KeySetTerms? Terms, ImmutableDictionary<string, KeyView> Keys, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, string? Ended)
{
    private const string Expired = "expired";

    /// <summary>Before it was opened.</summary>
    public static KeySetBook Empty { get; } = new(null, ImmutableDictionary.Create<string, KeyView>(StringComparer.Ordinal), default, default, null);

    /// <summary>The files that must stay.</summary>
    public IReadOnlySet<string> Files => Ended is not null
        ? new HashSet<string>()
        : Keys.Values.SelectMany(k => KeyPieces.NamesOf(k.Kind, k.Place, k.Pieces)).Append("set").ToHashSet(StringComparer.Ordinal);

    /// <summary>The book after one durable entry.</summary>
    public KeySetBook Apply(KeySetEntry entry) => entry switch
    {
        KeySetOpened e => this with { Terms = e.Terms.ToTerms(), CreatedAt = e.At, ExpiresAt = e.ExpiresAt },
        KeysTaken e => this with { Keys = Keys.SetItem(e.Kind, new KeyView(e.Kind, e.Digest, e.Bytes, e.Pieces, e.SealVersion, e.Upload)) },
        KeySetEnded e => this with { Ended = e.Reason, Keys = Keys.Clear() },
        _ => throw new ArgumentOutOfRangeException(nameof(entry), entry.GetType().Name, "No such entry."),
    };

    /// <summary>Opens it.</summary>
    public Decision<KeySetEntry> Open(KeySetName name, KeySetTerms terms, TimeSpan lifetime, DateTimeOffset now) =>
        Terms is null ? new KeySetOpened(StoredTerms.Of(terms), now + lifetime, now)
        : Refuse(name, now) is { } refusal ? refusal
        : Terms.ParametersId == terms.ParametersId ? Decision<KeySetEntry>.Nothing
        : new Refusal("scoring.key-set-taken", $"Key set {name.Set} is for other parameters. Open another.");

    /// <summary>Why it cannot be used, or null.</summary>
    public Refusal? Refuse(KeySetName name, DateTimeOffset now) =>
        Terms is null ? Unknown(name)
        : Ended == Expired || (Ended is null && now >= ExpiresAt) ? new Refusal("scoring.keys-expired", $"Key set {name.Set} expired at {ExpiresAt:u} and was erased. Open another and upload the keys anew.", RefusalKind.NotFound)
        : Ended is not null ? Unknown(name)
        : null;

    /// <summary>Whether its time is over and its end is not written down.</summary>
    public bool MustEnd(DateTimeOffset now) => Terms is not null && Ended is null && now >= ExpiresAt;

    /// <summary>Ends it.</summary>
    public Decision<KeySetEntry> End(KeySetName name, DateTimeOffset now) =>
        Terms is null ? Unknown(name)
        : Ended is not null ? Decision<KeySetEntry>.Nothing
        : new KeySetEnded(now >= ExpiresAt ? Expired : "deleted", now);

    /// <summary>What its owner sees.</summary>
    public KeySetView View(KeySetName name) =>
        new(name.Set, name.Model, Terms!.ParametersId, [.. Keys.Values.OrderBy(k => k.Kind, StringComparer.Ordinal)], CreatedAt, ExpiresAt);

    private static Refusal Unknown(KeySetName name) => new("scoring.unknown-key-set", $"There is no key set {name.Set} of yours for {name.Model}.", RefusalKind.NotFound);
}
