using PrivacyGrains.Learning.Models;
using PrivacyGrains.Messages.Models;
using PrivacyGrains.Messages.Rounds;
using PrivacyGrains.Messages.Trainings;
using PrivacyGrains.Protocols.SecureAggregation;

namespace PrivacyGrains.Cli.Demo;

/// <summary>What the training gave.</summary>
internal sealed record Trained(TrainingBody Job, ModelVersionBody Version, LogisticModel Model, IReadOnlyList<double> AfterStep);

/// <summary>Federated averaging under secure aggregation; one hospital drops out of a round and is back in the next.</summary>
/// <remarks>
/// Resuming: the job lives in its grain. What it has is taken as it stands; a round that was under way ends by its deadlines, is aborted by name if too few are left, and is
/// run again with fresh keys and fresh charges.
/// </remarks>
internal static class TrainingAct
{
    /// <summary>Rounds that may be lost to crashes before the job gives up; the budget ends sooner.</summary>
    private const int RoundsToLose = 24;
    private const int Wait = 5000;
    private const double From = 10;
    private const double To = 70;

    /// <summary>Begins the job, or finds it as it stands.</summary>
    public static async Task<TrainingBody> BeginAsync(DemoStage stage, CancellationToken cancel)
    {
        var terms = Terms(stage);
        stage.Narrator.Act("The hospitals train one model", From);
        stage.Narrator.Step(terms.NoiseMultiplier > 0
            ? $"federated averaging of a logistic model, {terms.Steps} rounds of {terms.LocalSteps} steps; every record clipped to {terms.ClipNorm}, noise multiplier {terms.NoiseMultiplier:0.00} at each hospital: epsilon stays below {stage.Plan.Epsilon} at delta {DemoCast.Delta:0E+0} even where some rounds are lost to crashes, and charged"
            : "without noise, as asked: no charge, and no privacy claim for this model");
        return await stage.Operator.Trainings.CreateAsync(DemoCast.Job, terms, cancel);
    }

    /// <summary>Whether a hospital has still to drop out of a completed round.</summary>
    public static bool DropIsDue(TrainingBody job) => !job.Rounds.Any(r => r.Outcome == RoundStages.Completed && r.Dropped.Any(d => d.Party == DemoCast.Dropping));

    /// <summary>Plays it to the registered model.</summary>
    public static async Task<Trained> PlayAsync(DemoStage stage, HospitalCrew crew, TrainingBody job, CancellationToken cancel)
    {
        var told = 0;
        while (true)
        {
            for (; told < job.Rounds.Count && job.Rounds[told].Outcome is RoundStages.Completed or RoundStages.Aborted; told++)
            {
                Tell(stage, job.Rounds[told]);
                crew.RoundEnded(job.Rounds[told]);
            }

            stage.Narrator.Progress($"training: step {job.Step} of {job.Terms.Steps}", From + ((To - From) * job.Step / job.Terms.Steps));
            if (job.Status != "running")
            {
                break;
            }

            job = await crew.GuardAsync(stage.Operator.Trainings.GetAsync(DemoCast.Job, job.Version, Wait, cancel));
        }

        return job.Status == "completed" ? await FetchAsync(stage, job, cancel) : throw new DemoFailedException($"The training {job.Status}: {job.Message}");
    }

    /// <summary>What the job is.</summary>
    public static TrainingTermsBody Terms(DemoStage stage)
    {
        var (options, schema) = (stage.Plan.Training, stage.Sample.Schema);
        return new TrainingTermsBody(
            DemoCast.Model,
            [.. schema.Features.Select(f => f.Name)],
            schema.Label,
            schema.Positive,
            [.. schema.Features.Select(f => f.Lower)],
            [.. schema.Features.Select(f => f.Upper)],
            DemoCast.Hospitals,
            DemoCast.Budget,
            options.Rounds,
            options.Rounds + RoundsToLose,
            options.LocalSteps,
            options.LearningRate,
            options.GradientClip.Value,
            options.Noise?.Multiplier ?? 0,
            DemoCast.Delta,
            AllowNoNoise: options.Noise is null,
            DemoCast.ReconstructionThreshold,
            DemoCast.MinimumCohort,
            DemoCast.Colluders,
            DemoCast.PhaseSeconds,
            "fedavg",
            schema.Negative,
            options.Momentum,
            options.Ridge,
            options.UpdateClip.Value);
    }

    /// <summary>The training as it is reported, all from durable state.</summary>
    public static DemoTraining Report(DemoStage stage, Trained trained)
    {
        var rounds = trained.Job.Rounds;
        var dropped = rounds.Where(r => r.Outcome == RoundStages.Completed).SelectMany(r => r.Dropped.Select(d => new DemoDropped(d.Party, r.Number, d.Phase, d.Reason))).ToList();
        var phases = Phases(stage, rounds);
        return new DemoTraining(
            rounds.Count,
            rounds.Count(r => r.Outcome == RoundStages.Aborted),
            trained.Job.Step,
            dropped.Count,
            dropped,
            rounds.Sum(r => r.Seconds.Values.Sum()),
            phases.Sum(p => p.BytesPerParty),
            trained.Version.Digest,
            trained.Version.Version,
            phases,
            [.. rounds.Select(r => new DemoRound(r.Number, r.Session, r.Outcome, r.Survivors, r.Seconds))]);
    }

    private static async Task<Trained> FetchAsync(DemoStage stage, TrainingBody job, CancellationToken cancel)
    {
        // The client checks the weights against the digest that the register states.
        var (version, weights) = await stage.Operator.Models.WeightsAsync(DemoCast.Model, job.ModelVersion, cancel);
        var model = Read(weights);
        stage.Narrator.Step($"the model is registered as {version.Model} version {version.Version}, digest {version.Digest[..16]}: {version.PrivacyNote}");
        var steps = await Task.WhenAll(Enumerable.Range(0, job.Step + 1).Select(step => stage.Operator.Trainings.WeightsAsync(DemoCast.Job, step, cancel)));
        return new Trained(job, version, model, [.. steps.Select(bytes => Read(bytes).Accuracy(stage.Sample.HeldOut))]);
    }

    private static LogisticModel Read(byte[] weights) =>
        LogisticModelFile.TryRead(weights, out var model, out var fault) ? model : throw new DemoFailedException($"The weights cannot be read: {fault}");

    private static void Tell(DemoStage stage, RoundLineBody round)
    {
        var seconds = round.Seconds.Values.Sum();
        stage.Narrator.Step(round.Outcome == RoundStages.Completed
            ? $"round {round.Number}: step {round.Step} made from the sum of {round.Survivors.Count} masked updates, {seconds:F1} s{Lost(round)}"
            : $"round {round.Number} was aborted and is run again: {round.AbortReason}");
    }

    private static string Lost(RoundLineBody round) => string.Concat(round.Dropped.Select(d => $"; {d.Party} dropped out in {d.Phase} ({d.Reason})"));

    /// <summary>Messages and bytes follow exactly from the protocol and from who took part; seconds are measured by the round.</summary>
    private static DemoPhase[] Phases(DemoStage stage, IReadOnlyList<RoundLineBody> rounds)
    {
        var parameters = SecureAggregationParameters.Create(
            DemoCast.Hospitals.Length, DemoCast.ReconstructionThreshold, DemoCast.MinimumCohort, DemoCast.Colluders, stage.Sample.Schema.Features.Length + 1, 64);
        string[] names = [RoundStages.AdvertiseKeys, RoundStages.ShareKeys, RoundStages.CollectMaskedInputs, RoundStages.CheckConsistency, RoundStages.Unmask];
        var bytes = new long[names.Length];
        foreach (var round in rounds.Where(r => r.Outcome == RoundStages.Completed))
        {
            int Present(params string[] gone) => DemoCast.Hospitals.Length - round.Dropped.Count(d => gone.Contains(d.Phase, StringComparer.Ordinal));
            var cost = SecureAggregationCost.Of(parameters, Present(names[..1]), Present(names[..2]), round.Survivors.Count, Present(names[..4]));
            for (var phase = 0; phase < names.Length; phase++)
            {
                bytes[phase] += cost.BytesUp[phase];
            }
        }

        return [.. names.Select((name, i) => new DemoPhase(name, rounds.Count(r => r.Seconds.ContainsKey(name)), bytes[i], rounds.Sum(r => r.Seconds.GetValueOrDefault(name))))];
    }
}
