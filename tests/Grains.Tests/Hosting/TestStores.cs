using System.Runtime.CompilerServices;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Grains.Tests.Hosting;

/// <summary>Real journals in a folder, which yield before and after each append (so that a grain can be stopped there) and fail when told to.</summary>
internal sealed class TestStores(Func<IStores> open, Func<string, string> folderOf) : IStores, IAsyncDisposable
{
    private IStores _inner = open();

    /// <summary>Journals in files.</summary>
    public TestStores(string folder, TimeProvider clock)
        : this(() => new FileStores(folder, null, clock), owner => Path.Combine(folder, owner, "journal"))
    {
    }

    /// <summary>Runs before an append; what it throws, the append throws, and nothing was written.</summary>
    public Func<string, Task> BeforeAppend { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Runs after an append was made durable; what it throws, the append throws: its outcome is then unknown to the grain.</summary>
    public Func<string, Task> AfterAppend { get; set; } = static _ => Task.CompletedTask;

    /// <summary>How many appends were made durable.</summary>
    public int Appends { get; private set; }

    public async ValueTask<IJournal> OpenAsync(string owner, CancellationToken cancellationToken) =>
        new TestJournal(await _inner.OpenAsync(owner, cancellationToken), owner, this);

    /// <summary>Closes all journals, lets the test change an owner's, and opens them again at the next use.</summary>
    public async Task TamperAsync(string owner, Action<string> change)
    {
        await DisposeAsync();
        change(folderOf(owner));
        _inner = open();
    }

    public ValueTask DisposeAsync() => ((IAsyncDisposable)_inner).DisposeAsync();

    private sealed class TestJournal(IJournal inner, string owner, TestStores stores) : IJournal
    {
        public async IAsyncEnumerable<RecordedEntry> ReadAsync(string stream, long afterVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            await foreach (var entry in inner.ReadAsync(stream, afterVersion, cancellationToken))
            {
                yield return entry;
            }
        }

        public async Task<AppendOutcome> AppendAsync(string stream, long expectedVersion, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
        {
            await Task.Yield();
            await stores.BeforeAppend($"{owner}/{stream}");
            var outcome = await inner.AppendAsync(stream, expectedVersion, entries, cancellationToken);
            stores.Appends += outcome is AppendOutcome.Appended ? 1 : 0;
            await stores.AfterAppend($"{owner}/{stream}");
            await Task.Yield();
            return outcome;
        }

        public Task<JournalSnapshot?> ReadSnapshotAsync(string stream, CancellationToken cancellationToken) => inner.ReadSnapshotAsync(stream, cancellationToken);

        public Task WriteSnapshotAsync(string stream, JournalSnapshot snapshot, CancellationToken cancellationToken) =>
            inner.WriteSnapshotAsync(stream, snapshot, cancellationToken);

        public IAsyncEnumerable<string> ListStreamsAsync(string prefix, CancellationToken cancellationToken) => inner.ListStreamsAsync(prefix, cancellationToken);
    }
}
