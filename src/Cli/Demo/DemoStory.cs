using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Cli.Running;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Keys;
using PrivacyGrains.Engine;
using PrivacyGrains.Learning.Data;
using PrivacyGrains.Learning.Strategies;
using PrivacyGrains.Learning.Training;
using PrivacyGrains.Privacy.Accounting;

namespace PrivacyGrains.Cli.Demo;

/// <summary>The whole demo, act by act. Its consortium runs in this process; whoever acts from outside does so over HTTP with keys of its own.</summary>
/// <remarks>
/// Every act can be played again over what an earlier run left, whatever moment that run was stopped at: it takes what is durable, lets what was under way be aborted
/// by name, and does the rest.
/// </remarks>
internal static class DemoStory
{
    /// <summary>Plays it.</summary>
    public static async Task<DemoResult> PlayAsync(DemoOptions options, DemoNarrator narrator, CancellationToken cancel)
    {
        using var folder = DemoFolder.Open(options);
        var sample = DemoSample.Load(folder.Plan.Seed);
        narrator.Act(folder.Resumed ? "The consortium is taken up where it was left" : "A consortium starts", 0);
        await using var host = options.Url is null ? await StartAsync(folder, cancel) : null;
        var gateway = options.Url ?? new Uri(host!.Urls[0]);
        narrator.Step(host is null ? $"using the consortium at {gateway}" : $"gateway at {gateway}, {EngineInfo.Name} engine{(options.Data is null ? string.Empty : $", everything kept in {folder.FullPath}")}");
        if (host is not null && !EngineInfo.SupportsClustering)
        {
            narrator.Step("one process: there is no secrecy between the parties here. Each has its own keys, folder and journal");
        }

        var operators = DemoKeys.Connect(gateway, ApiKeyFile.Read(host?.OperatorKeyFile ?? options.KeyFile ?? throw new InputException("key.missing", "With --url, name the operator's key with --key-file.")));
        using var stage = new DemoStage(folder, sample, narrator, gateway, operators, await JoiningAct.PlayAsync(folder, sample, narrator, gateway, operators, cancel), TimeProvider.System);
        return await PlayAsync(stage, cancel);
    }

    private static async Task<DemoResult> PlayAsync(DemoStage stage, CancellationToken cancel)
    {
        var clear = Task.Run(() => InClear(stage), cancel); // beside the training, which mostly waits
        var job = await TrainingAct.BeginAsync(stage, cancel);
        await using var crew = HospitalCrew.Start(stage, TrainingAct.DropIsDue(job), cancel);
        var trained = await TrainingAct.PlayAsync(stage, crew, job, cancel);
        var joint = trained.Model.Accuracy(stage.Sample.HeldOut);
        var (pooled, alone) = await clear;
        stage.Narrator.Step($"accuracy on {DemoCast.HeldOut} held-out patients: {joint:P0} jointly, {pooled:P0} had all records been pooled, {string.Join(", ", alone.Select(a => a.ToString("P0")))} at each hospital alone");

        var inference = await ScoresAct.PlayAsync(stage, trained.Model, cancel);
        var (statistics, queries) = await StatisticsAct.PlayAsync(stage, crew, cancel);
        var refusals = await RefusalsAct.PlayAsync(stage, cancel);
        stage.Narrator.Act("What it cost, by the ledgers", 95);
        var privacy = await LedgersAct.PlayAsync(stage, [new Spending("training", trained.Job.RhoPerRound, trained.Job.Rounds), .. queries], trained.Job.RhoPerRound > 0 ? trained.Job.EpsilonClaim : null, cancel);
        var audit = await AuditAct.PlayAsync(stage, cancel);
        var book = await stage.Operator.Parties.ConsortiumAsync(cancel);
        return new DemoResult(
            EngineInfo.Name,
            stage.Plan.Seed,
            stage.Folder.Resumed,
            stage.Narrator.Seconds,
            [.. DemoCast.Parties.Select((name, i) => Member(stage, name, i, book.Members.First(m => m.Party == name).Fingerprint))],
            new DemoAccuracy(joint, pooled, alone, trained.AfterStep),
            inference,
            TrainingAct.Report(stage, trained),
            statistics,
            privacy,
            privacy.Charges,
            refusals,
            audit);
    }

    private static Task<ConsortiumProcess> StartAsync(DemoFolder folder, CancellationToken cancel)
    {
        var whole = ConsortiumSettings.Whole(DemoCast.Consortium, folder.FullPath, "http://127.0.0.1:0");
        return ConsortiumProcess.StartAsync(
            whole with
            {
                Silo = EngineInfo.SupportsClustering ? whole.Silo! with { Engine = new EngineSiloOptions { SiloPort = FreePort(), GatewayPort = FreePort() } } : whole.Silo,
                HearsSignals = false,
                Farewell = TimeSpan.FromMilliseconds(500), // by then nobody is left who waits for an answer
                LogLevel = Enum.TryParse<LogLevel>(Environment.GetEnvironmentVariable("PRIVACYGRAINS_LOG"), ignoreCase: true, out var level) ? level : LogLevel.None,
            },
            cancel);
    }

    /// <summary>A port of this machine that nobody listens at: two demos may run beside each other.</summary>
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>What the joint model is measured against: the same training without noise, on all records in one place, and on each hospital's alone.</summary>
    private static (double Pooled, double[] Alone) InClear(DemoStage stage)
    {
        var options = TrainingPresets.Hospitals(null, Delta.Create(DemoCast.Delta));
        double AccuracyOf(LabelledTable rows) => Baselines.Train(rows, options, SystemRandomSource.Instance).Accuracy(stage.Sample.HeldOut);
        return (AccuracyOf(LabelledTable.Concat(stage.Sample.Hospitals)), [.. stage.Sample.Hospitals.Select(AccuracyOf)]);
    }

    private static DemoMember Member(DemoStage stage, string name, int place, string fingerprint)
    {
        if (name == DemoCast.Dealer)
        {
            return new DemoMember(name, "dealer", 0, 0, fingerprint);
        }

        var rows = stage.Sample.Hospitals[place];
        return new DemoMember(name, "hospital", rows.RowCount, Enumerable.Range(0, rows.RowCount).Average(row => (double)rows.Label(row)), fingerprint);
    }
}
