using System.Security.Cryptography;
using PrivacyGrains.Engine;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Grains.Scoring;

/// <summary>Keeps one client's evaluation keys until they expire. Pieces are files; what they amount to is in the journal.</summary>
/// <remarks>
/// An upload: (1) pieces, each durable before it is acknowledged; (2) all of them read as what their kind says; (3) the journal names them; (4) those that they replace are erased. A crash before (3) leaves pieces
/// that no entry names, which the next activation erases. A refused object, a secret key above all, is erased before the refusal is answered.
/// </remarks>
[PlacedWithCoordinator]
internal sealed partial class EvaluationKeysGrain(
    GrainJournals journals, KeyFiles files, CkksContexts contexts, ReadyKeys ready, ScoringSettings settings, TimeProvider clock, GrainMetrics metrics, ILogger<EvaluationKeysGrain> logger)
    : Grain, IEvaluationKeysGrain, IRemindable
{
    private const string Expiry = "expiry";
    private static readonly JournalShape<KeySetBook, KeySetEntry> Shape = new(() => KeySetBook.Empty, static (book, entry) => book.Apply(entry), KeySetEntries.Codec);

    private Journal<KeySetBook, KeySetEntry> _journal = null!;
    private KeySetName _name;
    private KeyUpload? _upload;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _name = KeySetName.Parse(this.GetPrimaryKeyString());
        _journal = await journals.OpenAsync(IStores.ConsortiumOwner, $"key-set/{_name}", Shape, cancellationToken);
        var book = _journal.State;
        await Task.Run(() => Tidy(book), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Reply<KeySetView>> CreateAsync(KeySetTerms terms)
    {
        if ((await _journal.ReadAsync()).Terms is null && await Task.Run(() => files.SetsOf(_name.Credential)) >= settings.KeySetsPerCredential)
        {
            return Refuse(new Refusal("scoring.too-many-key-sets", $"{settings.KeySetsPerCredential} key sets are open already. Delete one, or wait until one expires.", RefusalKind.Exhausted));
        }

        // The reminder and the place come first: a set without either would stay.
        await this.RegisterOrUpdateReminder(Expiry, settings.KeyLifetime, TimeSpan.FromHours(1));
        await Task.Run(() => files.Open(_name));
        return await _journal.DecideAsync(book => book.Open(_name, terms, settings.KeyLifetime, clock.GetUtcNow())) is { } refusal ? Refuse(refusal) : _journal.State.View(_name);
    }

    /// <inheritdoc/>
    public async Task<Reply<KeySetView>> GetAsync()
    {
        var book = await _journal.ReadAsync();
        return book.Refuse(_name, clock.GetUtcNow()) is { } refusal ? Refuse(refusal) : book.View(_name);
    }

    /// <inheritdoc/>
    public async Task<Reply<KeyUploadView>> BeginAsync(string kind)
    {
        if (await UnusableAsync() is { } refusal)
        {
            return Refuse(refusal);
        }

        if (!KeyKinds.All.Contains(kind))
        {
            return Refuse(new Refusal("scoring.bad-kind", $"Keys are {string.Join(", ", KeyKinds.All)}.", RefusalKind.Invalid));
        }

        await AbandonAsync();
        var terms = _journal.State.Terms!;
        var most = await Task.Run(() => KeyReading.MostBytes(contexts.Of(terms.Degree, terms.Primes), kind, terms.MostGaloisKeys));
        _upload = new KeyUpload(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)), kind, most);
        return new KeyUploadView(_upload.Name, most);
    }

    /// <inheritdoc/>
    public async Task<Reply<Done>> AppendAsync(string upload, int index, ReadOnlyMemory<byte> piece)
    {
        if (_upload is not { } mine || mine.Name != upload)
        {
            return Refuse(Superseded);
        }

        var (step, refusal) = mine.Check(index, piece.Length);
        if (refusal is not null)
        {
            await AbandonAsync();
            return Refuse(refusal);
        }

        if (step is KeyUploadStep.Next)
        {
            await Task.Run(() => files.Of(_name).Write(KeyPieces.NameOf(mine.Kind, upload, index), piece.Span));
            mine.Take(piece.Length);
        }

        return Done.Instance;
    }

    /// <inheritdoc/>
    public async Task<Reply<KeySetView>> CommitAsync(string upload, string digest)
    {
        if (await UnusableAsync() is { } unusable)
        {
            return Refuse(unusable);
        }

        if (_upload is not { } mine || mine.Name != upload)
        {
            return Refuse(Superseded);
        }

        var terms = _journal.State.Terms!;
        var actual = await Task.Run(() => DigestOf(mine));
        if (digest.Length > 0 && digest != actual)
        {
            await AbandonAsync();
            return Refuse(new Refusal("scoring.bad-digest", "The digest is not that of the bytes that came. Send both anew.", RefusalKind.Invalid));
        }

        var (fault, framing) = await Task.Run(() =>
        {
            using var pieces = PiecesOf(mine);
            return (KeyReading.Read(contexts.Of(terms.Degree, terms.Primes), mine.Kind, pieces, terms.MostGaloisKeys, out _, out var framing), framing);
        });
        if (fault is not null)
        {
            await AbandonAsync();
            metrics.KeysUploaded(mine.Kind, "refused");
            LogRefused(_name.Credential, mine.Kind, fault.Code);
            return Refuse(ScoringFaults.Of(fault));
        }

        var replaced = _journal.State.Keys.GetValueOrDefault(mine.Kind);
        _upload = null;
        await _journal.DecideAsync(_ => new KeysTaken(mine.Kind, actual, mine.Bytes, mine.Pieces, framing.Version.ToString(), mine.Name, clock.GetUtcNow()));
        if (replaced is not null)
        {
            await Task.Run(() => Erase(replaced.Kind, replaced.Place, replaced.Pieces));
        }

        metrics.KeysUploaded(mine.Kind, "taken");
        return _journal.State.View(_name);
    }

    /// <inheritdoc/>
    public async Task<Reply<Done>> DeleteAsync() => await EndAsync() is { } refusal ? Refuse(refusal) : Done.Instance;

    /// <inheritdoc/>
    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        var book = await _journal.ReadAsync();
        if (book.MustEnd(clock.GetUtcNow()))
        {
            await EndAsync();
        }
        else if ((book.Ended is not null || book.Terms is null) && await this.GetReminder(Expiry) is { } reminder)
        {
            await Task.Run(() => files.Erase(_name)); // a crash before the set was open leaves its place
            await this.UnregisterReminder(reminder);
        }
    }

    private static Refusal Superseded { get; } =
        new("scoring.upload-superseded", "This upload is over: another began, or the service restarted. Send the whole object anew.");

    private async Task<Refusal?> UnusableAsync()
    {
        if ((await _journal.ReadAsync()).MustEnd(clock.GetUtcNow()))
        {
            await EndAsync();
        }

        return _journal.State.Refuse(_name, clock.GetUtcNow());
    }

    private async Task<Refusal?> EndAsync()
    {
        var kept = (await _journal.ReadAsync()).Keys.Values.ToList();
        if (await _journal.DecideAsync(book => book.End(_name, clock.GetUtcNow())) is { } refusal)
        {
            return refusal;
        }

        kept.ForEach(ready.Forget);
        await AbandonAsync();
        await Task.Run(() => files.Erase(_name));
        if (await this.GetReminder(Expiry) is { } reminder)
        {
            await this.UnregisterReminder(reminder);
        }

        return null;
    }

    private async Task AbandonAsync()
    {
        if (_upload is { } old)
        {
            _upload = null;
            await Task.Run(() => Erase(old.Kind, old.Name, old.Pieces));
        }
    }

    private KeyPieces PiecesOf(KeyUpload upload) => new(files.Of(_name), upload.Kind, upload.Name, upload.Pieces);

    private string DigestOf(KeyUpload upload)
    {
        using var pieces = PiecesOf(upload);
        return Convert.ToHexStringLower(SHA256.HashData(pieces));
    }

    private void Tidy(KeySetBook book)
    {
        if (book.Ended is not null)
        {
            files.Erase(_name);
        }
        else if (book.Terms is not null)
        {
            files.Of(_name).EraseAllBut(book.Files);
        }
    }

    private void Erase(string kind, string upload, int pieces)
    {
        foreach (var name in KeyPieces.NamesOf(kind, upload, pieces))
        {
            files.Of(_name).Erase(name);
        }
    }

    private Refusal Refuse(Refusal refusal)
    {
        metrics.Refused("evaluation-keys", refusal.Code);
        return refusal;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What {Credential} sent as {Kind} keys was refused and erased: {Code}")]
    private partial void LogRefused(string credential, string kind, string code);
}
