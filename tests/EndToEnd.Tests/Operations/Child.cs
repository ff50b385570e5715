using System.Diagnostics;

namespace PrivacyGrains.EndToEnd.Tests.Operations;

/// <summary>A program that runs beside the test and ends with it.</summary>
internal sealed class Child : IAsyncDisposable
{
    private readonly Process _process;

    private Child(Process process) => (_process, Error) = (process, process.StandardError.ReadToEndAsync());

    /// <summary>All that it has written to standard error when it has ended.</summary>
    public Task<string> Error { get; }

    public StreamReader Output => _process.StandardOutput;

    public bool HasEnded => _process.HasExited;

    public static Child Start(string program, params IEnumerable<string> arguments) =>
        new(Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!);

    /// <summary>Runs a program to its end.</summary>
    public static async Task<(int ExitCode, string Text)> RunAsync(string program, params IEnumerable<string> arguments)
    {
        await using var child = Start(program, arguments);
        var output = await child.Output.ReadToEndAsync();
        await child._process.WaitForExitAsync();
        return (child._process.ExitCode, output + await child.Error);
    }

    /// <summary>Asks it to end, and gives its exit code.</summary>
    /// <exception cref="TimeoutException">It did not end in time.</exception>
    public async Task<int> TerminateAsync(TimeSpan within)
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        await _process.WaitForExitAsync().WaitAsync(within);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
