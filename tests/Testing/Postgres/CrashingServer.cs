using Npgsql;

namespace PrivacyGrains.Testing;

/// <summary>A PostgreSQL server for one test, which crashes on demand and recovers by itself.</summary>
public sealed class CrashingServer : IAsyncDisposable
{
    private readonly PostgresProcess _server;

    private CrashingServer(PostgresProcess server) => _server = server;

    /// <summary>The way in.</summary>
    public string ConnectionString => _server.ConnectionString;

    public static async Task<CrashingServer> StartAsync() => new(await PostgresProcess.StartAsync());

    /// <summary>Kills one of its processes with <c>kill -9</c>: the server ends all connections without ceremony and recovers from its log.</summary>
    public async Task CrashAsync()
    {
        await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT pid FROM pg_stat_activity WHERE backend_type = 'background writer'", connection);
        var pid = (int)(await command.ExecuteScalarAsync())!;
        using var victim = System.Diagnostics.Process.GetProcessById(pid);
        victim.Kill();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
