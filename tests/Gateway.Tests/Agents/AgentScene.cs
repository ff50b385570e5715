using PrivacyGrains.Client;
using PrivacyGrains.Client.Agents;
using PrivacyGrains.Client.Http;
using PrivacyGrains.Client.Parties;
using PrivacyGrains.Gateway.Tests.Hosting;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Messages.Queries;
using PrivacyGrains.Messages.Trainings;
using PrivacyGrains.Privacy.Queries.Schemas;

namespace PrivacyGrains.Gateway.Tests.Agents;

/// <summary>One test's records, budgets and agents of the five hospitals, all under the test's own name.</summary>
internal sealed class AgentScene : IAsyncDisposable
{
    private const int Wait = 5000;
    private readonly List<RunningAgent> _agents = [];
    private readonly TestConsortium _consortium;

    private AgentScene(TestConsortium consortium, string name) => (_consortium, Name) = (consortium, name);

    /// <summary>Of the job, the query and the budget.</summary>
    public string Name { get; }

    public static string[] Hospitals => AgentWorld.Hospitals;

    /// <summary>With open budgets.</summary>
    /// <param name="world">The consortium.</param>
    /// <param name="name">Used by no other test.</param>
    /// <param name="epsilon">Of each hospital's budget.</param>
    /// <param name="unit">Whom the budgets protect.</param>
    /// <param name="quarter">The epsilon that the rows of each quarter may lose; null for budgets without periods.</param>
    public static async Task<AgentScene> OpenAsync(AgentWorld world, string name, Func<string, double>? epsilon = null, string unit = "record", double? quarter = null)
    {
        var scene = new AgentScene(world.Consortium, name);
        foreach (var hospital in Hospitals)
        {
            using var gateway = scene._consortium.As(hospital);
            await gateway.Budgets.OpenAsync(hospital, name, new BudgetTermsBody(epsilon?.Invoke(hospital) ?? 50, 1e-5, "add-remove", unit, null, quarter is { } q ? [new BudgetLevelBody(null, "quarter", q, 1e-5)] : null));
        }

        return scene;
    }

    /// <summary>20 records each: the first half ill, whose numbers are higher.</summary>
    public PartyData DataOf(string hospital, string? extraRow = null)
    {
        var path = Path.Combine(_consortium.Data, $"{Name}-{hospital}.csv");
        var place = Array.IndexOf(Hospitals, hospital);
        var rows = Enumerable.Range(0, 20).Select(i => i < 10 ? $"{18 + (i % 5)},{22 + (i % 7) + place},M" : $"{8 + (i % 5)},{10 + (i % 7)},B");
        File.WriteAllLines(path, ["radius,texture,diagnosis", .. rows, .. extraRow is null ? [] : new[] { extraRow }]);
        return PartyData.Read(path, Name);
    }

    /// <summary>20 records of the first quarter of 2026, 10 of them ill, and 20 of the second, 4 of them ill.</summary>
    public PartyData DatedOf(string hospital, RowDates? dates, string? extraRow = null)
    {
        var path = Path.Combine(_consortium.Data, $"{Name}-{hospital}-dated.csv");
        var rows = Enumerable.Range(0, 40).Select(i => (Ill: i < 20 ? i < 10 : i < 24, Day: i < 20 ? $"2026-0{1 + (i % 3)}-{1 + i:D2}" : $"2026-0{4 + (i % 3)}-{i - 10:D2}T09:30", Number: i % 5));
        File.WriteAllLines(path, ["radius,texture,diagnosis,admitted,seen", .. rows.Select(r => $"{(r.Ill ? 18 : 8) + r.Number},{(r.Ill ? 22 : 10) + r.Number},{(r.Ill ? "M" : "B")},{r.Day},2019"), .. extraRow is null ? [] : new[] { extraRow }]);
        return PartyData.Read(path, Name, null, dates);
    }

    public RunningAgent Start(string hospital, PartyData? data = null, AgentPolicy? policy = null, Func<AgentEvent, Task>? meanwhile = null, HttpMessageHandler? wire = null)
    {
        var folder = PartyFolder.Open(_consortium.FolderOf(hospital));
        var gateway = new GatewayClient(new GatewayOptions { BaseAddress = _consortium.Gateway.Address, ApiKey = folder.ReadApiKey(), Attempts = 1 }, null, wire);
        var agent = RunningAgent.Start(gateway, folder, [data ?? DataOf(hospital)], policy, meanwhile);
        _agents.Add(agent);
        return agent;
    }

    public Dictionary<string, RunningAgent> StartAll(params IEnumerable<string> but) => Hospitals.Except(but).ToDictionary(h => h, h => Start(h), StringComparer.Ordinal);

    /// <summary>All hospitals' agents, over dated records.</summary>
    public Dictionary<string, RunningAgent> StartAll(RowDates? dates) => Hospitals.ToDictionary(h => h, h => Start(h, DatedOf(h, dates)), StringComparer.Ordinal);

    /// <summary>Stops the agents that run.</summary>
    public async Task StopAsync()
    {
        foreach (var agent in _agents)
        {
            await agent.DisposeAsync();
        }

        _agents.Clear();
    }

    public TrainingTermsBody Training(int steps = 1, double noise = 1, double phaseSeconds = 60) => new(
        Name, ["radius", "texture"], "diagnosis", "M", [0, 0], [30, 40], Hospitals, Name, steps, steps + 3, LocalSteps: 2, LearningRate: 1, ClipNorm: 0.5,
        noise, 1e-5, AllowNoNoise: noise == 0, ReconstructionThreshold: 4, MinimumCohort: 4, Colluders: 1, phaseSeconds, "fedavg", "B");

    public QueryTermsBody Count(string column = "diagnosis", double phaseSeconds = 60) => new(
        "count", 0.5, Hospitals, Name, ReconstructionThreshold: 4, MinimumCohort: 4, Colluders: 1, phaseSeconds, FilterColumn: column, FilterValue: "M");

    public QueryTermsBody Mean(string column = "radius") => Count() with { Statistic = "mean", Column = column, Low = 0, High = 30, FilterColumn = "", FilterValue = "" };

    /// <summary>Opens the job and follows it to its end.</summary>
    public async Task<TrainingBody> TrainAsync(TrainingTermsBody terms, string? job = null)
    {
        using var gateway = _consortium.AsOperator();
        var body = await gateway.Trainings.CreateAsync(job ?? Name, terms);
        while (body.Status == "running")
        {
            body = await gateway.Trainings.GetAsync(job ?? Name, body.Version, Wait);
        }

        return body;
    }

    /// <summary>Asks and waits for the answer.</summary>
    public async Task<QueryBody> AskAsync(QueryTermsBody terms, string? query = null)
    {
        using var gateway = _consortium.AsOperator();
        var body = await gateway.Queries.CreateAsync(query ?? Name, terms);
        while (body.Status == "running")
        {
            body = await gateway.Queries.GetAsync(query ?? Name, body.Version, Wait);
        }

        return body;
    }

    /// <summary>The status of each charge, by the number of its round, oldest first.</summary>
    public async Task<IReadOnlyList<(int Round, string Status)>> ChargesAsync(string hospital) =>
        [.. (await StatementAsync(hospital)).Charges.Select(c => (int.Parse(c.ChargeId.Split('.')[2]), c.Status))];

    /// <summary>How a hospital's budget stands.</summary>
    public async Task<StatementBody> StatementAsync(string hospital)
    {
        using var gateway = _consortium.As(hospital);
        return await gateway.Budgets.StatementAsync(hospital, Name);
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}
