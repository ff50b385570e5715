using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Npgsql;

namespace PrivacyGrains.Testing;

/// <summary>A PostgreSQL server of this process's own, in a temporary folder on a free loopback port.</summary>
/// <remarks>
/// A shell holds the server and reads from this process: when its input ends, because the server is disposed or this process has died in any way, it stops the
/// server and removes the folder. It stops it at once and not in order: nobody will read this data again, and an orderly stop during a recovery may never end.
/// </remarks>
internal sealed class PostgresProcess : IAsyncDisposable
{
    private const string Script = """
        set -e
        folder=$1; bin=$2; port=$3
        trap : INT TERM HUP
        trap 'rm -rf "$folder"' EXIT
        printf '%s' "$PG_TEST_PASSWORD" > "$folder/password"
        "$bin/initdb" -D "$folder/data" -U privacygrains -A scram-sha-256 --pwfile="$folder/password" --no-locale -E UTF8 --no-sync > "$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; exit 1; }
        "$bin/postgres" -D "$folder/data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200 -c shared_buffers=32MB -c logging_collector=off < /dev/null > "$folder/server.log" 2>&1 &
        server=$!
        echo "$server"
        cat > /dev/null || :
        kill -QUIT "$server" 2> /dev/null || :
        wait "$server" || :
        """;

    private readonly Process _shell;
    private readonly string _folder;

    private PostgresProcess(Process shell, string folder, string connectionString)
    {
        _shell = shell;
        _folder = folder;
        ConnectionString = connectionString;
    }

    /// <summary>The way in, as the server's administrator.</summary>
    public string ConnectionString { get; }

    public static async Task<PostgresProcess> StartAsync()
    {
        var binaries = PostgresBinaries.Find() ?? throw new InvalidOperationException($"PostgreSQL is not installed: {Requirement.Missing("postgres")}.");
        for (var attempt = 1; ; attempt++)
        {
            var port = FreePort();
            var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
            var folder = OtherUser.CreateFolder();
            var start = OtherUser.Shell(Script, folder, binaries, port.ToString());
            start.Environment["PG_TEST_PASSWORD"] = password;
            var shell = Process.Start(start)!;
            var server = new PostgresProcess(shell, folder, $"Host=127.0.0.1;Port={port};Username=privacygrains;Password={password};Database=postgres;Include Error Detail=true");
            try
            {
                await server.WaitAsync();
                return server;
            }
            catch (InvalidOperationException) when (attempt < 5)
            {
                await server.DisposeAsync(); // the port may have been taken meanwhile
            }
            catch
            {
                await server.DisposeAsync();
                throw;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true); // empty, where the other user may not write its parent
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task WaitAsync()
    {
        if (await _shell.StandardOutput.ReadLineAsync() is not { Length: > 0 })
        {
            throw new InvalidOperationException($"PostgreSQL does not start: {await _shell.StandardError.ReadToEndAsync()}");
        }

        for (var deadline = Stopwatch.StartNew(); ;)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException exception)
            {
                if (deadline.Elapsed > TimeSpan.FromSeconds(15))
                {
                    throw new InvalidOperationException("PostgreSQL does not answer.", exception);
                }

                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
        }
    }
}
