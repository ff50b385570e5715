using PrivacyGrains.Grains.Journaling;

namespace PrivacyGrains.Grains.Parties;

/// <content>The board of work for the party's agent.</content>
internal sealed partial class PartyGrain
{
    private readonly WorkBoard _board = new(clock);
    private readonly ChangeSignal _boardChanged = new(clock);

    /// <inheritdoc/>
    public Task OfferWorkAsync(WorkItem item)
    {
        if (_board.Offer(item))
        {
            _boardChanged.Changed();
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task EndWorkAsync(WorkItem item)
    {
        if (_board.End(item))
        {
            _boardChanged.Changed();
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<WorkView> WorkAsync(long afterVersion, int waitMilliseconds)
    {
        await _boardChanged.WaitAsync(() => _board.View().Version > afterVersion, waitMilliseconds);
        return _board.View();
    }
}
