using System.Security.Cryptography;
using PrivacyGrains.Engine;
using PrivacyGrains.Grains.Consortium;
using PrivacyGrains.Grains.Hosting;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Grains.Models;

/// <summary>Keeps a model's versions. Weights lie in a stream of their own, named by their digest, so that they are read only when asked for.</summary>
/// <remarks>
/// Weights are durable before the version that names them. A crash between the two leaves weights that no version names; registering them again finds
/// them there, and other weights have another name.
/// </remarks>
[PlacedWithCoordinator]
internal sealed class ModelGrain(GrainJournals journals, IGrainFactory grains, GrainSettings settings, TimeProvider clock, GrainMetrics metrics) : Grain, IModelGrain
{
    private const string WeightsType = "model.weights.v1";
    private Journal<ModelBook, ModelEntry> _journal = null!;
    private CatalogueOnce _catalogue = null!;

    private string Name => this.GetPrimaryKeyString();

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var name = CredentialRules.IsId(Name) ? Name : throw new ArgumentException("A model is named by 1 to 64 characters of a-z, 0-9 and hyphen.");
        var shape = new JournalShape<ModelBook, ModelEntry>(() => ModelBook.Empty, (book, entry) => book.Apply(name, entry), ModelEntries.Codec);
        (_journal, _) = await journals.OpenAuditedAsync(
            this, IStores.ConsortiumOwner, $"model/{name}", shape, (version, entry) => ModelBook.Audit(name, version, entry), cancellationToken);
        _catalogue = new CatalogueOnce(grains, settings, clock);
        await EnterAsync();
    }

    /// <inheritdoc/>
    public async Task<Reply<ModelVersionView>> RegisterAsync(ModelRegistration registration)
    {
        var weights = registration.Weights;
        var refusal = ModelBook.Check(registration);
        if (refusal is null && await Task.Run(() => Convert.ToHexStringLower(SHA256.HashData(weights.Span))) != registration.Digest)
        {
            refusal = new Refusal("model.bad-digest", "The digest is not that of the weights. Send both anew.", RefusalKind.Invalid);
        }

        if (refusal is null)
        {
            if ((await _journal.ReadAsync()).WithDigest(registration.Digest) is null)
            {
                // A conflict means that these very bytes are there: the stream's name is their digest.
                await Weights().AppendAsync(StreamOf(registration.Digest), 0, [new JournalEntry(WeightsType, weights)], CancellationToken.None);
            }

            refusal = await _journal.DecideAsync(book => book.Register(registration, Caller.Name, clock.GetUtcNow()));
        }

        if (refusal is not null)
        {
            return Refuse(refusal);
        }

        await EnterAsync();
        return _journal.State.WithDigest(registration.Digest)!;
    }

    /// <inheritdoc/>
    public async Task<Reply<ModelView>> GetAsync() =>
        (await _journal.ReadAsync()).Versions is { IsEmpty: false } versions ? new ModelView(Name, [.. versions]) : ModelBook.NoVersion(Name, 0);

    /// <inheritdoc/>
    public async Task<Reply<ModelWeights>> WeightsAsync(int version)
    {
        if ((await _journal.ReadAsync()).Find(version) is not { } found)
        {
            return ModelBook.NoVersion(Name, version);
        }

        await foreach (var stored in Weights().ReadAsync(StreamOf(found.Digest), 0, CancellationToken.None))
        {
            return new ModelWeights(found, stored.Payload);
        }

        throw new InvalidDataException($"The weights of {Name} version {found.Version} are not in the store, though the version is.");
    }

    /// <inheritdoc/>
    public async Task<Reply<ModelVersionView>> RetireAsync(int version, string reason) =>
        await _journal.DecideAsync(book => book.Retire(Name, version, reason, Caller.Name, clock.GetUtcNow())) is { } refusal
            ? Refuse(refusal)
            : _journal.State.Find(version)!;

    private IJournal Weights() => journals.StoreOf(IStores.ConsortiumOwner, "weights");

    private string StreamOf(string digest) => $"weights/{Name}/{digest}";

    private Task EnterAsync() =>
        _journal.State.Versions is [var first, ..] ? _catalogue.EnterAsync(CatalogueKinds.Model, Name, first.Kind) : Task.CompletedTask;

    private Refusal Refuse(Refusal refusal)
    {
        metrics.Refused("model", refusal.Code);
        return refusal;
    }
}
