namespace PrivacyGrains.Storage;

/// <summary>A folder of journals: each owner's lies in <c>&lt;root&gt;/&lt;owner&gt;/journal</c>.</summary>
public sealed class FileStores : IStores, IAsyncDisposable
{
    private readonly string _root;
    private readonly IReadOnlySet<string>? _owners;
    private readonly TimeProvider _clock;
    private readonly Dictionary<string, FileJournal> _open = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _gate = new(1);
    private bool _disposed;

    /// <summary>Prepares the stores; a folder is made when its journal is first opened.</summary>
    /// <param name="rootFolder">The folder that holds the owners' folders.</param>
    /// <param name="owners">Whom this process keeps stores for; null: anyone with a well-formed name, as in a simulation.</param>
    /// <param name="clock">Gives each entry its time; the system's clock where it is null.</param>
    public FileStores(string rootFolder, IReadOnlySet<string>? owners = null, TimeProvider? clock = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(rootFolder);
        _root = Path.GetFullPath(rootFolder);
        _owners = owners;
        _clock = clock ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public async ValueTask<IJournal> OpenAsync(string owner, CancellationToken cancellationToken)
    {
        JournalRules.CheckOwner(owner);
        if (_owners?.Contains(owner) == false)
        {
            throw new UnknownOwnerException(owner, $"this process keeps stores for {string.Join(", ", _owners.Order(StringComparer.Ordinal))}. Its grains run elsewhere.");
        }

        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false); // off the caller's scheduler: a grain that is stopped here must not keep the gate
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_open.TryGetValue(owner, out var journal) && journal.HasFailed)
            {
                _open.Remove(owner); // a failed write leaves the disk's state unknown: only opening anew finds it out
                await journal.DisposeAsync().ConfigureAwait(false);
                journal = null;
            }

            return journal ?? (_open[owner] = await Task.Run(() => FileJournal.Open(Path.Combine(_root, owner, "journal"), _clock), cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Closes every journal that was opened.</summary>
    /// <returns>A task that ends when the folders are free.</returns>
    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync();
        try
        {
            _disposed = true;
            foreach (var journal in _open.Values)
            {
                await journal.DisposeAsync();
            }

            _open.Clear();
        }
        finally
        {
            _gate.Release();
        }
    }
}
