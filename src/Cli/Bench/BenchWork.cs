using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Cli.Bench;

/// <summary>One piece of work that is measured, and what it costs by its plan.</summary>
/// <param name="Name">As <c>--only</c> names it.</param>
/// <param name="Scheme">How values are shared.</param>
/// <param name="Rounds">Rounds of messages; 0 where a dealer works alone.</param>
/// <param name="BytesPerParty">Bytes that each party sends in all rounds, before sealing; for a dealer, what it sends to the party that gets most.</param>
/// <param name="Prepare">Makes inputs and correlations of one run: not measured.</param>
internal sealed record BenchWork(string Name, SharingScheme Scheme, int Rounds, long BytesPerParty, Func<PartyTable, BenchRun> Prepare);

/// <summary>One run, made ready.</summary>
/// <param name="Sides">What is measured: one task for each party, run side by side.</param>
/// <param name="Check">Opens the result and throws where it is wrong; not measured.</param>
internal sealed record BenchRun(IReadOnlyList<Func<Task>> Sides, Action Check);

/// <summary>One line of the result.</summary>
/// <param name="Name">The work.</param>
/// <param name="Engine">What carried the messages.</param>
/// <param name="Parties">How many.</param>
/// <param name="MedianSeconds">Of all measured runs, warm, without preparation.</param>
/// <param name="MinSeconds">Of the fastest.</param>
/// <param name="Rounds">By the plan; the runs were held to it.</param>
/// <param name="BytesPerParty">By the plan; the runs were held to it.</param>
internal sealed record BenchResult(string Name, string Engine, int Parties, double MedianSeconds, double MinSeconds, int Rounds, long BytesPerParty);

/// <summary>What <c>bench mpc --json</c> prints.</summary>
/// <param name="Results">One line for each work, in the catalogue's order.</param>
internal sealed record BenchDocument(IReadOnlyList<BenchResult> Results);
