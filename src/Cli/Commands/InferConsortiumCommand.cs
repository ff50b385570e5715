using System.CommandLine;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Inferences;
using PrivacyGrains.Client.Keys;
using PrivacyGrains.Client.Parties;
using PrivacyGrains.Learning.Onnx;
using PrivacyGrains.Messages.Parties;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Cli.Commands;

/// <summary><c>infer --model --input --url</c>: the same in a running consortium, asked by a member that owns model and records.</summary>
internal static class InferConsortiumCommand
{
    private static readonly Option<string?> Compute = new("--compute") { Description = "With --url: PARTY,PARTY,...: who computes (default: members that are there)." };
    private static readonly Option<string?> Dealer = new("--dealer") { Description = "With --url: who deals (default: a member whose role that is)." };
    private static readonly Option<double> Timeout = new("--timeout") { Description = "With --url: each session's deadline in seconds (default: 300).", DefaultValueFactory = static _ => 300 };
    private static readonly Option<string?> Data = new("--data")
    {
        Description = "With --url, in place of --folder: a folder of party folders, as 'up --data' has it; the first member in it asks. Where it has none and --key-file is the operator's, parties join into it first.",
    };

    private static readonly Option<bool> PublicInput = new("--public-input") { Description = "With --url: the compute parties know the records; the model may be secret still." };

    /// <summary>What the run adds to the local one's options.</summary>
    public static IEnumerable<Option> Options => [Compute, Dealer, Timeout, PublicInput, Data];

    /// <summary>Each session's deadline in seconds.</summary>
    /// <exception cref="InputException"><c>inference.bad-timeout</c>.</exception>
    public static double TimeoutOf(ParseResult parsed) => parsed.GetValue(Timeout) is > 0 and <= 3600 and var seconds
        ? seconds
        : throw new InputException("inference.bad-timeout", "--timeout is a number of seconds, greater than 0 and at most 3600.");

    /// <summary>Runs it.</summary>
    public static async Task<LocalInferenceResult> RunAsync(
        ParseResult parsed, CommandOutput output, OnnxNetwork network, IReadOnlyList<double[]> records, SharingScheme scheme, LocalInferenceOptions options, CancellationToken cancel)
    {
        var timeout = TimeoutOf(parsed);
        var folder = parsed.PartyFolder() ?? await AskerAsync(parsed, output, scheme.Parties, cancel);
        using var gateway = folder.Connect(parsed.Gateway());
        folder.Observe(await gateway.Parties.ConsortiumAsync(cancel));
        var run = new ConsortiumInference(folder.Pins.Party, new JointInference(folder, gateway), gateway);
        return await output.WithBarAsync("Computing jointly", _ => run.RunAsync(
            network,
            records,
            scheme,
            new ConsortiumInferenceOptions
            {
                ComputeParties = parsed.GetValue(Compute)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
                Dealer = parsed.GetValue(Dealer),
                FractionalBits = options.FractionalBits,
                InputBound = options.InputBound,
                PublicModel = options.PublicModel,
                PublicInput = parsed.GetValue(PublicInput),
                ComparesWithClear = options.ComparesWithClear,
                TimeoutSeconds = timeout,
            },
            cancel));
    }

    private static async Task<PartyFolder> AskerAsync(ParseResult parsed, CommandOutput output, int parties, CancellationToken cancel)
    {
        if (parsed.GetValue(Data) is not { } data)
        {
            throw new InputException("party.no-folder", "Name the party that asks: its folder with --folder, or a folder of party folders with --data.");
        }

        if (File.Exists(Path.Combine(data, "party.json")))
        {
            return PartyFolder.Open(data);
        }

        var joined = Joined(data);
        if (joined.Count == 0 || (parsed.GetValue(CommonOptions.KeyFile) is not null && joined.Exists(folder => folder.Pins.Party == "asker")))
        {
            await JoinAllAsync(parsed, output, data, parties, cancel);
            joined = Joined(data);
        }

        using var gateway = joined[0].Connect(parsed.Gateway());
        var members = (await gateway.Parties.ConsortiumAsync(cancel)).Members.Where(member => member.Status == "member" && !member.Roles.Contains("dealer")).Select(member => member.Party).ToHashSet(StringComparer.Ordinal);
        return joined.FirstOrDefault(folder => members.Contains(folder.Pins.Party) && !folder.Pins.Party.StartsWith("dealer", StringComparison.Ordinal))
            ?? throw new InputException("party.no-folder", $"None of the folders in {data} is a member's that can ask.");
    }

    private static List<PartyFolder> Joined(string data) => !Directory.Exists(data) ? []
        : [.. Directory.EnumerateDirectories(data).Where(path => File.Exists(Path.Combine(path, "party.json"))).Order(StringComparer.Ordinal).Select(PartyFolder.Open)];

    private static async Task JoinAllAsync(ParseResult parsed, CommandOutput output, string data, int parties, CancellationToken cancel)
    {
        if (parsed.GetValue(CommonOptions.KeyFile) is not { } keyFile)
        {
            throw new InputException("party.no-folder", $"{data} holds no party that has joined. Let parties join into it, or give the operator's --key-file.");
        }

        using var operatorClient = new GatewayClient(parsed.Gateway() with { ApiKey = ApiKeyFile.Read(keyFile) });
        foreach (var (party, role) in Enumerable.Range(1, parties).Select(i => ($"party-{i}", "compute")).Prepend(("dealer", "dealer")).Prepend(("asker", "data")))
        {
            if (File.Exists(Path.Combine(data, party, "party.json")))
            {
                continue;
            }

            var invitation = await operatorClient.Parties.InviteAsync(new InviteRequest(party, party, [role]), $"{Guid.NewGuid():N}", cancel);
            await PartyFolder.JoinAsync(Path.Combine(data, party), parsed.Gateway(), invitation.Invitation, cancel: cancel);
        }

        output.Note($"asker, dealer and party-1 to party-{parties} are members, with folders in {Path.GetFullPath(data)}.");
    }
}
