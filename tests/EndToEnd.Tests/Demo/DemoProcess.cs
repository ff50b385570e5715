using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace PrivacyGrains.EndToEnd.Tests.Demo;

/// <summary>The built command as a process of its own.</summary>
internal sealed class DemoProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task _reading;
    private readonly ConcurrentQueue<string> _told = new();
    private readonly Dictionary<string, TaskCompletionSource> _awaited = [];

    private DemoProcess(string folder, string[] arguments)
    {
        // A run that stands in a shell's background has Ctrl-C ignored, and its children would inherit that.
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(OperatingSystem.IsWindows() ? Program : "env", OperatingSystem.IsWindows() ? arguments : ["--default-signal=INT", Program, .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = folder },
        };
        foreach (var variable in _process.StartInfo.Environment.Keys.Where(k => k.StartsWith("PRIVACYGRAINS_", StringComparison.Ordinal)).ToList())
        {
            _process.StartInfo.Environment.Remove(variable);
        }

        _process.Start();
        _output = _process.StandardOutput.ReadToEndAsync();
        _reading = ReadAsync();
    }

    /// <summary>The command that this build made, in <c>artifacts/ENGINE/bin/Cli/CONFIGURATION</c>.</summary>
    public static string Program { get; } = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "..", "..", "Cli", new DirectoryInfo(AppContext.BaseDirectory).Name, OperatingSystem.IsWindows() ? "privacygrains.exe" : "privacygrains"));

    /// <summary>Standard error so far.</summary>
    public string Errors => string.Join('\n', _told);

    /// <summary>The process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Starts it.</summary>
    public static DemoProcess Start(string folder, params string[] arguments) => new(folder, arguments);

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int Exit, string Output, string Errors)> ToEndAsync(string folder, params string[] arguments)
    {
        await using var run = Start(folder, arguments);
        return await run.EndAsync();
    }

    /// <summary>Runs it to a good end, and answers its one document.</summary>
    public static async Task<JsonElement> DocumentAsync(string folder, params string[] arguments)
    {
        var (exit, output, errors) = await ToEndAsync(folder, arguments);
        Assert.True(exit == 0, $"exit {exit}\n{errors}");
        return JsonDocument.Parse(output).RootElement;
    }

    /// <summary>Waits for its end.</summary>
    public async Task<(int Exit, string Output, string Errors)> EndAsync()
    {
        await _process.WaitForExitAsync();
        await _reading;
        return (_process.ExitCode, await _output, Errors);
    }

    /// <summary>Waits until it has told something on standard error, or has ended.</summary>
    /// <returns>Whether it told it.</returns>
    public async Task<bool> ToldAsync(string text)
    {
        TaskCompletionSource told;
        lock (_awaited)
        {
            if (_told.Any(line => line.Contains(text, StringComparison.Ordinal)))
            {
                return true;
            }

            _awaited[text] = told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return await Task.WhenAny(told.Task, _reading) == told.Task;
    }

    /// <summary>Kills it (SIGKILL): it does nothing more.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await EndAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_awaited)
            {
                _told.Enqueue(line);
                foreach (var (text, told) in _awaited)
                {
                    if (line.Contains(text, StringComparison.Ordinal))
                    {
                        told.TrySetResult();
                    }
                }
            }
        }
    }
}
