namespace PrivacyGrains.Cli.Bench;

/// <summary>How long a work is warmed up and measured, and when it is enough.</summary>
/// <param name="WarmUp">How long runs go unmeasured, so that the compiler is done.</param>
/// <param name="Measure">How long, preparation included, runs are measured: 9 to 201 of them, or fewer, but 3, where 9 take five times as long.</param>
internal sealed record BenchClock(TimeSpan WarmUp, TimeSpan Measure)
{
    private const int LeastRuns = 3;
    private const int EnoughRuns = 9;
    private const int MostRuns = 201;

    /// <summary>Runs until it is warm, then measures.</summary>
    /// <param name="once">One run; told whether its result is to be checked; answers its seconds.</param>
    /// <param name="cancel">Ends it between two runs.</param>
    /// <returns>The measured runs' seconds, in order.</returns>
    public async Task<List<double>> RunAsync(Func<bool, Task<double>> once, CancellationToken cancel)
    {
        var clock = TimeProvider.System;
        var start = clock.GetTimestamp();
        do
        {
            cancel.ThrowIfCancellationRequested();
            await once(true);
        }
        while (clock.GetElapsedTime(start) < WarmUp);

        var seconds = new List<double>();
        start = clock.GetTimestamp();
        while (seconds.Count < LeastRuns
            || (seconds.Count < EnoughRuns && clock.GetElapsedTime(start) < 5 * Measure)
            || (seconds.Count < MostRuns && clock.GetElapsedTime(start) < Measure))
        {
            cancel.ThrowIfCancellationRequested();
            seconds.Add(await once(false));
        }

        return seconds;
    }
}
