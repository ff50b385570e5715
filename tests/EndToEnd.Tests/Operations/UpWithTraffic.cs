using System.Text;
using System.Text.Json;
using PrivacyGrains.Client;
using PrivacyGrains.Client.Agents;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Http;
using PrivacyGrains.Client.Inferences;
using PrivacyGrains.Client.Keys;
using PrivacyGrains.Client.Parties;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Messages.Inferences;
using PrivacyGrains.Messages.Parties;
using PrivacyGrains.Messages.Queries;
using PrivacyGrains.Messages.Stock;
using PrivacyGrains.Messages.Trainings;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Testing;

namespace PrivacyGrains.EndToEnd.Tests.Operations;

/// <summary>A real <c>privacygrains up</c> and parties that do everything an operator sees: charges, a refusal, an inference, a query that a party drops out of, a training that waits for it.</summary>
internal sealed class UpWithTraffic : IAsyncDisposable
{
    private const string Budget = "records";
    private const int Patience = 5000;

    // As it was built, beside the tests: in the tests' own folder it would find their assemblies too.
    private static readonly string Built = Path.Combine(AppContext.BaseDirectory, "..", "..", "Cli", new DirectoryInfo(AppContext.BaseDirectory).Name, "privacygrains.dll");

    private static readonly string[] Hospitals = ["hospital-1", "hospital-2", "hospital-3", "hospital-4"];
    private readonly Child _process;
    private readonly string _data;
    private readonly Dictionary<string, GatewayClient> _clients = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _agents = [];
    private int _number;

    private UpWithTraffic(Child process, string data, Uri url, string operatorKey)
    {
        (_process, _data, Url) = (process, data, url);
        Operator = new GatewayClient(new GatewayOptions { BaseAddress = url, ApiKey = operatorKey });
    }

    public Uri Url { get; }

    public GatewayClient Operator { get; }

    public static async Task<UpWithTraffic> StartAsync(string folder, CancellationToken deadline)
    {
        var data = Path.Combine(folder, "data");
        var settings = Path.Combine(folder, "up.json");
        await File.WriteAllTextAsync(settings, $$"""
            {
              "PrivacyGrains": {
                "Name": "whole",
                "Parties": [ "*" ],
                "Coordinator": true,
                "Data": {{JsonSerializer.Serialize(data)}},
                "Engine": { "SiloPort": {{FreePort.Next()}}, "GatewayPort": {{FreePort.Next()}} },
                "Gateway": { "Urls": [ "http://127.0.0.1:0" ] }
              }
            }
            """, deadline);
        var process = Child.Start("dotnet", Built, "up", "--json", "--config", settings);
        var text = new StringBuilder();
        while (await process.Output.ReadLineAsync(deadline) is { } line)
        {
            text.AppendLine(line);
            if (line == "}")
            {
                using var document = JsonDocument.Parse(text.ToString());
                var url = new Uri(Assert.Single(document.RootElement.GetProperty("urls").EnumerateArray().ToList()).GetString()!); // not the default one beside it
                return new UpWithTraffic(process, data, url, ApiKeyFile.Read(document.RootElement.GetProperty("operatorKeyFile").GetString()!));
            }
        }

        throw new InvalidOperationException(await process.Error);
    }

    /// <summary>All of it, once; the last hospital has no agent, so it is waited for.</summary>
    public async Task RunAsync(CancellationToken deadline)
    {
        foreach (var party in Hospitals.Append("dealer"))
        {
            await JoinAsync(party);
        }

        foreach (var hospital in Hospitals[..^1])
        {
            _agents.Add(Task.Run(() => new PartyAgent(_clients[hospital], Folder(hospital), [Data(hospital)]).RunAsync(_stop.Token), CancellationToken.None));
        }

        await ChargeAsync();
        await InferAsync();
        var query = await Operator.Queries.CreateAsync("how-many", new QueryTermsBody(
            "count", 0.5, Hospitals, Budget, ReconstructionThreshold: 3, MinimumCohort: 3, Colluders: 1, PhaseSeconds: 1.5, FilterColumn: "diagnosis", FilterValue: "M"), deadline);
        while (query.Status == "running")
        {
            query = await Operator.Queries.GetAsync("how-many", query.Version, Patience, deadline);
        }

        Assert.Equal("answered", query.Status);
        await Operator.Trainings.CreateAsync("detector", new TrainingTermsBody(
            "detector", ["radius"], "diagnosis", "M", [0], [30], Hospitals, Budget, 1, 2, LocalSteps: 2, LearningRate: 1, ClipNorm: 0.5, NoiseMultiplier: 1, 1e-5,
            AllowNoNoise: false, ReconstructionThreshold: 3, MinimumCohort: 3, Colluders: 1, PhaseSeconds: 600, "fedavg", "B"), deadline);
    }

    /// <summary>A charge, and one that is refused: what a rate needs again between two scrapes.</summary>
    public async Task ChargeAsync()
    {
        var id = $"charge-{++_number}";
        var client = _clients["hospital-1"];
        ReserveChargeRequest Request(string charge, double rho) => new(charge, "charge", "statistics", "hospital-1", new string('a', 64), new LossBody("zcdp", rho));
        await client.Budgets.ReserveAsync("hospital-1", Budget, Request(id, 0.001));
        await client.Budgets.CommitAsync("hospital-1", Budget, id);
        var refused = await Assert.ThrowsAsync<GatewayException>(() => client.Budgets.ReserveAsync("hospital-1", Budget, Request($"too-much-{_number}", 1e4)));
        Assert.Equal("ledger.over-budget", refused.Code);
    }

    /// <summary>The last hospital scores a record of the first two with its own weights.</summary>
    public async Task InferAsync()
    {
        var (session, asker) = ($"scores-{++_number}", Part(Hospitals[^1]));
        var plan = InferencePlan.Create(SharingScheme.Additive(2), 1, 2, [PlanLayer.Dense(1, true, 8, 8), PlanLayer.Sigmoid], 16, 8);
        await Operator.Stock.SetAsync("scores", new SetReserveRequest(plan.ToBytes(), ["hospital-1", "hospital-2"], "dealer", 1));
        while (Assert.Single(await Operator.Stock.ListAsync()).Ready == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }

        using var ask = await asker.AskAsync(session, new InferenceQuestion(
            plan,
            ["hospital-1", "hospital-2"],
            "dealer",
            [new InputSlotBody("features.0", "hospital-1", ["a"], true), new InputSlotBody("features.1", "hospital-2", ["b"], true), new InputSlotBody("weights", Hospitals[^1], [], false)],
            "scores",
            Budget,
            30));
        await Part("hospital-1").ProvideAsync(session, "features.0", new[] { 0.5 });
        await Part("hospital-2").ProvideAsync(session, "features.1", new[] { -1.25 });
        await asker.ProvideAsync(session, "weights", new[] { 0.75, -1.5, 0.25 });
        Assert.Single((await asker.ReceiveAsync(ask)).Values);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_agents).ContinueWith(static _ => { }, TaskScheduler.Default);
        foreach (var client in _clients.Values.Append(Operator))
        {
            client.Dispose();
        }

        await _process.DisposeAsync();
        _stop.Dispose();
    }

    private async Task JoinAsync(string party)
    {
        var invitation = await Operator.Parties.InviteAsync(new InviteRequest(party, party, ["data", "compute"]));
        var folder = await PartyFolder.JoinAsync(Path.Combine(_data, party), new GatewayOptions { BaseAddress = Url }, invitation.Invitation);
        var client = _clients[party] = folder.Connect();
        if (party != "dealer")
        {
            await client.Budgets.OpenAsync(party, Budget, new BudgetTermsBody(20, 1e-5, "add-remove", "record", new Dictionary<string, long> { ["scores"] = 100 }));
        }
    }

    private PartyFolder Folder(string party) => PartyFolder.Open(Path.Combine(_data, party));

    private JointInference Part(string party) => new(Folder(party), _clients[party]);

    private PartyData Data(string hospital)
    {
        var path = Path.Combine(_data, $"{hospital}.csv");
        File.WriteAllLines(path, ["radius,diagnosis", .. Enumerable.Range(0, 12).Select(i => i % 2 == 0 ? $"{18 + (i % 5)},M" : $"{8 + (i % 5)},B")]);
        return PartyData.Read(path, Budget);
    }
}
