namespace PrivacyGrains.Cli.Bench;

/// <summary>Runs work until it is warm, then measures it, holding every run to the plan's rounds and bytes.</summary>
internal static class BenchRunner
{
    /// <summary>The one engine that exists here: parties in one process.</summary>
    public const string Embedded = "embedded";

    private const int FewestRuns = 9;
    private const int MostRuns = 201;

    /// <summary>Measures one piece of work.</summary>
    /// <param name="work">What.</param>
    /// <param name="warmUp">How long runs go unmeasured, so that the compiler is done.</param>
    /// <param name="measure">How long, preparation included, runs are measured; 9 to 201 of them.</param>
    /// <param name="cancel">Ends it between two runs.</param>
    /// <exception cref="InvalidOperationException">A run gave a wrong result, or other rounds or bytes than the plan says.</exception>
    public static async Task<BenchResult> RunAsync(BenchWork work, TimeSpan warmUp, TimeSpan measure, CancellationToken cancel)
    {
        using var table = new PartyTable(work.Scheme);
        var clock = TimeProvider.System;
        var start = clock.GetTimestamp();
        do
        {
            cancel.ThrowIfCancellationRequested();
            var (_, check) = await OnceAsync(work, table);
            check();
        }
        while (clock.GetElapsedTime(start) < warmUp);

        var seconds = new List<double>();
        start = clock.GetTimestamp();
        while (seconds.Count < FewestRuns || (seconds.Count < MostRuns && clock.GetElapsedTime(start) < measure))
        {
            cancel.ThrowIfCancellationRequested();
            seconds.Add((await OnceAsync(work, table)).Seconds);
        }

        seconds.Sort();
        return new BenchResult(work.Name, Embedded, work.Scheme.Parties, seconds[seconds.Count / 2], seconds[0], work.Rounds, work.BytesPerParty);
    }

    private static async Task<(double Seconds, Action Check)> OnceAsync(BenchWork work, PartyTable table)
    {
        foreach (var seat in table.Seats)
        {
            seat.Forget();
        }

        var run = work.Prepare(table);
        var start = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(run.Sides.Select(Task.Run));
        var seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        if (work.Rounds > 0 && table.Seats.FirstOrDefault(seat => seat.BytesSent != work.BytesPerParty || seat.MessagesSent != work.Rounds * (work.Scheme.Parties - 1)) is { } other)
        {
            throw new InvalidOperationException(
                $"{work.Name}: the plan says {work.Rounds} rounds and {work.BytesPerParty} bytes; {other.Committee.SelfId} sent {other.MessagesSent} messages and {other.BytesSent} bytes.");
        }

        return (seconds, run.Check);
    }
}
