namespace PrivacyGrains.Storage;

/// <summary>Journals in PostgreSQL, a database for each owner.</summary>
public sealed class PostgresStores : IStores, IAsyncDisposable
{
    private readonly Func<string, string?> _connectionStrings;
    private readonly TimeProvider _clock;
    private readonly Dictionary<string, PostgresJournal> _open = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _gate = new(1);
    private bool _disposed;

    /// <summary>Prepares the stores; a database is connected to, and its schema made, when its journal is first opened.</summary>
    /// <param name="connectionStrings">Gives an owner's connection string; null for an owner of whom this process keeps no store.</param>
    /// <param name="clock">Gives each entry its time; the system's clock where it is null.</param>
    public PostgresStores(Func<string, string?> connectionStrings, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(connectionStrings);
        _connectionStrings = connectionStrings;
        _clock = clock ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public async ValueTask<IJournal> OpenAsync(string owner, CancellationToken cancellationToken)
    {
        JournalRules.CheckOwner(owner);
        var connectionString = _connectionStrings(owner)
            ?? throw new UnknownOwnerException(owner, "this process has no connection string for it. Its grains run elsewhere, or the configuration lacks it.");
        await _gate.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _open.TryGetValue(owner, out var journal)
                ? journal
                : _open[owner] = await PostgresJournal.OpenAsync(connectionString, owner, _clock, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Closes every journal that was opened.</summary>
    /// <returns>A task that ends when the connections are closed.</returns>
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
