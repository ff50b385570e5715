using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Cli.Bench;

/// <summary>The engine <c>embedded</c>: all parties in this process, one task each, side by side.</summary>
internal static class BenchRunner
{
    /// <summary>The engine's name.</summary>
    public const string Embedded = "embedded";

    /// <summary>Measures one piece of work, holding every run to the plan's rounds and bytes.</summary>
    /// <param name="work">What.</param>
    /// <param name="clock">How long.</param>
    /// <param name="engine">What the result calls it.</param>
    /// <param name="cancel">Ends it between two runs.</param>
    /// <exception cref="InvalidOperationException">A run gave a wrong result, or other rounds or bytes than the plan says.</exception>
    public static async Task<BenchResult> RunAsync(BenchWork work, BenchClock clock, string engine, CancellationToken cancel)
    {
        using var table = new PartyTable(work.Scheme);
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
