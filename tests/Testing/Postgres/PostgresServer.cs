using Npgsql;
using Xunit;

namespace PrivacyGrains.Testing;

/// <summary>The PostgreSQL server of a test run, as a collection fixture: started at the first database, stopped and removed at the end.</summary>
/// <remarks>Where <c>PRIVACYGRAINS_POSTGRES</c> holds a connection string (of a role that may create databases), that server is used, and the databases are dropped at the end.</remarks>
public sealed class PostgresServer : IAsyncLifetime, IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly List<string> _databases = [];
    private PostgresProcess? _own;

    /// <summary>The server that was given instead of an own one; null: none.</summary>
    public static string? GivenConnectionString => Environment.GetEnvironmentVariable("PRIVACYGRAINS_POSTGRES") is { Length: > 0 } given ? given : null;

    /// <summary>Makes an empty database and gives the way in.</summary>
    /// <param name="name">A hint for who looks at the server; the database gets a name of its own.</param>
    public async Task<string> CreateDatabaseAsync(string name)
    {
        await _gate.WaitAsync();
        try
        {
            var administrator = await AdministratorAsync();
            var database = $"{string.Concat(name.ToLowerInvariant().Where(char.IsAsciiLetterOrDigit).Take(30))}_{Guid.NewGuid():N}";
            await ExecuteAsync(administrator, $"CREATE DATABASE \"{database}\" TEMPLATE template0 ENCODING 'UTF8'");
            _databases.Add(database);
            return new NpgsqlConnectionStringBuilder(administrator) { Database = database }.ConnectionString;
        }
        finally
        {
            _gate.Release();
        }
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_own is not null)
        {
            await _own.DisposeAsync();
        }
        else if (GivenConnectionString is { } given)
        {
            foreach (var database in _databases)
            {
                await ExecuteAsync(given, $"DROP DATABASE IF EXISTS \"{database}\" WITH (FORCE)");
            }
        }
    }

    public void Dispose() => _gate.Dispose();

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<string> AdministratorAsync() => GivenConnectionString ?? (_own ??= await PostgresProcess.StartAsync()).ConnectionString;
}
