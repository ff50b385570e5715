using System.Diagnostics;
using PrivacyGrains.Client.Csv;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Inferences;
using PrivacyGrains.Learning.Data;
using PrivacyGrains.Learning.Models;
using PrivacyGrains.Messages.Inferences;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Cli.Demo;

/// <summary>Patients whose features are divided between two hospitals are scored without showing them; a third one gives the model and alone learns the scores.</summary>
/// <remarks>
/// Resuming: a session's name is kept before it is asked for, and never used again. One that a crash left under way is aborted by name, its disclosures are settled
/// (what was committed stands), and the rerun has another name, fresh keys and randomness, and disclosures of its own.
/// </remarks>
internal static class ScoresAct
{
    private const int FractionalBits = 16;
    private const double InputBound = 1; // features are scaled to [-1, 1]
    private const int Tries = 3;

    /// <summary>Plays it.</summary>
    public static async Task<DemoInference> PlayAsync(DemoStage stage, LogisticModel model, CancellationToken cancel)
    {
        stage.Narrator.Act($"{DemoCast.HeldOut} patients are scored jointly", 72);
        var kept = KeptScores.Read(stage);
        for (var tries = 1; kept.Scores is null; tries++)
        {
            await SettleAsync(stage, kept, cancel);
            kept = new KeptScores(kept.Attempt + 1).Keep(stage);
            try
            {
                kept = (await ScoreAsync(stage, model, kept, cancel)).Keep(stage);
            }
            catch (GatewayException e) when (tries < Tries && e.Code is "inference.timeout" or "party.unavailable")
            {
                stage.Narrator.Step($"{kept.Session()} ended without scores: {e.Detail}");
            }
        }

        return Report(stage, model, kept);
    }

    private static async Task<KeptScores> ScoreAsync(DemoStage stage, LogisticModel model, KeptScores kept, CancellationToken cancel)
    {
        var (features, half) = (stage.Sample.Schema.Features, stage.Sample.Schema.Features.Length / 2);
        FeatureRange[][] parts = [[.. features.Take(half)], [.. features.Skip(half)]];
        var plan = InferencePlan.Create(
            SharingScheme.Additive(parts.Length), DemoCast.HeldOut, features.Length, [PlanLayer.Dense(1, secretWeights: true, Bound(model.Weights.Max(Math.Abs)), Bound(Math.Abs(model.Bias))), PlanLayer.Sigmoid], FractionalBits, InputBound);
        var slots = DemoCast.Computing.Select((party, i) => new InputSlotBody($"features.{i}", party, [.. parts[i].Select(f => f.Name)], true));
        var question = new InferenceQuestion(plan, DemoCast.Computing, DemoCast.Dealer, [.. slots, new InputSlotBody("weights", DemoCast.Asking, [], false)], DemoCast.ScoreQuota, DemoCast.Budget);
        stage.Narrator.Step($"{kept.Session()} beforehand: {plan.Rounds} rounds, {plan.BytesPerParty:N0} bytes from each of {string.Join(" and ", DemoCast.Computing)}; correlated randomness by {DemoCast.Dealer}");

        var started = Stopwatch.GetTimestamp();
        var asking = Part(stage, DemoCast.Asking);
        using var ask = await asking.AskAsync(kept.Session(), question, cancel);
        await Task.WhenAll(
        [
            .. DemoCast.Computing.Select((party, i) => Part(stage, party).ProvideAsync(ask.Session, $"features.{i}", HeldOutOf(stage, party, parts[i]), cancel)),
            asking.ProvideAsync(ask.Session, "weights", model.ToParameters(), cancel),
        ]);
        var answer = await asking.ReceiveAsync(ask, cancel);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        stage.Narrator.Step($"{DemoCast.Asking} alone has {answer.Values.Length} scores; {DemoCast.Computing[0]} and {DemoCast.Computing[1]} have each entered {DemoCast.HeldOut} disclosures of their quota");
        return kept with
        {
            Scores = answer.Values,
            RoundsPerParty = answer.Sides.Max(s => s.Rounds),
            BytesPerParty = answer.Sides.Max(s => s.BytesSent),
            PreprocessingBytes = answer.Session.Cost.PreprocessingBytes,
            Seconds = seconds,
            Phases = new Dictionary<string, double>(answer.Session.Seconds, StringComparer.Ordinal),
        };
    }

    /// <summary>Ends what an earlier attempt left.</summary>
    private static async Task SettleAsync(DemoStage stage, KeptScores kept, CancellationToken cancel)
    {
        if (kept.Attempt == 0)
        {
            return;
        }

        var session = kept.Session();
        InferenceBody? left;
        try
        {
            left = await stage.Operator.Inferences.GetAsync(session, cancel: cancel);
            if (left.Status is not ("completed" or "aborted"))
            {
                left = await stage.Operator.Inferences.AbortAsync(session, "The asking hospital was interrupted, and its key for the outputs is gone.", cancel);
            }
        }
        catch (GatewayException e) when (e.Code == "inference.unknown")
        {
            left = null; // the crash came before it was asked for
        }

        stage.Narrator.Step($"{session} of an earlier run {left?.Status switch { null => "was never begun", "completed" => "was completed, but its scores did not reach the asking hospital", _ => $"is aborted: {left.AbortReason}" }}");
        if (left?.Status == "aborted")
        {
            await Task.WhenAll(DemoCast.Computing.Select(party => Part(stage, party).SettleAsync(DemoCast.Budget, session, left.AbortReason ?? "aborted", cancel)));
        }
    }

    private static DemoInference Report(DemoStage stage, LogisticModel model, KeptScores kept)
    {
        var held = stage.Sample.HeldOut;
        DemoScore[] scores = [.. kept.Scores!.Select((joint, row) => new DemoScore(joint, model.Score(held.Features(row)), held.Label(row) == 1))];
        var error = scores.Max(s => Math.Abs(s.Joint - s.Clear));
        stage.Narrator.Step($"largest difference between a joint score and the clear one: {error:0.0e+0}");
        return new DemoInference(
            kept.Session(), kept.Attempt, scores.Length, DemoCast.Computing, DemoCast.Dealer, DemoCast.Asking, error, kept.RoundsPerParty, kept.BytesPerParty, kept.PreprocessingBytes,
            kept.Seconds, kept.Phases ?? new Dictionary<string, double>(StringComparer.Ordinal), scores);
    }

    /// <summary>One hospital's columns of the held-out patients, from its own file, scaled by the model's public ranges.</summary>
    private static double[] HeldOutOf(DemoStage stage, string party, FeatureRange[] columns)
    {
        var path = Path.Combine(stage.Parties[party].Folder.FullPath, "held-out.csv");
        string[] names = [.. columns.Select(c => c.Name)];
        if (!File.Exists(path))
        {
            OwnerFile.Write(path, stage.Sample.HeldOutColumns(names));
        }

        var scale = Standardisation.Of([.. columns]);
        return [.. CsvTable.Read(path).Numbers(names).SelectMany(row => scale.Apply(row))];
    }

    private static JointInference Part(DemoStage stage, string party) => new(stage.Parties[party].Folder, stage.Parties[party].Gateway);

    /// <summary>The next power of two: all that the plan tells of the model's size.</summary>
    private static double Bound(double largest) => Math.Pow(2, Math.Ceiling(Math.Log2(Math.Max(largest, 1))));
}
