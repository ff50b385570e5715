using System.Diagnostics;
using System.Globalization;

namespace PrivacyGrains.Cli.Bench;

/// <summary>The engine <c>processes</c>: each party its own process of this program, joined by the party-to-party stream on the loopback.</summary>
internal static class BenchProcesses
{
    /// <summary>The engine's name.</summary>
    public const string Name = "processes";

    /// <summary>The hidden command that a party runs.</summary>
    public const string PartyCommand = "party";

    /// <summary>Measures one piece of work.</summary>
    /// <param name="work">What; its name is in the catalogue.</param>
    /// <param name="clock">How long.</param>
    /// <param name="note">Told once all parties are joined.</param>
    /// <param name="cancel">Ends it, and the parties with it.</param>
    /// <exception cref="InvalidOperationException">A party ended early; its own last line says why.</exception>
    public static async Task<BenchResult> RunAsync(BenchWork work, BenchClock clock, Action<string> note, CancellationToken cancel)
    {
        if (work.IsAlone)
        {
            return await BenchRunner.RunAsync(work, clock, Name, cancel); // this process is the one
        }

        var parties = new List<Process>();
        try
        {
            for (var party = 0; party < work.Scheme.Parties; party++)
            {
                parties.Add(Start(work.Name, party, clock));
            }

            await ExchangeAsync(parties, answers => answers.Select(answer => answer.Replace(' ', ',')), cancel); // ports and keys
            await ExchangeAsync(parties, answers => answers, cancel); // offers
            note($"{work.Name}: {parties.Count} processes run");
            return BenchResult.Of(work, Name, (await ReadAsync(parties[0], cancel)).Split(' ')[1..].Select(bits => BitConverter.Int64BitsToDouble(long.Parse(bits, CultureInfo.InvariantCulture))));
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

    private static Process Start(string work, int party, BenchClock clock)
    {
        // The host of the tests, or the program itself.
        var program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "privacygrains.exe" : "privacygrains");
        string[] arguments =
        [
            "bench", PartyCommand, work, party.ToString(CultureInfo.InvariantCulture), Milliseconds(clock.WarmUp), Milliseconds(clock.Measure),
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
