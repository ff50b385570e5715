using Npgsql;
using NpgsqlTypes;

namespace PrivacyGrains.Storage.Postgres;

/// <summary>The statements of the journal, each on a connection of its own from the pool, each a transaction by itself.</summary>
internal sealed class PostgresQueries(NpgsqlDataSource source)
{
    /// <summary>At most so many entries, and about so many bytes of payload, are read at once.</summary>
    private const int PageEntries = 500;
    private const long PageBytes = 8L * 1024 * 1024;

    /// <summary>Inserts entries behind the expected version; the number inserted, which is 0 where that version does not stand. A taken version is a unique violation.</summary>
    public async Task<int> InsertAsync(string stream, long expectedVersion, IReadOnlyList<JournalEntry> entries, DateTimeOffset recordedAt, Guid appendId)
    {
        // ORDER BY: writers that overlap take the keys in the same order, so one waits for the other and none deadlocks.
        await using var command = source.CreateCommand(
            """
            INSERT INTO journal.entry (stream, version, type, payload, recorded_at, append_id)
            SELECT $1, $2 + e.place, e.type, e.payload, $5, $6
            FROM unnest($3, $4) WITH ORDINALITY AS e (type, payload, place)
            WHERE $2 = 0 OR EXISTS (SELECT 1 FROM journal.entry WHERE stream = $1 AND version = $2)
            ORDER BY e.place
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = stream });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = expectedVersion });
        command.Parameters.Add(new NpgsqlParameter { Value = entries.Select(entry => entry.Type).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = entries.Select(entry => entry.Payload.ToArray()).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = recordedAt });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = appendId });
        return await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    /// <summary>Where a stream ends, and which append wrote one of its versions (null: none has).</summary>
    public async Task<(long Head, Guid? AppendId)> LookAsync(string stream, long version, CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            SELECT (SELECT max(version) FROM journal.entry WHERE stream = $1), (SELECT append_id FROM journal.entry WHERE stream = $1 AND version = $2)
            """,
            stream,
            version);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (await reader.IsDBNullAsync(0, cancellationToken) ? 0 : reader.GetInt64(0), await reader.IsDBNullAsync(1, cancellationToken) ? null : reader.GetGuid(1));
    }

    /// <summary>Reads the next entries after a version, up to another, as many as make a page and at least one.</summary>
    public async Task<List<RecordedEntry>> ReadPageAsync(string stream, long afterVersion, long lastVersion, CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            SELECT version, type, payload, recorded_at
            FROM (SELECT *, sum(octet_length(payload)) OVER (ORDER BY version) AS total
                  FROM (SELECT * FROM journal.entry WHERE stream = $1 AND version > $2 AND version <= $3 ORDER BY version LIMIT $4) AS candidates) AS measured
            WHERE total <= $5 OR version = $2 + 1
            ORDER BY version
            """,
            stream,
            afterVersion,
            lastVersion,
            PageEntries,
            PageBytes);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var page = new List<RecordedEntry>();
        while (await reader.ReadAsync(cancellationToken))
        {
            page.Add(new RecordedEntry(
                reader.GetInt64(0),
                reader.GetString(1),
                await reader.GetFieldValueAsync<byte[]>(2, cancellationToken),
                await reader.GetFieldValueAsync<DateTimeOffset>(3, cancellationToken)));
        }

        return page;
    }

    public async Task<JournalSnapshot?> ReadSnapshotAsync(string stream, CancellationToken cancellationToken)
    {
        await using var command = Command("SELECT version, type, payload FROM journal.snapshot WHERE stream = $1", stream);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new JournalSnapshot(reader.GetInt64(0), reader.GetString(1), await reader.GetFieldValueAsync<byte[]>(2, cancellationToken))
            : null;
    }

    /// <summary>Keeps a snapshot unless a newer one stands.</summary>
    public async Task<int> WriteSnapshotAsync(string stream, JournalSnapshot snapshot, CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            INSERT INTO journal.snapshot AS older (stream, version, type, payload) VALUES ($1, $2, $3, $4)
            ON CONFLICT (stream) DO UPDATE SET version = EXCLUDED.version, type = EXCLUDED.type, payload = EXCLUDED.payload
            WHERE older.version <= EXCLUDED.version
            """,
            stream,
            snapshot.Version,
            snapshot.Type,
            snapshot.Payload.ToArray());
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<List<string>> ListAsync(string prefix, string after, int limit, CancellationToken cancellationToken)
    {
        await using var command = Command(
            "SELECT stream FROM journal.entry WHERE version = 1 AND stream > $1 AND stream >= $2 AND starts_with(stream, $2) ORDER BY stream LIMIT $3", after, prefix, limit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var names = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }

    /// <summary>What the server's settings promise of an acknowledged commit.</summary>
    public async Task<(string Fsync, string SynchronousCommit)> ReadDurabilityAsync(CancellationToken cancellationToken)
    {
        await using var command = Command("SELECT current_setting('fsync'), current_setting('synchronous_commit')");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetString(0), reader.GetString(1));
    }

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = source.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }
}
