using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Cli.Bench;

/// <summary>Whole sessions one after the other: new keys, inputs shared, correlations dealt, rounds, result checked. Shows whether the hundredth takes as long as the first.</summary>
internal static class BenchSessions
{
    /// <summary>Runs sessions of one work in this process.</summary>
    /// <param name="work">What each session computes.</param>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="cancel">Ends it between two sessions.</param>
    /// <exception cref="InvalidOperationException">A session gave a wrong result, or other rounds or bytes than the plan says.</exception>
    public static async Task<SessionsDocument> RunAsync(BenchWork work, int count, CancellationToken cancel)
    {
        var (seconds, held) = (new double[count], new long[count]);
        for (var i = 0; i < count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            var start = TimeProvider.System.GetTimestamp();
            using var table = new PartyTable(work.Scheme);
            var run = work.Prepare(SystemRandomSource.Instance);
            var seats = work.IsAlone ? table.Seats[..1] : table.Seats;
            var results = await Task.WhenAll(seats.Select(seat => Task.Run(() => run.Side(seat), cancel)));
            run.Check([.. results.Select(result => result())]);
            if (!work.IsAlone)
            {
                foreach (var seat in seats)
                {
                    seat.Require(work);
                }
            }

            seconds[i] = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
            held[i] = Environment.WorkingSet;
        }

        var tenth = Math.Max(1, count / 10);
        return new SessionsDocument(work.Name, seconds, Median(seconds[..tenth]), Median(seconds[^tenth..]), held[..tenth].Max(), held[^tenth..].Max());
    }

    private static double Median(double[] some) => some.Order().ElementAt(some.Length / 2);
}

/// <summary>What <c>bench sessions --json</c> prints.</summary>
/// <param name="Work">What each session computed.</param>
/// <param name="Seconds">Of each session, in order; the first ones hold the compiler's time.</param>
/// <param name="FirstTenthMedianSeconds">Of the first tenth.</param>
/// <param name="LastTenthMedianSeconds">Of the last tenth.</param>
/// <param name="FirstTenthBytes">The process's memory in the first tenth, at most.</param>
/// <param name="LastTenthBytes">In the last tenth.</param>
internal sealed record SessionsDocument(
    string Work, double[] Seconds, double FirstTenthMedianSeconds, double LastTenthMedianSeconds, long FirstTenthBytes, long LastTenthBytes);
