using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Cli.Bench;

/// <summary>The engines of parties that are all in this process, one task each, side by side: <c>embedded</c> hands frames over in memory, <c>grains</c> as messages between grains of one silo.</summary>
internal static class BenchRunner
{
    /// <summary>Frames change hands in memory.</summary>
    public const string Embedded = "embedded";

    /// <summary>Frames go as grain messages within one silo.</summary>
    public const string Grains = "grains";

    /// <summary>Measures one piece of work, holding every run to the plan's rounds and bytes.</summary>
    /// <param name="work">What.</param>
    /// <param name="clock">How long.</param>
    /// <param name="engine">What the result calls it; <see cref="Grains"/> for grain messages.</param>
    /// <param name="cancel">Ends it between two runs.</param>
    /// <exception cref="InvalidOperationException">A run gave a wrong result, or other rounds or bytes than the plan says.</exception>
    public static async Task<BenchResult> RunAsync(BenchWork work, BenchClock clock, string engine, CancellationToken cancel)
    {
        await using var silo = engine == Grains && !work.IsAlone ? await BenchSilo.StartAloneAsync(PartyTable.Names(work.Scheme), cancel) : null;
        using var table = silo is null ? new PartyTable(work.Scheme) : new PartyTable(work.Scheme, silo.Carrier);
        return BenchResult.Of(work, engine, await clock.RunAsync(isChecked => OnceAsync(work, table, isChecked), cancel));
    }

    private static async Task<double> OnceAsync(BenchWork work, PartyTable table, bool isChecked)
    {
        var run = work.Prepare(SystemRandomSource.Instance);
        foreach (var seat in table.Seats)
        {
            seat.Forget();
        }

        var seats = work.IsAlone ? table.Seats.AsSpan(0, 1).ToArray() : [.. table.Seats];
        var start = TimeProvider.System.GetTimestamp();
        var results = await Task.WhenAll(seats.Select(seat => Task.Run(() => run.Side(seat))));
        var seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        if (!work.IsAlone)
        {
            Array.ForEach(seats, seat => seat.Require(work));
        }

        if (isChecked)
        {
            run.Check([.. results.Select(result => result())]);
        }

        return seconds;
    }
}
