using System.Globalization;
using PrivacyGrains.Engine;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Protocols;

namespace PrivacyGrains.Grains.Weights;

/// <summary>One party's held weights in one of the operators' epochs: keeps their owners' terms, counts what uses them, and erases what is withdrawn.</summary>
/// <remarks>
/// The shares themselves lie in <see cref="WeightFiles"/>, which this party's own sides read and write. Keeping: (1) the journal; (2) the file. Letting go: (1) the journal; (2) the file is
/// erased, if not now then by the next activation. A journal that the audit log is ahead of was rolled back, and may have forgotten sessions that it counted: nothing is used then
/// (<c>inference.weights-rolled-back</c>), until a new epoch begins.
/// </remarks>
[PlacedWithParty]
internal sealed partial class HeldWeightsGrain(GrainJournals journals, WeightFiles files, TimeProvider clock, GrainMetrics metrics, ILogger<HeldWeightsGrain> logger) : Grain, IHeldWeightsGrain
{
    private static readonly JournalShape<HeldWeightsBook, HeldWeightsEntry> Shape =
        new(() => HeldWeightsBook.Empty, static (book, entry) => book.Apply(entry), HeldWeightsEntries.Codec, HeldWeightsBook.Snapshots);

    private Journal<HeldWeightsBook, HeldWeightsEntry> _journal = null!;
    private AuditTrail _trail = null!;
    private string _self = string.Empty;
    private long _epoch;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        (_self, _epoch) = this.GetPrimaryKeyString().Split('/') is [var party, var number] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            ? (PartyId.Create(party).Value, epoch)
            : throw new ArgumentException("The key of held weights is party/epoch.");
        (_journal, _trail) = await journals.OpenAuditedAsync(
            this, _self, $"weights/{_epoch}", Shape, (version, entry) => HeldWeightsBook.Audit(_self, version, entry), cancellationToken);
        var kept = _journal.State.Files;
        await Task.Run(() => files.EraseAllBut(_self, _epoch, kept), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Reply<HeldWeightsView>> KeepAsync(WeightsKeep keep)
    {
        if (await UnsafeAsync() is { } rolledBack)
        {
            return Refuse(rolledBack);
        }

        if (await _journal.DecideAsync(book => book.Keep(keep, clock.GetUtcNow())) is { } refusal)
        {
            return Refuse(refusal);
        }

        LogKept(_self, keep.Opening, keep.Owner);
        return _journal.State.View(keep.Opening, _self);
    }

    /// <inheritdoc/>
    public async Task<Reply<HeldWeightsView>> CheckAsync(WeightsUse use) =>
        await UnsafeAsync() is { } rolledBack ? Refuse(rolledBack)
        : (await _journal.ReadAsync()).Check(use, _self, clock.GetUtcNow()) is { } refusal ? Refuse(refusal)
        : _journal.State.View(use.Opening, _self);

    /// <inheritdoc/>
    public async Task<Reply<HeldWeightsView>> UseAsync(WeightsUse use) =>
        await UnsafeAsync() is { } rolledBack ? Refuse(rolledBack)
        : await _journal.DecideAsync(book => book.Use(use, _self, clock.GetUtcNow())) is { } refusal ? Refuse(refusal)
        : _journal.State.View(use.Opening, _self);

    /// <inheritdoc/>
    public async Task<Reply<HeldWeightsView>> WithdrawAsync(string opening, string owner)
    {
        if (await _journal.DecideAsync(book => book.Withdraw(opening, owner, _self, clock.GetUtcNow())) is { } refusal)
        {
            return Refuse(refusal);
        }

        var digest = _journal.State.Openings[opening].Keep.MaskDigest;
        await Task.Run(() => files.Erase(_self, _epoch, digest));
        LogWithdrawn(_self, opening, owner);
        return _journal.State.View(opening, _self);
    }

    /// <inheritdoc/>
    public async Task<Reply<HeldWeightsView>> GetAsync(string opening) => (await _journal.ReadAsync()).View(opening, _self);

    /// <summary>Nothing is used before the audit log has confirmed, once in this activation, that this journal is not an older copy.</summary>
    private async Task<Refusal?> UnsafeAsync()
    {
        if (!_trail.HasAll)
        {
            await _trail.FlushAsync();
        }

        if (_trail.LogIsAhead)
        {
            await _journal.CatchUpAsync(CancellationToken.None); // another activation may have written
            await _trail.FlushAsync();
        }

        return _trail.LogIsAhead ? new Refusal("inference.weights-rolled-back", $"What {_self} knows of held weights in epoch {_epoch} lies behind the audit log: an older copy was restored. Begin a new epoch.")
            : _trail.HasAll ? null
            : new Refusal("inference.weights-unconfirmed", $"{_self} cannot compare what it knows of held weights with the audit log now.", RefusalKind.Unavailable);
    }

    private Refusal Refuse(Refusal refusal)
    {
        metrics.Refused("weights", refusal.Code);
        return refusal;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Party} holds the weights of {Opening}, which are {Owner}'s")]
    private partial void LogKept(string party, string opening, string owner);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Party} has let go of the weights of {Opening}, as {Owner} asked")]
    private partial void LogWithdrawn(string party, string opening, string owner);
}
