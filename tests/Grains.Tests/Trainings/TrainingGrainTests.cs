using System.Security.Cryptography;
using PrivacyGrains.Grains.Tests.Rounds;
using PrivacyGrains.Learning.Data;
using PrivacyGrains.Learning.Models;
using static PrivacyGrains.Grains.Tests.Hosting.TestConsortium;
using static PrivacyGrains.Grains.Tests.Trainings.TrainingSamples;

namespace PrivacyGrains.Grains.Tests.Trainings;

public class TrainingGrainTests
{
    [Fact]
    public async Task ThreeSteps_OneDropsOutInTheSecond_EachStepIsTheMeanOfItsSurvivors()
    {
        await using var world = await OwnerWorld.StartAsync();
        var job = world.Training("detector");
        Value(await job.CreateAsync(Terms(world)));
        var expected = new double[3];
        for (var number = 1; number <= 3; number++)
        {
            var (parts, end) = number == 2
                ? await world.RunAsync("detector", 2, RoundPhases.CollectMaskedInputs, "hospital-3")
                : await world.RunAsync("detector", number);
            Assert.Equal(number == 2 ? 4 : 5, end.Survivors.Length);
            for (var i = 0; i < expected.Length; i++)
            {
                expected[i] += parts.Where(p => end.Survivors.Contains(p.Hospital.Party)).Sum(p => (double)unchecked((long)p.Words[i])) / (1 << 24) / end.Survivors.Length;
            }
        }

        var view = await EndAsync(world, job);
        Assert.Equal(("completed", 3, 0, 1), (view.Status, view.Step, view.CurrentRound, view.ModelVersion));
        Assert.Equal([(1, "completed", 1), (2, "completed", 2), (3, "completed", 3)], view.Rounds.Select(r => (r.Number, r.Outcome, r.Step)));
        Assert.Equal([("hospital-3", RoundPhases.CollectMaskedInputs)], view.Rounds[1].Dropped.Select(d => (d.Party, d.Phase)));
        var bytes = Value(await job.WeightsAsync(3)).Payload;
        Assert.True(LogisticModelFile.TryRead(bytes.Span, out var model, out var fault), fault);
        Assert.All(expected.Zip(model.ToParameters()), pair => Assert.Equal(pair.First, pair.Second, 1e-9));

        var registered = Value(await world.Consortium.Cluster.Grains.GetGrain<IModelGrain>("tumour").GetAsync()).Versions;
        Assert.Equal([(Convert.ToHexStringLower(SHA256.HashData(bytes.Span)), "training/detector", "logistic")], registered.Select(v => (v.Digest, v.Lineage, v.Kind)));
        Assert.Equal(["training.created", "training.completed"], await world.Consortium.AuditKindsAsync("\"subject\":\"detector\""));
        Assert.Equal([new CatalogueEntry(CatalogueKinds.Training, "detector", "Training of tumour", world.Clock.GetUtcNow())], (await world.Consortium.Book.ListAsync(CatalogueKinds.Training)).Select(e => e with { CreatedAt = world.Clock.GetUtcNow() }));
    }

    [Fact]
    public async Task Charges_OnePerRoundAndParty_AndTheClaimCoversEveryLedger()
    {
        await using var world = await OwnerWorld.StartAsync();
        var job = world.Training("detector");
        var rho = Value(await job.CreateAsync(Terms(world))).RhoPerRound;
        await world.RunAsync("detector", 1);
        await world.RunAsync("detector", 2, RoundPhases.CollectMaskedInputs, "hospital-3");
        await world.RunAsync("detector", 3);
        var view = await EndAsync(world, job);
        foreach (var hospital in world.Hospitals)
        {
            var statement = Value(await hospital.Ledger.StatementAsync());
            Assert.Equal(view.Rounds.Select(r => r.Session), statement.Charges.Select(c => c.ChargeId));
            Assert.Equal(
                hospital.Party == "hospital-3" ? ["committed", "refunded", "committed"] : ["committed", "committed", "committed"], statement.Charges.Select(c => c.Status));
        }

        // Bun and Steinke 2016, proposition 1.3: rho + 2 sqrt(rho ln(1/delta)) bounds what the tighter conversion gives.
        Assert.Equal(0.5, rho, 1e-6);
        Assert.InRange(view.EpsilonClaim, 1, (3 * rho) + (2 * Math.Sqrt(3 * rho * Math.Log(1e5))));
    }

    [Fact]
    public async Task WithoutNoise_LearnsWhatTheRowsSay_AndChargesNobody()
    {
        await using var world = await OwnerWorld.StartAsync(3);
        var job = world.Training("detector");
        var view = Value(await job.CreateAsync(Terms(world, steps: 2) with { NoiseMultiplier = 0, AllowNoNoise = true, LocalSteps = 40, LearningRate = 4, UpdateClip = 50 }));
        Assert.Equal((0.0, 0.0), (view.RhoPerRound, view.EpsilonClaim));
        await world.RunAsync("detector", 1);
        await world.RunAsync("detector", 2);
        Assert.Equal("completed", (await EndAsync(world, job)).Status);
        Assert.True(LogisticModelFile.TryRead(Value(await job.WeightsAsync(2)).Payload.Span, out var model, out _));
        var schema = new DatasetSchema("rows", "diagnosis", "M", "B", [new FeatureRange("radius", 0, 30), new FeatureRange("texture", 0, 40)]);
        foreach (var hospital in world.Hospitals)
        {
            Assert.True(LabelledTable.TryCreate(hospital.Rows, schema, out var rows, out _));
            Assert.True(model.Accuracy(rows) >= 0.9);
            Assert.Empty(Value(await hospital.Ledger.StatementAsync()).Charges);
        }

        Assert.Equal("no noise, no privacy claim", Value(await world.Consortium.Cluster.Grains.GetGrain<IModelGrain>("tumour").GetAsync()).Versions[0].PrivacyNote);
    }

    [Fact]
    public async Task RoundAborted_AfterUploads_IsTriedAgainUnderANewNumber_AndItsChargesCount()
    {
        await using var world = await OwnerWorld.StartAsync();
        var job = world.Training("detector");
        Value(await job.CreateAsync(Terms(world, steps: 1)));
        var (parts, aborted) = await world.RunAsync("detector", 1, RoundPhases.Unmask, "hospital-1", "hospital-2");
        Assert.Equal("round.too-few", aborted.AbortCode);
        foreach (var part in parts)
        {
            Value(await part.Hospital.Ledger.MarkAbortedAsync(part.Plan.Session, aborted.AbortReason!));
        }

        var (again, _) = await world.RunAsync("detector", 2);
        Assert.NotEqual(parts[0].Plan.Session, again[0].Plan.Session);
        var view = await EndAsync(world, job);
        Assert.Equal(("completed", 1), (view.Status, view.Step));
        Assert.Equal([(1, "aborted", 1), (2, "completed", 1)], view.Rounds.Select(r => (r.Number, r.Outcome, r.Step)));
        Assert.Contains("hospital-1, hospital-2", view.Rounds[0].AbortReason, StringComparison.Ordinal);
        Assert.Equal(["aborted-committed", "committed"], Value(await world.Hospitals[0].Ledger.StatementAsync()).Charges.Select(c => c.Status));

        var once = world.Training("once");
        Value(await once.CreateAsync(Terms(world, steps: 1)));
        await world.RunAsync("once", 1);
        Assert.True(view.EpsilonClaim > (await EndAsync(world, once)).EpsilonClaim);
    }

    [Fact]
    public async Task RoundAborted_ReadBackFromTheJournal_MakesNoStep()
    {
        await using var world = await OwnerWorld.StartAsync();
        var job = world.Training("detector");
        Value(await job.CreateAsync(Terms(world, steps: 1)));
        await world.RunAsync("detector", 1, RoundPhases.Unmask, "hospital-1", "hospital-2");
        await world.RunAsync("detector", 2);
        var before = await EndAsync(world, job);

        await world.Consortium.Cluster.DeactivateAllAsync();
        var after = Value(await OwnerWorld.AgainAsync(() => job.GetAsync(0, 0)));
        Assert.Equal((1, 2, before.ModelVersion), (after.Step, after.Rounds.Length, after.ModelVersion));
        Assert.Equal("training.no-such-step", (await job.WeightsAsync(2)).Refusal?.Code);
    }

    [Fact]
    public async Task NoRoundsLeft_FailsAndNamesWhoWasMissing()
    {
        await using var world = await OwnerWorld.StartAsync();
        var job = world.Training("detector");
        Value(await job.CreateAsync(Terms(world, steps: 1) with { MaximumRounds = 2 }));
        for (var number = 1; number <= 2; number++)
        {
            await world.RunAsync("detector", number, RoundPhases.AdvertiseKeys, "hospital-4", "hospital-5");
        }

        var view = await EndAsync(world, job);
        Assert.Equal(("failed", 0, 0), (view.Status, view.Step, view.ModelVersion));
        Assert.Contains("0 of 1 steps were made in 2 rounds", view.Message, StringComparison.Ordinal);
        Assert.Contains("hospital-4, hospital-5", view.Message, StringComparison.Ordinal);
        Assert.Equal(0, view.EpsilonClaim);
        Assert.Equal(["refunded", "refunded"], Value(await world.Hospitals[0].Ledger.StatementAsync()).Charges.Select(c => c.Status));
        Assert.Equal("training.created, training.failed", string.Join(", ", await world.Consortium.AuditKindsAsync("\"subject\":\"detector\"")));
    }

    [Fact]
    public async Task Cancel_AbortsTheOpenRound_AndStartsNoOther()
    {
        await using var world = await OwnerWorld.StartAsync();
        var job = world.Training("detector");
        Value(await job.CreateAsync(Terms(world)));
        var (round, _) = await world.OpenedAsync("detector", 1);
        Assert.Equal(("cancelled", "enough"), Value(await job.CancelAsync("enough")) is var v ? (v.Status, v.Message) : default);
        Assert.Equal("round.cancelled", (await RoundWorld.UntilAsync(round, r => r.Phase == RoundPhases.Aborted)).AbortCode);
        var view = await UntilAsync(world, job, v => v.CurrentRound == 0);
        Assert.Equal(["aborted"], view.Rounds.Select(r => r.Outcome));
        Assert.Equal("cancelled", Value(await job.CancelAsync("again")).Status);
        Assert.Equal("round.unknown", Code(await world.Round("detector", 2).GetAsync(0, 0)));
    }

    [Fact]
    public async Task MemberRevoked_BetweenRounds_TheNextRoundGoesOnWithoutIt()
    {
        await using var world = await OwnerWorld.StartAsync();
        var job = world.Training("detector");
        Value(await job.CreateAsync(Terms(world, steps: 1) with { PhaseSeconds = 24 * 3600 })); // no deadline comes before the round has looked
        var (round, _) = await world.OpenedAsync("detector", 1);
        Value(await world.Consortium.Book.RevokeMemberAsync("hospital-5", "left"));
        var view = await RoundWorld.RunUntilAsync(world.Clock, round, v => !v.Dropped.IsEmpty);
        Assert.Equal([new DroppedView("hospital-5", RoundPhases.AdvertiseKeys, "revoked by the consortium")], view.Dropped.AsEnumerable());
        Value(await round.AbortAsync("tried"));
        var (_, plan) = await world.OpenedAsync("detector", 2);
        Assert.Equal(world.Names[..4], plan.Participants.Select(p => p.Party));
    }

    [Fact]
    public async Task Create_SameTermsAgain_IsTheSameJob_OtherTermsAreRefused()
    {
        await using var world = await OwnerWorld.StartAsync(3);
        var job = world.Training("detector");
        Assert.Equal("training.unknown", Code(await job.GetAsync(0, 0)));
        Assert.Equal("training.unknown", Code(await job.WeightsAsync(0)));
        Assert.Equal("training.unknown", Code(await job.CancelAsync("")));
        Value(await job.CreateAsync(Terms(world)));
        Assert.Equal("running", Value(await job.CreateAsync(Terms(world))).Status);
        Assert.Equal("training.created-otherwise", Code(await job.CreateAsync(Terms(world) with { Steps = 2 })));
        Assert.Equal("training.no-such-step", Code(await job.WeightsAsync(1)));
        Assert.Equal("training.bad-participants", Code(await world.Training("other").CreateAsync(Terms(world) with { Participants = ["hospital-1", "hospital-2", "stranger"] })));
        await world.OpenedAsync("detector", 1);
        Assert.Equal("query.bad-query", Code(await world.Query("detector").CreateAsync(Queries.QuerySamples.Count(world))));
        Assert.Empty(await world.Consortium.AuditKindsAsync("\"subject\":\"other\""));
    }

    public static TheoryData<string, TrainingTerms> Wrong => new()
    {
        { "job", Plain }, // the job itself is misnamed below
        { "model", Plain with { Model = "Not a name" } },
        { "budget", Plain with { Budget = "" } },
        { "strategy", Plain with { Strategy = "fedprox" } },
        { "features", Plain with { Features = [] } },
        { "features", Plain with { Features = ["radius", "radius"] } },
        { "features", Plain with { Features = ["radius", "diagnosis"] } },
        { "label", Plain with { PositiveLabel = "" } },
        { "label", Plain with { NegativeLabel = "M" } },
        { "bounds", Plain with { Lows = [0] } },
        { "bounds", Plain with { Highs = [30, double.NaN] } },
        { "bounds", Plain with { Highs = [30, 0] } },
        { "steps", Plain with { Steps = 0 } },
        { "maximum-rounds", Plain with { MaximumRounds = 2 } },
        { "local-steps", Plain with { LocalSteps = 0 } },
        { "learning-rate", Plain with { LearningRate = double.NaN } },
        { "clip-norm", Plain with { ClipNorm = -1 } },
        { "momentum", Plain with { Momentum = 1 } },
        { "ridge", Plain with { Ridge = double.PositiveInfinity } },
        { "update-clip", Plain with { UpdateClip = -1 } },
        { "phase-seconds", Plain with { PhaseSeconds = 0 } },
        { "noise-multiplier", Plain with { NoiseMultiplier = -1 } },
        { "noise-multiplier", Plain with { NoiseMultiplier = 0 } },
        { "delta", Plain with { Delta = 0 } },
        { "delta", Plain with { Delta = double.NaN } },
        { "participants", Plain with { Participants = ["hospital-1", "hospital-1", "hospital-2"] } },
        { "thresholds", Plain with { ReconstructionThreshold = 2, MinimumCohort = 2 } },
        { "thresholds", Plain with { MinimumCohort = 4 } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Check_WrongTerms_NamesTheField(string field, TrainingTerms terms) =>
        Assert.Equal(("training.bad-" + field, RefusalKind.Invalid), Grains.Trainings.TrainingTermsRules.Check(field == "job" ? "Not a job" : "detector", terms) is { } r ? (r.Code, r.Kind) : default);

    [Fact]
    public void Check_RightTerms_NoRefusal() => Assert.Null(Grains.Trainings.TrainingTermsRules.Check("detector", Plain));
}
