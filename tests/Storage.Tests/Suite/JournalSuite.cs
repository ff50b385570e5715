namespace PrivacyGrains.Storage.Tests;

/// <summary>What every journal must do. Each implementation inherits it and says how to open one.</summary>
public abstract partial class JournalSuite : IAsyncLifetime
{
    private const string Stream = "hospital-a/budget";

    /// <summary>The journal under test, opened on an empty place.</summary>
    protected IJournal Journal { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await PrepareAsync();
        Journal = await OpenAsync(TimeProvider.System);
    }

    public async Task DisposeAsync()
    {
        await CloseAsync(Journal);
        await CleanAsync();
    }

    protected abstract Task PrepareAsync();

    protected abstract Task<IJournal> OpenAsync(TimeProvider clock);

    protected abstract Task CloseAsync(IJournal journal);

    protected abstract Task CleanAsync();

    /// <summary>Closes the journal and opens the same place again.</summary>
    protected async Task ReopenAsync(TimeProvider? clock = null)
    {
        await CloseAsync(Journal);
        Journal = await OpenAsync(clock ?? TimeProvider.System);
    }

    private static AppendOutcome Appended(long version) => new AppendOutcome.Appended(version);

    private static AppendOutcome Conflict(long version) => new AppendOutcome.Conflict(version);
}
