using PrivacyGrains.Testing;

namespace PrivacyGrains.Storage.Tests;

/// <summary>The suite on folders.</summary>
public sealed class FileJournalTests : JournalSuite, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    protected override Task PrepareAsync() => Task.CompletedTask;

    protected override Task<IJournal> OpenAsync(TimeProvider clock) => Task.FromResult<IJournal>(FileJournal.Open(_folder.Path, clock));

    protected override Task CloseAsync(IJournal journal) => ((FileJournal)journal).DisposeAsync().AsTask();

    protected override Task CleanAsync() => Task.CompletedTask;
}
