using System.Globalization;
using PrivacyGrains.Grains.Queries;
using PrivacyGrains.Grains.Rounds;
using PrivacyGrains.Grains.Tests.Rounds;
using PrivacyGrains.Privacy.Queries;
using static PrivacyGrains.Grains.Tests.Hosting.TestConsortium;
using static PrivacyGrains.Grains.Tests.Queries.QuerySamples;

namespace PrivacyGrains.Grains.Tests.Queries;

public class QueryGrainTests
{
    // 95 % of a normal lies within 1.96 deviations; a test's answer may be off by 8 deviations (false alarm 1e-15).
    private const double EightDeviations = 8 / 1.959963984540054;

    [Fact]
    public async Task Count_OverFiveHospitals_OpensTheNoisedTotalAlone()
    {
        await using var world = await OwnerWorld.StartAsync();
        var query = world.Query("how-many");
        Value(await query.CreateAsync(Count(world)));
        var (parts, _) = await world.RunAsync("how-many", 1);
        var view = await EndAsync(world, query);
        var answer = view.Answer!;
        Assert.Equal("answered", view.Status);
        Assert.Equal(parts.Sum(p => unchecked((long)p.Words[0])), answer.Value);
        Assert.Equal((answer.Value, 2.0, 5), (answer.Count, answer.Rho, answer.Contributors.Length));
        Assert.InRange(answer.Value, 100 - (EightDeviations * answer.ErrorBar95), 100 + (EightDeviations * answer.ErrorBar95));

        // Sensitivity 1 and rho 2 need a variance of 1/4 over the four whose noise counts; that is below the least that each must draw, so five quarters are in the total.
        Assert.Equal(1.959963984540054 * Math.Sqrt(1.25), answer.ErrorBar95, 0.01);
        foreach (var hospital in world.Hospitals)
        {
            Assert.Equal([(parts[0].Plan.Session, "committed")], Value(await hospital.Ledger.StatementAsync()).Charges.Select(c => (c.ChargeId, c.Status)));
        }

        Assert.Equal(["query.created", "query.answered"], await world.Consortium.AuditKindsAsync("\"subject\":\"how-many\""));
        Assert.Equal(["how-many"], (await world.Consortium.Book.ListAsync(CatalogueKinds.Query)).Select(e => e.Id));
    }

    [Fact]
    public async Task Mean_WithAFilter_OneDropsOut_IsTheSurvivorsMeanWithinItsErrorBar()
    {
        await using var world = await OwnerWorld.StartAsync();
        var query = world.Query("how-large");
        Value(await query.CreateAsync(Mean(world) with { Colluders = 1 }));
        var (parts, end) = await world.RunAsync("how-large", 1, RoundPhases.CollectMaskedInputs, "hospital-2");
        Assert.Equal(4, end.Survivors.Length);
        var answer = (await EndAsync(world, query)).Answer!;
        var radii = world.Hospitals.Where(h => h.Party != "hospital-2").SelectMany(h => Enumerable.Range(0, h.Rows.RowCount).Where(r => h.Rows.Text(r, 2) == "M").Select(r => double.Parse(h.Rows.Text(r, 0), CultureInfo.InvariantCulture))).ToList();
        Assert.InRange(answer.Value, radii.Average() - (2 * EightDeviations * answer.ErrorBar95), radii.Average() + (2 * EightDeviations * answer.ErrorBar95));
        Assert.InRange(answer.Count, 20, 60);
        Assert.Equal(world.Names.Where(n => n != "hospital-2"), answer.Contributors);
        var spec = StatisticsQuerySpec.TryDecode(parts[0].Plan.Computation, out var s, out var fault) ? s : throw new InvalidOperationException(fault);
        Assert.Equal((5, 1, 1, 2.0), (spec.Contributors, spec.Colluding, spec.Dropping, spec.Rho));
        Assert.Equal(["committed", "refunded", "committed"], (await StatusesAsync(world))[..3]);
    }

    [Fact]
    public async Task RoundAborted_IsTriedOnceMore_ThenFailsAndNamesWhoWasMissing()
    {
        await using var world = await OwnerWorld.StartAsync();
        var query = world.Query("how-many");
        Value(await query.CreateAsync(Count(world)));
        for (var number = 1; number <= 2; number++)
        {
            var (parts, end) = await world.RunAsync("how-many", number, RoundPhases.CheckConsistency, "hospital-4", "hospital-5");
            foreach (var part in parts)
            {
                Value(await part.Hospital.Ledger.MarkAbortedAsync(part.Plan.Session, end.AbortReason!));
            }
        }

        var view = await EndAsync(world, query);
        Assert.Equal(("failed", null), (view.Status, view.Answer));
        Assert.StartsWith("No answer in 2 rounds.", view.Message, StringComparison.Ordinal);
        Assert.Contains("hospital-4, hospital-5", view.Message, StringComparison.Ordinal);
        Assert.Equal(["aborted-committed", "aborted-committed"], Value(await world.Hospitals[0].Ledger.StatementAsync()).Charges.Select(c => c.Status));
        Assert.Equal("round.unknown", Code(await world.Round("how-many", 3).GetAsync(0, 0)));
    }

    [Fact]
    public async Task SecondRound_AfterAnAbort_AnswersUnderAFreshSession()
    {
        await using var world = await OwnerWorld.StartAsync(3);
        var query = world.Query("how-many");
        Value(await query.CreateAsync(Count(world)));
        var (first, _) = await world.RunAsync("how-many", 1, RoundPhases.ShareKeys, "hospital-1");
        var (second, _) = await world.RunAsync("how-many", 2);
        Assert.NotEqual(first[0].Plan.Session, second[0].Plan.Session);
        var view = await EndAsync(world, query);
        Assert.Equal(["aborted", "completed"], view.Rounds.Select(r => r.Outcome));
        Assert.Equal("answered", view.Status);
        Assert.Equal(["refunded", "committed"], Value(await world.Hospitals[0].Ledger.StatementAsync()).Charges.Select(c => c.Status));
    }

    [Fact]
    public async Task Create_SameTermsAgain_IsTheSameQuery_OtherTermsAreRefused()
    {
        await using var world = await OwnerWorld.StartAsync(3);
        var query = world.Query("how-many");
        Assert.Equal("query.unknown", Code(await query.GetAsync(0, 0)));
        Value(await query.CreateAsync(Count(world)));
        Assert.Equal("running", Value(await query.CreateAsync(Count(world))).Status);
        Assert.Equal("query.created-otherwise", Code(await query.CreateAsync(Count(world) with { Rho = 3 })));
        Assert.Equal("query.bad-participants", Code(await world.Query("other").CreateAsync(Count(world) with { Participants = ["hospital-1", "hospital-2", "stranger"] })));
        await world.OpenedAsync("how-many", 1);
        Assert.Equal("training.bad-job", Code(await world.Training("how-many").CreateAsync(Trainings.TrainingSamples.Terms(world))));
    }

    [Fact]
    public void Take_MeanOverNobody_FailsAndTheChargeStands()
    {
        var terms = Plain with { Statistic = "mean", Column = "radius", High = 30 };
        var spec = QueryTermsRules.SpecOf("how-large", terms, 3);
        var plan = Plans.Plan(participants: 3, threshold: 3, cohort: 3) with { OwnerKind = "query", Computation = spec.Encode(), ComputationDigest = RoundPlanRules.DigestOf(spec.Encode()) };
        var state = QueryState.Empty.Apply(new QueryCreated(terms, "analyst", Plans.Noon)).Apply(new QueryRoundPlanned(plan, Plans.Noon));
        var ended = new RoundView(plan, 9, RoundPhases.Completed, Plans.Noon, [], [], [.. Plans.Hospitals[..3]], null, null, System.Collections.Immutable.ImmutableDictionary<string, double>.Empty);
        var decision = state.Take(ended, [-3, 1], Plans.Noon);
        var failed = Assert.IsType<QueryFailed>(Assert.Single(decision.Entries));
        Assert.Contains("The charge stands", failed.Message, StringComparison.Ordinal);
        Assert.Empty(state.Apply(failed).Take(ended, [-3, 1], Plans.Noon).Entries);
    }

    public static TheoryData<string, QueryTerms> Wrong => new()
    {
        { "query", Plain }, // the query itself is misnamed below
        { "analyst", Plain with { Analyst = "" } },
        { "statistic", Plain with { Statistic = "median" } },
        { "filter", Plain with { FilterValue = "M" } },
        { "rho", Plain with { Rho = 0 } },
        { "rho", Plain with { Rho = -1 } },
        { "rho", Plain with { Rho = double.NaN } },
        { "budget", Plain with { Budget = "Not a budget" } },
        { "phase-seconds", Plain with { PhaseSeconds = -1 } },
        { "participants", Plain with { Participants = [] } },
        { "thresholds", Plain with { ReconstructionThreshold = 1 } },
        { "thresholds", Plain with { MinimumCohort = 4 } },
        { "question", Plain with { Column = "radius", Statistic = "mean", Low = 3, High = 3 } },
        { "question", Plain with { Statistic = "mean", High = 3 } },
        { "question", Plain with { Column = "radius" } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Check_WrongTerms_NamesTheField(string field, QueryTerms terms) =>
        Assert.Equal(("query.bad-" + field, RefusalKind.Invalid), QueryTermsRules.Check(field == "query" ? "Not a query" : "how-many", terms) is { } r ? (r.Code, r.Kind) : default);

    [Fact]
    public void Check_RightTerms_NoRefusal() => Assert.Null(QueryTermsRules.Check("how-many", Plain));

    private static async Task<string[]> StatusesAsync(OwnerWorld world)
    {
        var statuses = new List<string>();
        foreach (var hospital in world.Hospitals)
        {
            statuses.Add(Assert.Single(Value(await hospital.Ledger.StatementAsync()).Charges).Status);
        }

        return [.. statuses];
    }
}
