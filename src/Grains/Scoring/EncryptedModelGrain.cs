using System.Security.Cryptography;
using PrivacyGrains.Ckks.Circuits;
using PrivacyGrains.Ckks.Formats;
using PrivacyGrains.Engine;
using PrivacyGrains.Grains.Consortium;
using PrivacyGrains.Grains.Hosting;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Grains.Scoring;

/// <summary>Keeps a model's versions and counts what is asked of it. Every answer passes here: it is counted, durably, before it leaves.</summary>
/// <remarks>
/// To score: (1) a request that cannot be answered is refused before any work; (2) a worker beside this grain computes; (3) the rows are counted by a fenced append, which decides anew what is left, so that of two requests at once
/// the second is refused where the rows do not suffice for both; (4) the answer leaves. A crash or a cancellation before (3) counts nothing; after it, the same request id is answered again and counts no row.
/// </remarks>
[PlacedWithCoordinator]
internal sealed partial class EncryptedModelGrain(
    GrainJournals journals, IGrainFactory grains, PreparedModels models, ScoringSettings scoring, GrainSettings settings, TimeProvider clock, GrainMetrics metrics) : Grain, IEncryptedModelGrain
{
    private const string ContentType = "encrypted-model.content.v1";
    private Task _lastAppend = Task.CompletedTask; // answers interleave; one append at a time spares them conflicts
    private Journal<EncryptedModelBook, EncryptedModelEntry> _journal = null!;
    private CatalogueOnce _catalogue = null!;

    private string Name => this.GetPrimaryKeyString();

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var name = RegistrationRules.IsName(Name) ? Name : throw new ArgumentException("An encrypted model is named by 1 to 64 characters of a-z, 0-9 and hyphen.");
        var shape = new JournalShape<EncryptedModelBook, EncryptedModelEntry>(
            static () => EncryptedModelBook.Empty, static (book, entry) => book.Apply(entry), EncryptedModelEntries.Codec, EncryptedModelBook.Snapshots);
        (_journal, _) = await journals.OpenAuditedAsync(
            this, IStores.ConsortiumOwner, $"encrypted-model/{name}", shape, (version, entry) => EncryptedModelBook.Audit(name, version, entry), cancellationToken);
        _catalogue = new CatalogueOnce(grains, settings, clock);
        await EnterAsync();
    }

    /// <inheritdoc/>
    public async Task<Reply<EncryptedModelView>> RegisterAsync(EncryptedModelRegistration registration)
    {
        if (RegistrationRules.Check(registration) is { } wrong)
        {
            return Refuse(wrong);
        }

        var (draft, refusal) = await Task.Run(() => Draft(registration, Caller.Name, clock.GetUtcNow()));
        if (refusal is not null)
        {
            return Refuse(refusal);
        }

        // The numbers are durable before the version that names them; a conflict means that these very bytes are there.
        await Contents().AppendAsync(StreamOf(draft!.ContentDigest), 0, [new JournalEntry(ContentType, registration.Model)], CancellationToken.None);
        if (await AppendAsync(book => book.Register(draft, registration.IsOperator)) is { } no)
        {
            return Refuse(no);
        }

        await EnterAsync();
        return await ViewAsync();
    }

    /// <inheritdoc/>
    public async Task<Reply<EncryptedModelView>> GetAsync() => (await _journal.ReadAsync()).Versions.IsEmpty ? EncryptedModelBook.NoVersion(Name, 0) : await ViewAsync();

    /// <inheritdoc/>
    public async Task<Reply<EncryptedModelContent>> ContentAsync(int version) =>
        (await _journal.ReadAsync()).Find(version) is { } found ? await ContentOfAsync(found) : EncryptedModelBook.NoVersion(Name, version);

    /// <inheritdoc/>
    public async Task<Reply<SealBytes>> ParametersAsync(int version, int major, int minor)
    {
        if ((await _journal.ReadAsync()).Find(version) is not { } found)
        {
            return EncryptedModelBook.NoVersion(Name, version);
        }

        if (major is < 0 or > 255 || minor is < 0 or > 255 || !new SealVersion((byte)major, (byte)minor).IsSupported)
        {
            return new Refusal("ckks.version", $"SEAL 3.6 and later, and 4, are served; {major}.{minor} is not.", RefusalKind.Invalid);
        }

        var prepared = await PreparedAsync(found);
        return new SealBytes(SealObjects.Parameters(prepared.Context, new SealVersion((byte)major, (byte)minor)));
    }

    /// <inheritdoc/>
    public async Task<Reply<QuotaView>> AllowAsync(string credential, long rows, bool isOperator) =>
        await AppendAsync(book => book.Allow(Name, credential, rows, Caller.Name, isOperator, clock.GetUtcNow())) is { } refusal ? Refuse(refusal) : _journal.State.Quota(credential);

    /// <inheritdoc/>
    public async Task<Reply<EncryptedModelView>> RetireAsync(int version, string reason, bool isOperator) =>
        await AppendAsync(book => book.Retire(Name, version, reason, Caller.Name, isOperator, clock.GetUtcNow())) is { } refusal ? Refuse(refusal) : await ViewAsync();

    private static (EncryptedVersionRegistered? Draft, Refusal? Refusal) Draft(EncryptedModelRegistration registration, string by, DateTimeOffset now)
    {
        if (EncryptedModelFile.TryRead(registration.Model.Span, out var model) is { } fault)
        {
            return (null, ScoringFaults.Of(fault));
        }

        if (RegistrationRules.Check(registration, model!) is { } wrong)
        {
            return (null, wrong);
        }

        var chosen = registration.Degree == 0 ? ParameterChoice.Smallest(model!) : ParameterChoice.Named(model!, registration.Degree, registration.PrimeBits);
        return chosen.Refusal is { } refusal ? (null, refusal) : (new EncryptedVersionRegistered(
            0, Convert.ToHexStringLower(model!.Digest.Span), Convert.ToHexStringLower(SHA256.HashData(registration.Model.Span)), RegistrationRules.ShapeOf(model),
            chosen.Value!.Parameters.Degree, [.. chosen.Value.Parameters.Primes], registration.Rows,
            registration.Ranges.IsDefault ? [] : [.. registration.Ranges.Select(r => new StoredScale(r.Feature, r.Lower, r.Upper))], registration.Link, registration.Note, by, now), null);
    }

    private async Task<Refusal?> AppendAsync(Func<EncryptedModelBook, Decision<EncryptedModelEntry>> decide)
    {
        var (before, done) = (_lastAppend, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _lastAppend = done.Task;
        await before;
        try
        {
            return await _journal.DecideAsync(decide);
        }
        finally
        {
            done.SetResult();
        }
    }

    private async Task<EncryptedModelView> ViewAsync()
    {
        var views = new List<EncryptedVersionView>();
        foreach (var version in _journal.State.Versions)
        {
            views.Add(VersionViews.Of(version, await PreparedAsync(version)));
        }

        var book = _journal.State;
        return new EncryptedModelView(Name, book.Owner!, [.. views], book.Quota(Caller.Name));
    }

    private async Task<PreparedModel> PreparedAsync(EncryptedVersion version)
    {
        if (models.Find(version.Digest, version.Degree, [.. version.Primes]) is { } ready)
        {
            return ready;
        }

        var content = await ContentOfAsync(version);
        return await Task.Run(() => models.Prepare(content));
    }

    private async Task<EncryptedModelContent> ContentOfAsync(EncryptedVersion version)
    {
        await foreach (var stored in Contents().ReadAsync(StreamOf(version.ContentDigest), 0, CancellationToken.None))
        {
            return new EncryptedModelContent(version.Version, stored.Payload, version.Digest, version.Degree, [.. version.Primes]);
        }

        throw new InvalidDataException($"The numbers of {Name} version {version.Version} are not in the store, though the version is.");
    }

    private IJournal Contents() => journals.StoreOf(IStores.ConsortiumOwner, "encrypted-content");

    private string StreamOf(string digest) => $"encrypted-content/{Name}/{digest}";

    private Task EnterAsync() =>
        _journal.State.Versions is [var first, ..] ? _catalogue.EnterAsync(CatalogueKinds.EncryptedModel, Name, first.Note.Length > 0 ? first.Note : Name) : Task.CompletedTask;

    private Refusal Refuse(Refusal refusal)
    {
        metrics.Refused("encrypted-model", refusal.Code);
        return refusal;
    }
}
