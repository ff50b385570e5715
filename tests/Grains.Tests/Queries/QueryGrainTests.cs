using System.Globalization;
using PrivacyGrains.Grains.Queries;
using PrivacyGrains.Grains.Rounds;
using PrivacyGrains.Grains.Tests.Rounds;
using PrivacyGrains.Privacy.Queries.Selects;
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
        // The half is what a normal bar lacks on the integers.
        Assert.Equal((1.959963984540054 * Math.Sqrt(1.25)) + 0.5, answer.ErrorBar95, 0.01);
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
        var spec = SelectQuerySpec.TryDecode(parts[0].Plan.Computation, out var s, out var fault) ? s : throw new InvalidOperationException(fault);
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
        var (computation, words) = QueryTermsRules.ComputationOf("how-large", terms, 3);
        Assert.Equal(2, words);
        var plan = Plans.Plan(participants: 3, threshold: 3, cohort: 3) with { OwnerKind = "query", Computation = computation, ComputationDigest = RoundPlanRules.DigestOf(computation) };
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
        { "question", Plain with { Column = "radius", Statistic = "mean", High = double.NaN } },
        { "question", Plain with { Column = "radius", Statistic = "mean", High = 30, FilterColumn = "radius", FilterValue = "large" } },
        { "question", Plain with { DataVersion = new string('v', 65) } },
        { "rho", Plain with { Column = "radius", Statistic = "mean", High = 30, Rho = 1e-9 } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Check_WrongTerms_NamesTheField(string field, QueryTerms terms) =>
        Assert.Equal(("query.bad-" + field, RefusalKind.Invalid), QueryTermsRules.Check(field == "query" ? "Not a query" : "how-many", terms) is { } r ? (r.Code, r.Kind) : default);

    [Fact]
    public void Check_RightTerms_NoRefusal() => Assert.Null(QueryTermsRules.Check("how-many", Plain));

    [Theory]
    [InlineData("", "", "SELECT AVG(radius), COUNT(*) FROM data")]
    [InlineData("diagnosis", "M", "SELECT AVG(radius), COUNT(*) FROM data WHERE diagnosis = 'M'")]
    [InlineData("of \"whom\", where", "it's", "SELECT AVG(radius), COUNT(*) FROM data WHERE \"of \"\"whom\"\", where\" = 'it''s'")]
    [InlineData("radius", "14.5", "SELECT AVG(radius), COUNT(*) FROM data WHERE radius = 14.5")]
    [InlineData("radius", "-1e-3", "SELECT AVG(radius), COUNT(*) FROM data WHERE radius = -0.001")]
    [InlineData("diagnosis", "x' OR 1 = 1 --", "SELECT AVG(radius), COUNT(*) FROM data WHERE diagnosis = 'x'' OR 1 = 1 --'")]
    public void Mean_IsShortForASelect_WhateverItsNamesAndValuesHold(string column, string value, string sql)
    {
        var terms = Plain with { Statistic = "mean", Column = "radius", High = 30, FilterColumn = column, FilterValue = value };
        Assert.Null(QueryTermsRules.Check("how-large", terms));
        var query = QueryTermsRules.SelectOf(terms).Query!;
        Assert.Equal(sql, query.ToString());
        Assert.Equal(("record", "add-remove", 1), (query.Schema.Unit, query.Schema.Neighbours, query.Schema.MaximumPartiesPerUnit));
    }

    [Fact]
    public async Task Count_OfTheSameStateOfTheData_IsAnsweredFromTheFirstAnswer_UnderAnyName()
    {
        await using var world = await OwnerWorld.StartAsync(3);
        var terms = Count(world) with { FilterColumn = "diagnosis", FilterValue = "M", DataVersion = "2026-q1" };
        var first = world.Query("first");
        Value(await first.CreateAsync(terms));
        await world.RunAsync("first", 1);
        var answer = (await EndAsync(world, first)).Answer!;
        var second = world.Query("second");
        Value(await second.CreateAsync(terms));
        var again = await EndAsync(world, second);
        Assert.Equal(("answered", "first", 0), (again.Status, again.AnsweredBy, again.Rounds.Length));
        Assert.Equal((answer.Value, answer.ErrorBar95, answer.Count), (again.Answer!.Value, again.Answer.ErrorBar95, again.Answer.Count));
        Assert.Single(Value(await world.Hospitals[0].Ledger.StatementAsync()).Charges);

        foreach (var (name, other) in new[] { ("other-data", terms with { DataVersion = "2026-q2" }), ("other-rows", terms with { FilterValue = "B" }), ("no-version", terms with { DataVersion = "" }) })
        {
            Value(await world.Query(name).CreateAsync(other));
            await world.RunAsync(name, 1);
            Assert.Null((await EndAsync(world, world.Query(name))).AnsweredBy);
        }
    }

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
