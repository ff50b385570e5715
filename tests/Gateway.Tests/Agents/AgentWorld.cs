using PrivacyGrains.Client;
using PrivacyGrains.Client.Agents;
using PrivacyGrains.Client.Parties;
using PrivacyGrains.Gateway.Tests.Hosting;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Messages.Queries;
using PrivacyGrains.Messages.Rounds;
using PrivacyGrains.Messages.Trainings;

namespace PrivacyGrains.Gateway.Tests.Agents;

/// <summary>Hospitals that have joined, each with records, a budget and, once started, an agent: over real sockets, on real grains.</summary>
internal sealed class AgentWorld : IAsyncDisposable
{
    public const string Budget = "records";
    private const int Wait = 5000;
    private readonly List<RunningAgent> _agents = [];

    private AgentWorld(TestConsortium consortium, string[] hospitals) => (Consortium, Hospitals) = (consortium, hospitals);

    public TestConsortium Consortium { get; }

    public string[] Hospitals { get; }

    public static async Task<AgentWorld> StartAsync(int hospitals = 5, double epsilon = 50, string unit = "record")
    {
        string[] names = [.. Enumerable.Range(1, hospitals).Select(i => $"hospital-{i}")];
        var world = new AgentWorld(await TestConsortium.StartAsync(null, names), names);
        foreach (var name in names)
        {
            using var gateway = world.Consortium.As(name);
            await gateway.Budgets.OpenAsync(name, Budget, new BudgetTermsBody(epsilon, 1e-5, "add-remove", unit));
        }

        return world;
    }

    /// <summary>20 records each: the first half ill, whose numbers are higher.</summary>
    public PartyData DataOf(string hospital, string? extraRow = null)
    {
        var path = Path.Combine(Consortium.Data, $"{hospital}.csv");
        var place = Array.IndexOf(Hospitals, hospital);
        var rows = Enumerable.Range(0, 20).Select(i => i < 10 ? $"{18 + (i % 5)},{22 + (i % 7) + place},M" : $"{8 + (i % 5)},{10 + (i % 7)},B");
        File.WriteAllLines(path, ["radius,texture,diagnosis", .. rows, .. extraRow is null ? [] : new[] { extraRow }]);
        return PartyData.Read(path, Budget);
    }

    public RunningAgent Start(string hospital, PartyData? data = null, AgentPolicy? policy = null, Func<AgentEvent, bool>? crashAt = null)
    {
        var agent = RunningAgent.Start(Consortium.As(hospital), PartyFolder.Open(Consortium.FolderOf(hospital)), [data ?? DataOf(hospital)], policy, crashAt);
        _agents.Add(agent);
        return agent;
    }

    public Dictionary<string, RunningAgent> StartAll(params IEnumerable<string> but) => Hospitals.Except(but).ToDictionary(h => h, h => Start(h), StringComparer.Ordinal);

    public TrainingTermsBody Training(int steps = 1, double noise = 1, double phaseSeconds = 20) => new(
        "detector", ["radius", "texture"], "diagnosis", "M", [0, 0], [30, 40], Hospitals, Budget, steps, steps + 3, LocalSteps: 2, LearningRate: 1, ClipNorm: 0.5,
        noise, 1e-5, AllowNoNoise: noise == 0, ReconstructionThreshold: 4, MinimumCohort: 4, Colluders: 1, phaseSeconds, "fedavg", "B");

    public QueryTermsBody Count(double rho = 0.5, double phaseSeconds = 20) => new(
        "count", rho, Hospitals, Budget, ReconstructionThreshold: 4, MinimumCohort: 4, Colluders: 1, phaseSeconds, FilterColumn: "diagnosis", FilterValue: "M");

    public QueryTermsBody Mean(string column = "radius", double rho = 0.5) => Count(rho) with { Statistic = "mean", Column = column, Low = 0, High = 30, FilterColumn = "", FilterValue = "" };

    public async Task<TrainingBody> TrainAsync(string job, TrainingTermsBody terms, Func<TrainingBody, bool>? until = null)
    {
        using var gateway = Consortium.AsOperator();
        var body = await gateway.Trainings.CreateAsync(job, terms);
        while (body.Status == "running" && until?.Invoke(body) != true)
        {
            body = await gateway.Trainings.GetAsync(job, body.Version, Wait);
        }

        return body;
    }

    public async Task<QueryBody> AskAsync(string query, QueryTermsBody terms)
    {
        using var gateway = Consortium.AsOperator();
        var body = await gateway.Queries.CreateAsync(query, terms);
        while (body.Status == "running")
        {
            body = await gateway.Queries.GetAsync(query, body.Version, Wait);
        }

        return body;
    }

    public async Task<RoundBody> RoundAsync(string owner, int number, Func<RoundBody, bool> until)
    {
        using var gateway = Consortium.AsOperator();
        var round = await gateway.Rounds.GetAsync(owner, number);
        while (!until(round))
        {
            round = await gateway.Rounds.GetAsync(owner, number, round.Version, Wait);
        }

        return round;
    }

    public async Task<StatementBody> StatementAsync(string hospital)
    {
        using GatewayClient gateway = Consortium.As(hospital);
        return await gateway.Budgets.StatementAsync(hospital, Budget);
    }

    /// <summary>The status of each charge, by the number of its round.</summary>
    public async Task<IEnumerable<(int Round, string Status)>> ChargesAsync(string hospital) =>
        (await StatementAsync(hospital)).Charges.Select(c => (int.Parse(c.ChargeId.Split('.')[2]), c.Status)).ToList();

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in _agents)
        {
            await agent.DisposeAsync();
        }

        await Consortium.DisposeAsync();
    }
}
