using System.Runtime.CompilerServices;
using Npgsql;
using PrivacyGrains.Storage.Postgres;

namespace PrivacyGrains.Storage;

/// <summary>A journal in a PostgreSQL database of one owner. Any number of processes may use it: the primary key (stream, version) is the fence.</summary>
/// <remarks>
/// <para>
/// An append is one INSERT statement, so it is whole or absent. Each append carries an id of its own: where the connection is lost before the answer comes, the
/// statement is tried again, and if the version turns out to be taken, the id says whether by this append or by another writer. So a lost answer neither doubles an
/// append nor is taken for a conflict.
/// </para>
/// <para>A server that runs with <c>fsync</c> or <c>synchronous_commit</c> off is refused, because what it acknowledges may be lost.</para>
/// <para>What a passing failure interrupts is tried again for about 8 s; then the exception of Npgsql passes. Payloads are kept as they are; see docs/adr/0002.</para>
/// </remarks>
public sealed class PostgresJournal : IJournal, IAsyncDisposable
{
    private const int ListPage = 1000;

    private readonly NpgsqlDataSource _source;
    private readonly PostgresQueries _queries;
    private readonly TimeProvider _clock;
    private readonly string _name;

    private PostgresJournal(NpgsqlDataSource source, TimeProvider clock)
    {
        _source = source;
        _queries = new PostgresQueries(source);
        var place = new NpgsqlConnectionStringBuilder(source.ConnectionString);
        _name = $"{place.Host}/{place.Database}";
        _clock = clock;
    }

    /// <summary>Connects, brings the schema up to date and checks that the database is this owner's.</summary>
    /// <param name="connectionString">The way in, in Npgsql's form. A secret: it may hold a password.</param>
    /// <param name="owner">The party's id, or <see cref="IStores.ConsortiumOwner"/>. Who comes first to an empty database owns it.</param>
    /// <param name="clock">Gives each entry its time; the system's clock where it is null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The journal. Dispose it to close its connections.</returns>
    /// <exception cref="UnknownOwnerException">The database is another owner's.</exception>
    /// <exception cref="InvalidOperationException">The server does not keep what it acknowledges, or the schema is newer than this program.</exception>
    public static async Task<PostgresJournal> OpenAsync(string connectionString, string owner, TimeProvider? clock, CancellationToken cancellationToken)
    {
        JournalRules.CheckOwner(owner);
        var source = NpgsqlDataSource.Create(connectionString);
        try
        {
            var journal = new PostgresJournal(source, clock ?? TimeProvider.System);
            await journal.MigrateAsync(owner, cancellationToken);
            await journal.RefuseForgetfulServerAsync(cancellationToken);
            return journal;
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<RecordedEntry> ReadAsync(string stream, long afterVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        JournalRules.CheckStream(stream);
        JournalRules.CheckVersion(afterVersion);
        var (head, _) = await PostgresRetry.RunAsync(() => _queries.LookAsync(stream, 0, cancellationToken), cancellationToken);
        for (var last = afterVersion; last < head;)
        {
            var from = last;
            var page = await PostgresRetry.RunAsync(() => _queries.ReadPageAsync(stream, from, head, cancellationToken), cancellationToken);
            if (page.Count == 0)
            {
                throw Missing(stream, last + 1);
            }

            foreach (var entry in page)
            {
                if (entry.Version != last + 1)
                {
                    throw Missing(stream, last + 1);
                }

                last = entry.Version;
                yield return entry;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<AppendOutcome> AppendAsync(string stream, long expectedVersion, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
    {
        JournalRules.CheckStream(stream);
        JournalRules.CheckVersion(expectedVersion);
        JournalRules.CheckEntries(entries);
        cancellationToken.ThrowIfCancellationRequested();

        // From here on cancellation has no effect: a statement that is cancelled while it commits has an unknown outcome.
        var appendId = Guid.NewGuid();
        var recordedAt = JournalRules.ToMicroseconds(_clock.GetUtcNow());
        var inserted = await PostgresRetry.RunAsync(() => TryInsertAsync(stream, expectedVersion, entries, recordedAt, appendId), CancellationToken.None);
        if (inserted)
        {
            return new AppendOutcome.Appended(expectedVersion + entries.Count);
        }

        var (head, writer) = await PostgresRetry.RunAsync(() => _queries.LookAsync(stream, expectedVersion + 1, CancellationToken.None), CancellationToken.None);
        return writer == appendId
            ? new AppendOutcome.Appended(expectedVersion + entries.Count) // an earlier attempt was committed and its answer lost
            : new AppendOutcome.Conflict(head);
    }

    /// <inheritdoc/>
    public async Task<JournalSnapshot?> ReadSnapshotAsync(string stream, CancellationToken cancellationToken)
    {
        JournalRules.CheckStream(stream);
        var snapshot = await PostgresRetry.RunAsync(() => _queries.ReadSnapshotAsync(stream, cancellationToken), cancellationToken);
        if (snapshot is { } found && await HeadAsync(stream, cancellationToken) is var head && head < found.Version)
        {
            throw new JournalDamagedException(
                _name, -1, $"the snapshot of '{stream}' covers version {found.Version}, but the stream ends at {head}.", "Restore the database from a backup as a whole.");
        }

        return snapshot;
    }

    /// <inheritdoc/>
    public async Task WriteSnapshotAsync(string stream, JournalSnapshot snapshot, CancellationToken cancellationToken)
    {
        JournalRules.CheckStream(stream);
        JournalRules.CheckTypeAndPayload(snapshot.Type, snapshot.Payload);
        var head = await HeadAsync(stream, cancellationToken);
        if (snapshot.Version < 1 || snapshot.Version > head)
        {
            throw new ArgumentException($"A snapshot of '{stream}' covers a version from 1 to {head}, not {snapshot.Version}.", nameof(snapshot));
        }

        await PostgresRetry.RunAsync(() => _queries.WriteSnapshotAsync(stream, snapshot, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListStreamsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        var last = string.Empty;
        for (List<string> page; ; last = page[^1])
        {
            var after = last;
            page = await PostgresRetry.RunAsync(() => _queries.ListAsync(prefix, after, ListPage, cancellationToken), cancellationToken);
            foreach (var name in page)
            {
                yield return name;
            }

            if (page.Count < ListPage)
            {
                yield break;
            }
        }
    }

    /// <summary>Closes the journal's connections.</summary>
    /// <returns>A task that ends when they are closed.</returns>
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async Task<long> HeadAsync(string stream, CancellationToken cancellationToken) =>
        (await PostgresRetry.RunAsync(() => _queries.LookAsync(stream, 0, cancellationToken), cancellationToken)).Head;

    private async Task<bool> TryInsertAsync(string stream, long expectedVersion, IReadOnlyList<JournalEntry> entries, DateTimeOffset recordedAt, Guid appendId)
    {
        try
        {
            return await _queries.InsertAsync(stream, expectedVersion, entries, recordedAt, appendId) > 0;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return false;
        }
    }

    private Task<bool> MigrateAsync(string owner, CancellationToken cancellationToken) => PostgresRetry.RunAsync(
        async () =>
        {
            await PostgresSchema.MigrateAsync(_source, owner, cancellationToken);
            return true;
        },
        cancellationToken);

    private async Task RefuseForgetfulServerAsync(CancellationToken cancellationToken)
    {
        var (fsync, synchronousCommit) = await PostgresRetry.RunAsync(() => _queries.ReadDurabilityAsync(cancellationToken), cancellationToken);
        if (fsync == "off" || synchronousCommit == "off")
        {
            throw new InvalidOperationException(
                $"The server runs with fsync = {fsync} and synchronous_commit = {synchronousCommit}: what it acknowledges may be lost in a crash. Set both on.");
        }
    }

    private JournalDamagedException Missing(string stream, long version) => new(
        _name, -1, $"version {version} of stream '{stream}' is missing.", "Restore the database from a backup as a whole.");
}
