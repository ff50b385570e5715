using Npgsql;

namespace PrivacyGrains.Engine.Clustering;

/// <summary>Puts the schema that Orleans' ADO.NET providers ask for into a PostgreSQL database.</summary>
internal static class ClusteringSchema
{
    /// <summary>Any number that nothing else locks by: two silos that start together take turns.</summary>
    private const long Lock = 0x5047_434C_5553_5431;

    internal static async Task MigrateAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync($"SELECT pg_advisory_xact_lock({Lock})");
        foreach (var script in new[] { "clustering.sql", "reminders.sql" })
            await ExecuteAsync(await ReadAsync(script, cancellationToken));
        await transaction.CommitAsync(cancellationToken);

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static async Task<string> ReadAsync(string name, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(typeof(ClusteringSchema).Assembly.GetManifestResourceStream(name)!);
        return await reader.ReadToEndAsync(cancellationToken);
    }
}
