using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using PrivacyGrains.Grains.Consortium;
using PrivacyGrains.Grains.Journaling;

namespace PrivacyGrains.Grains.Scoring;

/// <summary>A model's versions, its owner, and how many rows each credential has asked for. Pure and immutable.</summary>
/// <remarks>A score is a disclosure, not a differentially private release (DESIGN 6): it has a quota. Rows count over all versions of a model, whose numbers are mostly alike.</remarks>
internal sealed record EncryptedModelBook(string? Owner, ImmutableList<EncryptedVersion> Versions, ImmutableDictionary<string, CredentialRows> Credentials)
{
    /// <summary>The most rows that a quota may allow.</summary>
    public const long MostRows = 1_000_000_000_000;

    private const int MostVersions = 1000;

    /// <summary>No version yet.</summary>
    public static EncryptedModelBook Empty { get; } = new(null, [], ImmutableDictionary.Create<string, CredentialRows>(StringComparer.Ordinal));

    /// <summary>How the book is written down whole.</summary>
    public static JournalSnapshots<EncryptedModelBook> Snapshots { get; } = new(
        "encrypted-model.book.v1",
        Every: 256,
        static book => JsonSerializer.SerializeToUtf8Bytes(
            new EncryptedModelSnapshot(
                book.Owner,
                [.. book.Versions],
                [.. book.Credentials.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => new CredentialSnapshot(c.Key, c.Value.Allowed, c.Value.Used, [.. c.Value.Recent]))]),
            EncryptedModelJson.Default.EncryptedModelSnapshot),
        static bytes => JsonSerializer.Deserialize(bytes.Span, EncryptedModelJson.Default.EncryptedModelSnapshot) is { } kept
            ? new EncryptedModelBook(
                kept.Owner, [.. kept.Versions], Empty.Credentials.AddRange(kept.Credentials.Select(c => KeyValuePair.Create(c.Credential, new CredentialRows(c.Allowed, c.Used, [.. c.Recent])))))
            : throw new JsonException("null"));

    /// <summary>The book after one durable entry.</summary>
    public EncryptedModelBook Apply(EncryptedModelEntry entry) => entry switch
    {
        EncryptedVersionRegistered e => this with
        {
            Owner = Owner ?? e.By,
            Versions = Versions.Add(new EncryptedVersion(e.Version, e.Digest, e.ContentDigest, e.Degree, e.Primes, e.Rows, e.Ranges, e.Link, e.Note, false, e.At)),
        },
        EncryptedVersionRetired e => this with { Versions = Versions.SetItem(e.Version - 1, Versions[e.Version - 1] with { IsRetired = true }) },
        RowsAllowed e => With(e.Credential, Of(e.Credential) with { Allowed = e.Rows }),
        RowsScored e => With(e.By, Of(e.By).Count(e)),
        _ => throw new ArgumentOutOfRangeException(nameof(entry), entry.GetType().Name, "No such entry."),
    };

    /// <summary>A version by its number; 0 for the newest that is not retired; null where there is none.</summary>
    public EncryptedVersion? Find(int version) =>
        version == 0 ? Versions.FindLast(v => !v.IsRetired) ?? Versions.LastOrDefault() : version > 0 && version <= Versions.Count ? Versions[version - 1] : null;

    /// <summary>Adds a version; the same again changes nothing.</summary>
    public Decision<EncryptedModelEntry> Register(EncryptedVersionRegistered draft, bool isOperator)
    {
        if (Owner is not null && Owner != draft.By && !isOperator)
        {
            return NotTheOwner;
        }

        return Versions.Exists(v => v.IsSameAs(draft)) ? Decision<EncryptedModelEntry>.Nothing
            : Versions.Count >= MostVersions ? new Refusal("scoring.too-many-versions", $"A model has at most {MostVersions} versions. Name another model.", RefusalKind.Exhausted)
            : draft with { Version = Versions.Count + 1 };
    }

    /// <summary>Sets a credential's rows.</summary>
    public Decision<EncryptedModelEntry> Allow(string model, string credential, long rows, string by, bool isOperator, DateTimeOffset now) =>
        Owner is null ? NoVersion(model, 0)
        : by != Owner && !isOperator ? NotTheOwner
        : !CredentialRules.IsId(credential) || rows is < 0 or > MostRows
            ? new Refusal("scoring.bad-quota", $"A quota is for a credential (1 to 64 of a-z, 0-9 and hyphen) and has 0 to {MostRows} rows.", RefusalKind.Invalid)
        : Credentials.GetValueOrDefault(credential)?.Allowed == rows ? Decision<EncryptedModelEntry>.Nothing
        : new RowsAllowed(credential, rows, by, now);

    /// <summary>Ends a version's use.</summary>
    public Decision<EncryptedModelEntry> Retire(string model, int version, string reason, string by, bool isOperator, DateTimeOffset now) =>
        version < 1 || Find(version) is not { } found ? NoVersion(model, version)
        : by != Owner && !isOperator ? NotTheOwner
        : found.IsRetired ? Decision<EncryptedModelEntry>.Nothing
        : new EncryptedVersionRetired(version, reason.Length <= 200 ? reason : reason[..200], by, now);

    /// <summary>Whether an answer may leave. A request id that was answered counts once more only as an answer, not in rows.</summary>
    /// <param name="draft">The answer; its rows are those of the layout.</param>
    /// <param name="answersPerRequest">How often one request is answered.</param>
    public Decision<EncryptedModelEntry> Score(RowsScored draft, int answersPerRequest)
    {
        if (Of(draft.By).Find(draft.RequestId) is not { } earlier)
        {
            return Refuse(draft.By, draft.Rows) is { } refusal ? refusal : draft;
        }

        return earlier.RequestDigest != draft.RequestDigest
                ? new Refusal("scoring.request-id-reused", "This request id came with other ciphertexts, keys or another layout. Choose a fresh one.", RefusalKind.Conflict)
            : earlier.Answers >= answersPerRequest
                ? new Refusal("scoring.answered-before", $"This request was answered {earlier.Answers} times, as often as one is. A fresh request id counts its rows anew.", RefusalKind.Exhausted)
            : draft with { Rows = 0 };
    }

    /// <summary>The refusal of a request whose rows are not left, or null.</summary>
    public Refusal? Refuse(string credential, long rows)
    {
        var quota = Quota(credential);
        return rows <= quota.Left ? null : new Refusal(
            "scoring.quota-used-up",
            string.Create(CultureInfo.InvariantCulture, $"This request counts {rows} rows, all that its slots can hold; {quota.Left} of {quota.Rows} are left to {credential}. The model's owner can allow more."),
            RefusalKind.Exhausted);
    }

    /// <summary>What a credential may still ask for.</summary>
    public QuotaView Quota(string credential)
    {
        var rows = Of(credential);
        return new QuotaView(credential, rows.Allowed ?? Versions.LastOrDefault()?.Rows ?? 0, rows.Used);
    }

    /// <summary>The refusal of a version that does not exist.</summary>
    public static Refusal NoVersion(string model, int version) =>
        new("scoring.unknown-version", version == 0 ? $"There is no encrypted model called {model}." : $"Encrypted model {model} has no version {version}.", RefusalKind.NotFound);

    /// <summary>What the audit log says about an entry.</summary>
    public static AuditEvent Audit(string model, long sequence, EncryptedModelEntry entry) => entry switch
    {
        EncryptedVersionRegistered e => new(
            sequence, "encrypted-model.registered", $"{model}/{e.Version}", e.By, $"{e.Shape}; degree {e.Degree}; {e.Rows} rows for each credential; {e.Note}", e.Digest, e.At),
        EncryptedVersionRetired e => new(sequence, "encrypted-model.retired", $"{model}/{e.Version}", e.By, e.Reason, "", e.At),
        RowsAllowed e => new(sequence, "encrypted-model.allowed", model, e.By, $"{e.Rows} rows for {e.Credential}", "", e.At),
        RowsScored e => new(sequence, "encrypted-model.scored", $"{model}/{e.Version}", e.By, $"{e.Rows} rows, {e.Layout}, request {e.RequestId}", e.RequestDigest, e.At),
        _ => throw new ArgumentOutOfRangeException(nameof(entry), entry.GetType().Name, "No such entry."),
    };

    private static Refusal NotTheOwner { get; } = new("scoring.not-the-owner", "The credential that registered the model first, or an operator, may do this.", RefusalKind.Forbidden);

    private CredentialRows Of(string credential) => Credentials.GetValueOrDefault(credential) ?? CredentialRows.None;

    private EncryptedModelBook With(string credential, CredentialRows rows) => this with { Credentials = Credentials.SetItem(credential, rows) };
}
