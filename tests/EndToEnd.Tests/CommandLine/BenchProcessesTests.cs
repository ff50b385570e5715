using System.Diagnostics;
using PrivacyGrains.Cli.Bench;

namespace PrivacyGrains.EndToEnd.Tests.CommandLine;

/// <summary>The engine of parties that are processes of their own, from outside.</summary>
public sealed class BenchProcessesTests
{
    private static readonly string Built = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Cli", new DirectoryInfo(AppContext.BaseDirectory).Name, "privacygrains.dll"));
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Every engine of this build, with work of one round, of a session's own messages, and of three parties with messages of many frames.</summary>
    public static TheoryData<string, string> Runs
    {
        get
        {
            var runs = new TheoryData<string, string>();
            foreach (var engine in BenchProcesses.Names)
            {
                runs.Add(engine, "compare-1");
                runs.Add(engine, "matmul-128");
                runs.Add(engine, "shamir-multiply-1e6");
            }

            return runs;
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task Run_EachPartyAProcess_GivesTheWorksRoundsAndBytes(string engine, string name)
    {
        var work = BenchCatalogue.Choose(name)[0];
        var joined = new List<string>();
        var result = await BenchProcesses.RunAsync(work, engine, new BenchClock(TimeSpan.Zero, TimeSpan.Zero), joined.Add, CancellationToken.None).WaitAsync(Patience);
        Assert.Equal(
            (name, engine, work.Scheme.Parties, work.Rounds, work.BytesPerParty), (result.Name, result.Engine, result.Parties, result.Rounds, result.BytesPerParty));
        Assert.True(result.MinSeconds > 0 && result.MinSeconds <= result.MedianSeconds);
        Assert.Equal([$"{name}: {work.Scheme.Parties} processes run"], joined);
    }

    /// <remarks>Standard error is the parties' too: it ends when the last of them has ended.</remarks>
    [Theory]
    [InlineData("KILL")]
    [InlineData("INT")]
    public async Task Bench_EndedByASignal_LeavesNoProcessBehind(string signal)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var bench = Process.Start(new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", Built, "bench", "mpc", "--only", "multiply-1e6", "--engine", "processes"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var deadline = new CancellationTokenSource(Patience);
        while (await bench.StandardError.ReadLineAsync(deadline.Token) is { } line && !line.Contains("2 processes run", StringComparison.Ordinal))
        {
        }

        using (var kill = Process.Start("sh", ["-c", $"kill -{signal} {bench.Id}"]))
        {
            await kill.WaitForExitAsync(deadline.Token);
        }

        await bench.StandardError.ReadToEndAsync(deadline.Token);
        await bench.WaitForExitAsync(deadline.Token);
        Assert.NotEqual(0, bench.ExitCode);
    }
}
