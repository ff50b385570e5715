using PrivacyGrains.Client;
using PrivacyGrains.Messages.Queries;

namespace PrivacyGrains.Cli.Demo;

/// <summary>Two statistics over all hospitals, noised before anything is opened.</summary>
/// <remarks>Resuming: a query has its name for good, and is answered once. Where a name's query failed, the next name asks anew, and is charged anew.</remarks>
internal static class StatisticsAct
{
    private const string MeanColumn = "radius_mean";
    private const double Low = 5;
    private const double High = 30;
    private const int Attempts = 5;
    private const int Wait = 5000;

    /// <summary>Plays it.</summary>
    public static async Task<(DemoStatistics Statistics, IReadOnlyList<Spending> Spendings)> PlayAsync(DemoStage stage, HospitalCrew crew, CancellationToken cancel)
    {
        stage.Narrator.Act("An analyst publishes two statistics", 85);
        using var analyst = DemoKeys.Connect(stage.Gateway, await DemoKeys.EnsureAnalystAsync(stage.Folder, stage.Operator, cancel));
        var schema = stage.Sample.Schema;
        var asked = new List<QueryBody>();
        var count = Terms("count", stage.Plan.CountRho) with { FilterColumn = schema.Label, FilterValue = schema.Positive };
        var mean = Terms("mean", stage.Plan.MeanRho) with { Column = MeanColumn, Low = Low, High = High };
        var statistics = new DemoStatistics(
            await AskAsync(stage, analyst, crew, DemoCast.CountQuery, "malignant patients", count, stage.Sample.MalignantOf, asked, cancel),
            await AskAsync(stage, analyst, crew, DemoCast.MeanQuery, $"mean of {MeanColumn}", mean, hospitals => stage.Sample.MeanOf(MeanColumn, hospitals), asked, cancel));
        return (statistics, [.. asked.Select(q => new Spending(q.Query, q.Terms.Rho, q.Rounds))]);
    }

    private static QueryTermsBody Terms(string statistic, double rho) => new(
        statistic, rho, DemoCast.Hospitals, DemoCast.Budget, DemoCast.ReconstructionThreshold, DemoCast.MinimumCohort, DemoCast.Colluders, DemoCast.PhaseSeconds);

    private static async Task<DemoStatistic> AskAsync(
        DemoStage stage, GatewayClient analyst, HospitalCrew crew, string name, string what, QueryTermsBody terms, Func<IReadOnlyList<string>, double> truthOf, List<QueryBody> asked,
        CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var id = attempt == 1 ? name : $"{name}-{attempt}";
            var query = await analyst.Queries.CreateAsync(id, terms, cancel);
            while (query.Status == "running")
            {
                query = await crew.GuardAsync(analyst.Queries.GetAsync(id, query.Version, Wait, cancel));
            }

            asked.Add(query);
            if (query.Answer is { } answer)
            {
                var truth = truthOf(answer.Contributors);
                stage.Narrator.Step($"{what}: {answer.Value:0.0} +- {answer.ErrorBar95:0.0} (95 %), from {answer.Contributors.Count} hospitals, at zCDP {answer.Rho:0.####} (the truth, which nobody else sees: {truth:0.0})");
                return new DemoStatistic(id, answer.Value, answer.ErrorBar95, truth, answer.Rho);
            }

            stage.Narrator.Step($"{id} was not answered: {query.Message}");
            if (attempt == Attempts)
            {
                throw new DemoFailedException($"The query {name} failed {Attempts} times: {query.Message}");
            }
        }
    }
}
