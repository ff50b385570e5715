using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace PrivacyGrains.EndToEnd.Tests.CommandLine;

/// <summary>A real <c>privacygrains up</c>, in a process of its own at a free port.</summary>
internal sealed class UpProcess : IAsyncDisposable
{
    // The command's own folder: beside the tests lie assemblies that are no part of it.
    private static readonly string Built = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Cli", new DirectoryInfo(AppContext.BaseDirectory).Name, "privacygrains.dll"));
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly Task<string> _error;

    private UpProcess(Process process, Task<string> error, JsonElement document)
    {
        (_process, _error) = (process, error);
        Url = document.GetProperty("urls")[0].GetString()!;
        OperatorKeyFile = document.GetProperty("operatorKeyFile").GetString()!;
    }

    public string Url { get; }

    public string OperatorKeyFile { get; }

    public static async Task<UpProcess> StartAsync(string data)
    {
        var process = Launch(data);
        var error = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(Patience);
        var text = new StringBuilder();
        while (await process.StandardOutput.ReadLineAsync(deadline.Token) is { } line)
        {
            text.AppendLine(line);
            if (line == "}")
            {
                using var document = JsonDocument.Parse(text.ToString());
                Assert.False(document.RootElement.TryGetProperty("error", out var failure), failure.ToString());
                return new UpProcess(process, error, document.RootElement.Clone());
            }
        }

        throw new InvalidOperationException(await error);
    }

    /// <summary>Starts one that is expected not to come up.</summary>
    public static async Task<(int ExitCode, string Error)> StartInVainAsync(string data)
    {
        using var process = Launch(data);
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Patience);
        return (process.ExitCode, await error);
    }

    /// <summary>Runs a command against it, as the operator unless a party's folder is named.</summary>
    public Task<CommandRun> RunAsync(string line, string? folder = null) =>
        CommandRun.OfAsync([.. line.Split(' '), "--url", Url, .. folder is null ? (string[])["--key-file", OperatorKeyFile] : ["--folder", folder]]);

    /// <summary>Sends a signal and waits for the end.</summary>
    /// <exception cref="TimeoutException">It did not end in time.</exception>
    public async Task<(int ExitCode, string Error)> EndAsync(string signal, TimeSpan within)
    {
        using (var kill = Process.Start("sh", ["-c", $"kill -{signal} {_process.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        await _process.WaitForExitAsync().WaitAsync(within);
        return (_process.ExitCode, await _error);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    // A parent that runs in the background may ignore SIGINT, and its children would too.
    private static Process Launch(string data) => Process.Start(new ProcessStartInfo(
        "env",
        ["--default-signal=INT", "dotnet", Built, "up", "--json", "--data", data, "--urls", "http://127.0.0.1:0"])
    {
        UseShellExecute = false,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
