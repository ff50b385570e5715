namespace PrivacyGrains.Cli.Bench.Ckks;

/// <summary>One operation. Times are medians in microseconds.</summary>
/// <param name="Set">The parameters: <c>N = 8192 {60, 40, 40, 60}</c>.</param>
/// <param name="Operation">Its name.</param>
/// <param name="Microseconds">Ours.</param>
/// <param name="MinMicroseconds">Our fastest.</param>
/// <param name="AllocatedBytes">By our thread for one operation, when its destinations have their size: the least of all runs.</param>
/// <param name="NodeSealMicroseconds">node-seal's, its runs between ours; null where it was not found or does not have the operation.</param>
/// <param name="Ratio">Ours to node-seal's.</param>
/// <param name="SealNetMicroseconds">Native SEAL's by SEALNet, likewise; null where the build does not have it.</param>
/// <param name="RatioToSealNet">Ours to it.</param>
/// <param name="SealScaledMicroseconds">The earlier figure of default SEAL 4.4.3, times node-seal's now over its then: of the same operation, or of the multiplication where there is none.</param>
/// <param name="RatioToSealScaled">Ours to it.</param>
/// <param name="Wanted">What ours is wanted to be at most, in words; null where nothing is.</param>
/// <param name="Met">Whether it is; null where nothing is wanted or node-seal is missing.</param>
internal sealed record CkksResult(
    string Set, string Operation, double Microseconds, double MinMicroseconds, long AllocatedBytes, double? NodeSealMicroseconds, double? Ratio, double? SealNetMicroseconds, double? RatioToSealNet,
    double? SealScaledMicroseconds, double? RatioToSealScaled, string? Wanted, bool? Met);

/// <summary>What <c>bench ckks --json</c> prints.</summary>
/// <param name="Vectors"><c>avx512</c>, <c>avx2</c> or <c>none</c>: what our loops ran on.</param>
/// <param name="Threads">Of the evaluator and the linear score; everything else has one.</param>
/// <param name="Baseline">Node-seal's and Node's versions; null where they were not found.</param>
/// <param name="BaselineAbsence">Why there is no baseline.</param>
/// <param name="Results">One an operation.</param>
internal sealed record CkksBenchDocument(string Vectors, int Threads, string? Baseline, string? BaselineAbsence, IReadOnlyList<CkksResult> Results);
