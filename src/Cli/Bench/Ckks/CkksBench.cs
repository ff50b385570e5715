using System.Diagnostics;
using System.Globalization;
using PrivacyGrains.Ckks.Modular;

namespace PrivacyGrains.Cli.Bench.Ckks;

/// <summary>Measures one set: for each operation rounds of a few runs of ours, then of each peer's, so that what disturbs the machine disturbs all.</summary>
/// <param name="nodeSeal">Or null.</param>
/// <param name="sealNet">Or null.</param>
/// <param name="threads">Of our evaluator.</param>
internal sealed class CkksBench(ICkksPeer? nodeSeal, ICkksPeer? sealNet, int threads)
{
    private const int Rounds = 21;
    private const double BlockMicroseconds = 8000;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.6);

    /// <summary>What our loops run on.</summary>
    public static string Vectors => VectorWidth.Words switch { 8 => "avx512", 4 => "avx2", _ => "none" };

    /// <summary>Measures all operations of a set.</summary>
    /// <param name="set">The parameters.</param>
    /// <param name="note">Told each operation.</param>
    /// <param name="cancel">Ends it between two blocks.</param>
    public async Task<IReadOnlyList<CkksResult>> RunAsync(CkksSet set, Action<string> note, CancellationToken cancel)
    {
        using var ours = new CkksOperations(set, threads);
        foreach (var peer in Peers())
        {
            await peer.PrepareAsync(set, cancel);
        }

        var results = new List<CkksResult>();
        var drift = double.NaN; // node-seal's multiplication now over then: the first of each set
        foreach (var figures in set.Figures)
        {
            note($"{set.Text} {figures.Operation}");
            var (own, allocated, theirs) = await MeasureAsync(figures.Operation, ours.All[figures.Operation], cancel);
            var (node, native) = (theirs[0], theirs[1]);
            drift = figures.Operation == "multiply" && node is { } now ? now / figures.NodeSeal : drift;
            var scale = node is { } here && figures.NodeSeal > 0 ? here / figures.NodeSeal : drift;
            double? scaled = double.IsNaN(scale) ? null : figures.Seal * scale;
            var (wanted, met) = Judge(figures, own[own.Length / 2], node, scaled);
            results.Add(new CkksResult(
                set.Text, figures.Operation, own[own.Length / 2], own[0], allocated, node, own[own.Length / 2] / node, native, own[own.Length / 2] / native, scaled, own[own.Length / 2] / scaled, wanted, met));
        }

        return results;
    }

    private static (string? Wanted, bool? Met) Judge(CkksFigures figures, double own, double? node, double? scaled)
    {
        if (Vectors == "none" || (Vectors == "avx512" && figures.Wanted == 0))
        {
            return (null, null);
        }

        if (Vectors == "avx512" && figures.NodeSeal > 0)
        {
            return (string.Create(CultureInfo.InvariantCulture, $"{figures.Wanted} of node-seal"), own / node is { } ratio ? ratio <= figures.Wanted : null);
        }

        // On AVX2 no slower than default SEAL.
        var part = Vectors == "avx512" ? figures.Wanted : 1;
        return (string.Create(CultureInfo.InvariantCulture, $"{part} of default SEAL, scaled"), own / scaled is { } toSeal ? toSeal <= part : null);
    }

    private async Task<(double[] Own, long Allocated, double?[] Theirs)> MeasureAsync(string operation, Action once, CancellationToken cancel)
    {
        var runs = Warm(once);
        ICkksPeer?[] peers = [nodeSeal, sealNet];
        var (theirRuns, theirs) = (new int[peers.Length], new List<double>[peers.Length]);
        for (var i = 0; i < peers.Length; i++)
        {
            var first = peers[i] is { } peer ? await peer.RunAsync(operation, 5, cancel) : [];
            (theirRuns[i], theirs[i]) = (first.Count == 0 ? 0 : Block(first.Min()), []);
        }

        var (own, allocated) = (new List<double>(), long.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            cancel.ThrowIfCancellationRequested();
            allocated = Math.Min(allocated, Run(once, runs, own));
            for (var i = 0; i < peers.Length; i++)
            {
                theirs[i].AddRange(theirRuns[i] == 0 ? [] : await peers[i]!.RunAsync(operation, theirRuns[i], cancel));
            }
        }

        own.Sort();
        return ([.. own], allocated, [.. theirs.Select(static t => t.Count == 0 ? (double?)null : t.Order().ElementAt(t.Count / 2))]);
    }

    private IEnumerable<ICkksPeer> Peers() => new[] { nodeSeal, sealNet }.OfType<ICkksPeer>();

    private static int Warm(Action once)
    {
        var times = new List<double>();
        var start = Stopwatch.GetTimestamp();
        while (times.Count < 5 || Stopwatch.GetElapsedTime(start) < WarmUp)
        {
            Run(once, 1, times);
        }

        return Block(times.Min());
    }

    private static int Block(double fastest) => (int)Math.Clamp(BlockMicroseconds / fastest, 2, 200);

    // The least that one run of the block allocated.
    private static long Run(Action once, int runs, List<double> times)
    {
        times.EnsureCapacity(times.Count + runs);
        var least = long.MaxValue;
        for (var i = 0; i < runs; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            once();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
