using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Cli.Bench;

/// <summary>One piece of work that is measured, and what it costs by its plan.</summary>
/// <param name="Name">As <c>--only</c> names it.</param>
/// <param name="Scheme">How values are shared.</param>
/// <param name="Rounds">Rounds of messages; 0 where a dealer works alone.</param>
/// <param name="BytesPerParty">Bytes that each party sends in all rounds, before sealing; for a dealer, what it sends to the party that gets most.</param>
/// <param name="Prepare">Makes inputs and correlations of one run: not measured. The same random bytes make the same at every party.</param>
internal sealed record BenchWork(string Name, SharingScheme Scheme, int Rounds, long BytesPerParty, Func<IRandomSource, BenchRun> Prepare)
{
    /// <summary>Whether one works alone, without messages.</summary>
    public bool IsAlone => Rounds == 0;
}

/// <summary>One run, made ready for every party.</summary>
/// <param name="Side">What is measured, at each party; answers how its share of the result is read. Alone: called once, at no seat.</param>
/// <param name="Check">Opens all shares of the result, in the parties' order, and throws where it is wrong; not measured.</param>
internal sealed record BenchRun(Func<Seat, Task<Func<ulong[]>>> Side, Action<IReadOnlyList<ulong[]>> Check);

/// <summary>One line of the result.</summary>
/// <param name="Name">The work.</param>
/// <param name="Engine">What carried the messages.</param>
/// <param name="Parties">How many.</param>
/// <param name="MedianSeconds">Of all measured runs, warm, without preparation.</param>
/// <param name="MinSeconds">Of the fastest.</param>
/// <param name="Rounds">By the plan; the runs were held to it.</param>
/// <param name="BytesPerParty">By the plan; the runs were held to it.</param>
internal sealed record BenchResult(string Name, string Engine, int Parties, double MedianSeconds, double MinSeconds, int Rounds, long BytesPerParty)
{
    /// <summary>The result of measured runs.</summary>
    public static BenchResult Of(BenchWork work, string engine, IEnumerable<double> seconds)
    {
        double[] ordered = [.. seconds.Order()];
        return new BenchResult(work.Name, engine, work.Scheme.Parties, ordered[ordered.Length / 2], ordered[0], work.Rounds, work.BytesPerParty);
    }
}

/// <summary>What <c>bench mpc --json</c> prints.</summary>
/// <param name="Results">One line for each work, in the catalogue's order.</param>
internal sealed record BenchDocument(IReadOnlyList<BenchResult> Results);
