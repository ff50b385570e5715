using System.Diagnostics;
using System.Globalization;

namespace PrivacyGrains.Storage.Tests;

/// <summary>Starts a writer, lets it append, kills it as <c>kill -9</c> does, and tells the last version that it had acknowledged.</summary>
internal static class CrashedProcess
{
    /// <summary>Carries the folder or the connection string, which is a secret and no argument.</summary>
    public const string PlaceVariable = "PRIVACYGRAINS_CRASH_PLACE";

    /// <param name="journal">file or postgres.</param>
    /// <param name="place">The folder or the connection string.</param>
    /// <param name="appends">How many appends to let it acknowledge at least.</param>
    /// <param name="isPaced">Whether to kill it between appends, while it waits, and not in the midst of them.</param>
    /// <param name="whileRunning">Run before the kill, with the process's id.</param>
    public static async Task<long> RunAsync(string journal, string place, int appends, bool isPaced, Action<int>? whileRunning = null)
    {
        var start = new ProcessStartInfo(DotNet(), [typeof(CrashedProcess).Assembly.Location, "write", journal, isPaced ? "paced" : "free"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[PlaceVariable] = place;
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // or each one killed leaves its pipes in the temporary folder
        using var process = Process.Start(start)!;
        try
        {
            var acknowledged = long.Parse((await NextLineAsync(process))["ready ".Length..], CultureInfo.InvariantCulture);
            for (var i = 0; i < appends; i++)
            {
                if (isPaced)
                {
                    await process.StandardInput.WriteLineAsync();
                    await process.StandardInput.FlushAsync();
                }

                acknowledged = long.Parse(await NextLineAsync(process), CultureInfo.InvariantCulture);
            }

            whileRunning?.Invoke(process.Id);
            process.Kill();
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                // What it had said before it died: a last line may be cut short, and then it is no acknowledgement.
                if (long.TryParse(line, CultureInfo.InvariantCulture, out var version) && version > acknowledged)
                {
                    acknowledged = version;
                }
            }

            return acknowledged;
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    private static async Task<string> NextLineAsync(Process process) =>
        await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"The writer ended by itself: {await process.StandardError.ReadToEndAsync()}");

    private static string DotNet() =>
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet");
}
