using System.Collections.Immutable;
using PrivacyGrains.Grains.Consortium;
using PrivacyGrains.Grains.Journaling;

namespace PrivacyGrains.Grains.Models;

/// <summary>A model's versions, and the rules about them. Pure and immutable.</summary>
internal sealed record ModelBook(ImmutableList<ModelVersionView> Versions)
{
    /// <summary>The most bytes that a version's weights may have.</summary>
    public const int MaximumBytes = 16 * 1024 * 1024;

    private const string Active = "active";
    private const string Retired = "retired";

    /// <summary>No version yet.</summary>
    public static ModelBook Empty { get; } = new(ImmutableList<ModelVersionView>.Empty);

    /// <summary>The book after one durable entry.</summary>
    public ModelBook Apply(string model, ModelEntry entry) => entry switch
    {
        ModelRegistered e => new(Versions.Add(new ModelVersionView(model, e.Version, e.Kind, e.Lineage, e.Digest, e.PrivacyNote, Active, e.At))),
        ModelRetired e => new(Versions.SetItem(e.Version - 1, Versions[e.Version - 1] with { Status = Retired })),
        _ => throw new ArgumentOutOfRangeException(nameof(entry), entry.GetType().Name, "No such entry."),
    };

    /// <summary>A version by its digest, or null.</summary>
    public ModelVersionView? WithDigest(string digest) => Versions.Find(v => v.Digest == digest);

    /// <summary>A version by its number; 0 for the newest; null where there is none.</summary>
    public ModelVersionView? Find(int version) =>
        version == 0 ? Versions.LastOrDefault() : version > 0 && version <= Versions.Count ? Versions[version - 1] : null;

    /// <summary>Adds a version; the same digest again changes nothing.</summary>
    public Decision<ModelEntry> Register(ModelRegistration registration, string by, DateTimeOffset now) =>
        WithDigest(registration.Digest) is not null
            ? Decision<ModelEntry>.Nothing
            : new ModelRegistered(
                Versions.Count + 1, registration.Kind, registration.Lineage, registration.Digest, registration.Weights.Length, registration.PrivacyNote, by, now);

    /// <summary>Ends a version's use.</summary>
    public Decision<ModelEntry> Retire(string model, int version, string reason, string by, DateTimeOffset now) =>
        version < 1 || Find(version) is not { } stands ? NoVersion(model, version)
        : stands.Status == Retired ? Decision<ModelEntry>.Nothing
        : new ModelRetired(version, reason.Length <= 500 ? reason : reason[..500], by, now);

    /// <summary>What is wrong with a registration, but for its digest; null where nothing is.</summary>
    public static Refusal? Check(ModelRegistration registration) =>
        registration.Kind is not { Length: >= 1 and <= 64 } || registration.Lineage is not { Length: >= 1 and <= 200 } || registration.PrivacyNote is not { Length: <= 500 }
            ? Invalid("model.bad-registration", "A model has a kind of 1 to 64 characters, a lineage of 1 to 200 and a privacy note of at most 500.")
        : registration.Weights.IsEmpty || registration.Weights.Length > MaximumBytes
            ? Invalid("model.bad-size", $"Weights have 1 to {MaximumBytes} bytes, not {registration.Weights.Length}.")
        : !Sha256Hex.IsOne(registration.Digest) ? Invalid("model.bad-digest", "A digest is the lower-case hex of a SHA-256.")
        : null;

    /// <summary>The refusal of a version that does not exist.</summary>
    public static Refusal NoVersion(string model, int version) =>
        new("model.unknown-version", version == 0 ? $"There is no model called {model}." : $"Model {model} has no version {version}.", RefusalKind.NotFound);

    /// <summary>What the audit log says about an entry.</summary>
    public static AuditEvent Audit(string model, long version, ModelEntry entry) => entry switch
    {
        ModelRegistered e => new(version, "model.registered", $"{model}/{e.Version}", e.By, $"{e.Kind} from {e.Lineage}; {e.PrivacyNote}", e.Digest, e.At),
        ModelRetired e => new(version, "model.retired", $"{model}/{e.Version}", e.By, e.Reason, "", e.At),
        _ => throw new ArgumentOutOfRangeException(nameof(entry), entry.GetType().Name, "No such entry."),
    };

    private static Refusal Invalid(string code, string message) => new(code, message, RefusalKind.Invalid);
}
