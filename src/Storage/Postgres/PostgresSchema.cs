using System.Globalization;
using System.Reflection;
using Npgsql;

namespace PrivacyGrains.Storage.Postgres;

/// <summary>Brings a database to this program's schema: the plain SQL of <c>src/Storage/Schema</c>, each script once, in order.</summary>
internal static class PostgresSchema
{
    private const string Prefix = "PrivacyGrains.Storage.Schema.";

    // Any number that no one else locks: "PGJRNL" in ASCII.
    private const long AdvisoryLock = 0x50474A524E4C;

    private static readonly (int Version, string Name, string Sql)[] Scripts = [.. ReadScripts()];

    /// <summary>Applies what is missing and records the owner. Processes that do this at once wait for each other.</summary>
    /// <exception cref="UnknownOwnerException">The database is another owner's.</exception>
    /// <exception cref="InvalidOperationException">The database was made by a newer program.</exception>
    public static async Task MigrateAsync(NpgsqlDataSource source, string owner, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        if (await ReadVersionAsync(connection, cancellationToken) < Scripts[^1].Version || await ReadOwnerAsync(connection, cancellationToken) is null)
        {
            await ApplyAsync(connection, owner, cancellationToken);
        }

        var version = await ReadVersionAsync(connection, cancellationToken);
        if (version > Scripts[^1].Version)
        {
            throw new InvalidOperationException(
                $"The database '{connection.Database}' has schema {version}; this program knows schema {Scripts[^1].Version}. Start the newer program.");
        }

        var holder = await ReadOwnerAsync(connection, cancellationToken);
        if (holder != owner)
        {
            throw new UnknownOwnerException(owner, $"the database '{connection.Database}' is the journal of '{holder}'. Give each owner a database of its own.");
        }
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, string owner, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync($"SELECT pg_advisory_xact_lock({AdvisoryLock})");
        await ExecuteAsync(Scripts[0].Sql);
        var applied = await ReadVersionAsync(connection, cancellationToken);
        foreach (var (version, name, sql) in Scripts[1..].Where(script => script.Version > applied))
        {
            await ExecuteAsync(sql);
            await ExecuteAsync("INSERT INTO journal.schema_version (version, name) VALUES ($1, $2)", version, name);
        }

        await ExecuteAsync("INSERT INTO journal.owner (name) VALUES ($1) ON CONFLICT DO NOTHING", owner);
        await transaction.CommitAsync(cancellationToken);

        async Task ExecuteAsync(string sql, params object[] values)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            foreach (var value in values)
            {
                command.Parameters.Add(new NpgsqlParameter { Value = value });
            }

            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>The newest script applied; 0 where there is none.</summary>
    private static async Task<int> ReadVersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await ExistsAsync(connection, "journal.schema_version", cancellationToken)
            ? (int)(await ScalarAsync(connection, "SELECT coalesce(max(version), 0) FROM journal.schema_version", cancellationToken))!
            : 0;

    private static async Task<string?> ReadOwnerAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await ExistsAsync(connection, "journal.owner", cancellationToken)
            ? (string?)await ScalarAsync(connection, "SELECT name FROM journal.owner", cancellationToken)
            : null;

    private static async Task<bool> ExistsAsync(NpgsqlConnection connection, string table, CancellationToken cancellationToken) =>
        await ScalarAsync(connection, $"SELECT to_regclass('{table}') IS NOT NULL", cancellationToken) is true;

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    private static IEnumerable<(int Version, string Name, string Sql)> ReadScripts()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            var name = resource[Prefix.Length..];
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            yield return (int.Parse(name.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture), name, reader.ReadToEnd());
        }
    }
}
