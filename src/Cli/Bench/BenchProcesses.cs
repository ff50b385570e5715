using System.Diagnostics;
using System.Globalization;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Engine;

namespace PrivacyGrains.Cli.Bench;

/// <summary>The engines of parties that are each a process of this program, joined on the loopback: <c>processes</c> by the party-to-party stream, <c>orleans</c> by grain messages between their silos.</summary>
internal static class BenchProcesses
{
    /// <summary>Joined by the party-to-party stream.</summary>
    public const string Streams = "processes";

    /// <summary>Joined as silos of one cluster, by grain messages: only where the build has clusters.</summary>
    public const string Orleans = "orleans";

    /// <summary>The engines of this build.</summary>
    public static IReadOnlyList<string> Names => EngineInfo.SupportsClustering ? [Streams, Orleans] : [Streams];

    /// <summary>The hidden command that a party runs.</summary>
    public const string PartyCommand = "party";

    /// <summary>Measures one piece of work.</summary>
    /// <param name="work">What; its name is in the catalogue.</param>
    /// <param name="engine">What carries the messages.</param>
    /// <param name="clock">How long.</param>
    /// <param name="note">Told once all parties are joined.</param>
    /// <param name="cancel">Ends it, and the parties with it.</param>
    /// <exception cref="InputException"><c>bench.no-orleans</c>: this build has no clusters.</exception>
    /// <exception cref="InvalidOperationException">A party ended early; its own last line says why.</exception>
    public static async Task<BenchResult> RunAsync(BenchWork work, string engine, BenchClock clock, Action<string> note, CancellationToken cancel)
    {
        Require(engine);
        if (work.IsAlone)
        {
            return await BenchRunner.RunAsync(work, clock, engine, cancel); // this process is the one
        }

        var parties = new List<Process>();
        try
        {
            for (var party = 0; party < work.Scheme.Parties; party++)
            {
                parties.Add(Start(work.Name, engine, party, clock));
            }

            await ExchangeAsync(parties, answers => answers.Select(answer => answer.Replace(' ', ',')), cancel); // ports and keys
            await ExchangeAsync(parties, answers => answers, cancel); // offers
            note($"{work.Name}: {parties.Count} processes run");
            return BenchResult.Of(work, engine, (await ReadAsync(parties[0], cancel)).Split(' ')[1..].Select(bits => BitConverter.Int64BitsToDouble(long.Parse(bits, CultureInfo.InvariantCulture))));
        }
        finally
        {
            foreach (var party in parties)
            {
                party.Kill(entireProcessTree: true);
                party.Dispose();
            }
        }
    }

    /// <summary>Throws where this build does not have the engine.</summary>
    /// <exception cref="InputException"><c>bench.no-orleans</c>.</exception>
    public static void Require(string engine)
    {
        if (engine == Orleans && !EngineInfo.SupportsClustering)
        {
            throw new InputException(
                "bench.no-orleans", "This build has no Orleans packages. Build with 'dotnet build src/Cli -c Release -p:GrainEngine=Orleans' and run what that makes.");
        }
    }

    private static Process Start(string work, string engine, int party, BenchClock clock)
    {
        // The host of the tests, or the program itself.
        var program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "privacygrains.exe" : "privacygrains");
        string[] arguments =
        [
            "bench", PartyCommand, work, engine, party.ToString(CultureInfo.InvariantCulture), Milliseconds(clock.WarmUp), Milliseconds(clock.Measure),
        ];
        var start = File.Exists(program)
            ? new ProcessStartInfo(program, arguments)
            : new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "privacygrains.dll"), .. arguments]);
        start.UseShellExecute = false;
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        return Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} does not start.");
    }

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);

    private static async Task ExchangeAsync(List<Process> parties, Func<IEnumerable<string>, IEnumerable<string>> join, CancellationToken cancel)
    {
        var answers = new List<string>();
        foreach (var party in parties)
        {
            answers.Add(await ReadAsync(party, cancel));
        }

        var line = string.Join(' ', join(answers));
        foreach (var party in parties)
        {
            await party.StandardInput.WriteLineAsync(line.AsMemory(), cancel);
            await party.StandardInput.FlushAsync(cancel);
        }
    }

    private static async Task<string> ReadAsync(Process party, CancellationToken cancel) =>
        await party.StandardOutput.ReadLineAsync(cancel) ?? throw new InvalidOperationException("A party's process ended before the work did.");
}
