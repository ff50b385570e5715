using System.Diagnostics;

namespace PrivacyGrains.EndToEnd.Tests.CommandLine;

/// <summary>A real <c>privacygrains join --data</c>, in a process of its own.</summary>
internal sealed class ResidentProcess : IAsyncDisposable
{
    private static readonly string Built = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Cli", new DirectoryInfo(AppContext.BaseDirectory).Name, "privacygrains.dll"));
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;

    private ResidentProcess(Process process) => _process = process;

    /// <summary>Starts it; when this ends, it says that it takes part.</summary>
    public static async Task<ResidentProcess> StartAsync(string folder, string records, params IEnumerable<string> options)
    {
        var resident = new ResidentProcess(Process.Start(new ProcessStartInfo(
            "env",
            ["--default-signal=INT", "dotnet", Built, "join", "--folder", folder, "--data", records, .. options])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
        await resident.SaysAsync("takes part from now on");
        return resident;
    }

    /// <summary>Waits for words on standard error.</summary>
    public async Task SaysAsync(string words)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (await _process.StandardError.ReadLineAsync(deadline.Token) is { } line)
        {
            if (line.Contains(words, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"It ended with {_process.ExitCode} and never said '{words}'.");
    }

    /// <summary>Sends a signal and waits for the end.</summary>
    public async Task<int> EndAsync(string signal)
    {
        using (var kill = Process.Start("sh", ["-c", $"kill -{signal} {_process.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
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
}
