using System.Text.Json;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Accounting.Accountants;
using PrivacyGrains.Privacy.Accounting.Plans;

namespace PrivacyGrains.Privacy.Tests.Accounting;

public class PlanAccountantTests
{
    private static readonly JsonElement Vectors = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", "accounting.json"))).RootElement;

    [Fact]
    public void Pld_OfClosedForms_IsNeverBelow_AndTight()
    {
        foreach (var each in Vectors.GetProperty("epsilons").EnumerateArray())
        {
            var (text, truth) = (each.GetProperty("plan").GetRawText(), each.GetProperty("epsilon").GetDouble());
            var found = PldAccountant.Epsilon(PlanJson.Read(text), Delta.Create(each.GetProperty("delta").GetDouble()));
            Assert.True(found >= truth * (1 - 1e-9), $"{text}: {found} is below {truth}.");
            Assert.True(found <= truth + Math.Max(0.001, truth * 0.002), $"{text}: {found} is far above {truth}.");
        }
    }

    [Fact]
    public void Pld_OfSamples_LiesInTheBracketOfRoundedLosses()
    {
        foreach (var each in Vectors.GetProperty("brackets").EnumerateArray())
        {
            var text = each.GetProperty("plan").GetRawText();
            var found = PldAccountant.Epsilon(PlanJson.Read(text), Delta.Create(each.GetProperty("delta").GetDouble()));
            Assert.True(found >= each.GetProperty("low").GetDouble(), $"{text}: {found} is below the optimistic figure.");
            Assert.True(found <= each.GetProperty("high").GetDouble() * 1.001, $"{text}: {found} is above the pessimistic figure.");
        }
    }

    [Fact]
    public void Renyi_OfSampledGaussians_MatchesQuadrature_AtFractionalOrders()
    {
        foreach (var each in Vectors.GetProperty("renyi").EnumerateArray())
        {
            var plan = Plan(new PrivacyEvent.Poisson(each.GetProperty("probability").GetDouble(), new PrivacyEvent.Gaussian(each.GetProperty("noiseMultiplier").GetDouble())));
            var (order, truth) = (each.GetProperty("order").GetDouble(), each.GetProperty("divergence").GetDouble());
            Assert.InRange(RenyiAccountant.Divergence(plan, order) - truth, -1e-9, 1e-6 * Math.Max(truth, 1e-3));
        }
    }

    [Fact]
    public void Renyi_OfSingleMechanisms_IsThatOfTheirPairs()
    {
        Assert.Equal(2.5 / (2 * 9.0), RenyiAccountant.Divergence(Plan(new PrivacyEvent.Gaussian(3)), 2.5), 1e-9);

        // A discrete Gaussian loses as much as the continuous one at whole orders, and less between them.
        Assert.Equal(3 / (2 * 0.25), RenyiAccountant.Divergence(Plan(new PrivacyEvent.DiscreteGaussian(0.5, 1)), 3), 1e-9);
        Assert.True(RenyiAccountant.Divergence(Plan(new PrivacyEvent.DiscreteGaussian(0.5, 1)), 2.5) < 2.5 / (2 * 0.25) * 0.9999);

        // The exponential mechanism's two-point pairs, tried one after another.
        foreach (var order in (double[])[1.2, 2, 7.5, 60])
        {
            var most = Enumerable.Range(0, 20001).Max(i => TwoPoints(order, 1.3, 1.3 * i / 20000));
            Assert.InRange(RenyiAccountant.Divergence(Plan(new PrivacyEvent.Exponential(1.3)), order) - most, -1e-12, 1e-6);
        }

        static double TwoPoints(double order, double epsilon, double t)
        {
            var (high, low) = (Math.Exp(t), Math.Exp(t - epsilon));
            var p = (1 - low) / (high - low);
            return Math.Log((p * Math.Pow(high, order)) + ((1 - p) * Math.Pow(low, order))) / (order - 1);
        }
    }

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.7)]
    [InlineData(3)]
    public void Zcdp_BoundsRenyi_AtEveryOrder(double epsilon)
    {
        foreach (var each in (PrivacyEvent[])[new PrivacyEvent.Pure(epsilon), new PrivacyEvent.Laplace(1 / epsilon), new PrivacyEvent.Exponential(epsilon), new PrivacyEvent.DiscreteLaplace(epsilon / 3, 3), new PrivacyEvent.DiscreteGaussian(1 / epsilon, 1)])
        {
            var rho = ZcdpAccountant.Total(Plan(each)).Value;
            Assert.All(RenyiOrders.All, order => Assert.True(RenyiAccountant.Divergence(Plan(each), order) <= (order * rho) + 1e-9, $"{each} at order {order}"));
        }
    }

    [Fact]
    public void Pld_AgreesWithWhatItReplaces()
    {
        // Sampling everything is not sampling; sampling a sample multiplies; one draw of all is no sampling either.
        var plain = Epsilon(new PrivacyEvent.Laplace(0.8));
        Assert.Equal(plain, Epsilon(new PrivacyEvent.Poisson(1, new PrivacyEvent.Laplace(0.8))), 1e-4);
        Assert.Equal(Epsilon(new PrivacyEvent.Poisson(0.06, new PrivacyEvent.Gaussian(1))), Epsilon(new PrivacyEvent.Poisson(0.3, new PrivacyEvent.Poisson(0.2, new PrivacyEvent.Gaussian(1)))), 1e-9);
        Assert.Equal(plain, PldAccountant.Epsilon(new PrivacyPlan(NeighbouringRelation.ReplaceOne, [new PrivacyEvent.WithoutReplacement(50, 50, new PrivacyEvent.Laplace(0.8))]), Delta.Create(1e-6)), 1e-4);

        // Gaussians merged beforehand, and merged below a sample.
        Assert.Equal(
            Epsilon(new PrivacyEvent.Poisson(0.1, new PrivacyEvent.Gaussian(1))),
            Epsilon(new PrivacyEvent.Poisson(0.1, new PrivacyEvent.Compose([new PrivacyEvent.Gaussian(Math.Sqrt(2)), new PrivacyEvent.Repeat(1, new PrivacyEvent.Gaussian(Math.Sqrt(2)))]))), 1e-6);

        // What is not merged but composed on the grid: the discrete Gaussian of a large sigma is as good as a continuous one.
        Assert.Equal(Epsilon(new PrivacyEvent.Gaussian(1)), Epsilon(new PrivacyEvent.Repeat(100, new PrivacyEvent.DiscreteGaussian(100, 10))), 1e-3);

        static double Epsilon(PrivacyEvent each) => PldAccountant.Epsilon(Plan(each), Delta.Create(1e-6));
    }

    [Fact]
    public void Pld_IsBelowRenyi_ForEveryKind()
    {
        PrivacyEvent[] kinds =
        [
            new PrivacyEvent.Repeat(7, new PrivacyEvent.Gaussian(2)), new PrivacyEvent.Repeat(30, new PrivacyEvent.Laplace(4)), new PrivacyEvent.Repeat(9, new PrivacyEvent.DiscreteLaplace(0.2, 3)),
            new PrivacyEvent.Repeat(20, new PrivacyEvent.RandomizedResponse(0.7, 4)), new PrivacyEvent.Zcdp(0.2), new PrivacyEvent.Poisson(0.2, new PrivacyEvent.Zcdp(0.2)),
            new PrivacyEvent.Repeat(200, new PrivacyEvent.WithoutReplacement(1000, 30, new PrivacyEvent.Gaussian(1.5))),
            new PrivacyEvent.Poisson(0.3, new PrivacyEvent.Compose([new PrivacyEvent.Laplace(1), new PrivacyEvent.Gaussian(1)])),
        ];
        foreach (var each in kinds)
        {
            var (plan, delta) = (new PrivacyPlan(each is PrivacyEvent.Repeat { Inner: PrivacyEvent.WithoutReplacement } ? NeighbouringRelation.ReplaceOne : NeighbouringRelation.AddRemove, [each]), Delta.Create(1e-6));
            var (pld, renyi) = (PldAccountant.Epsilon(plan, delta), RenyiAccountant.Epsilon(plan, delta).Epsilon);
            Assert.True(pld > 0 && pld <= renyi * 1.001, $"{each}: {pld} by distributions, {renyi} by divergences.");
        }
    }

    [Fact]
    public void Best_TakesTheLeast_AndSaysWhich()
    {
        var plan = Plan(new PrivacyEvent.Repeat(1000, new PrivacyEvent.Exponential(0.1)));
        var all = new[] { "pld", "rdp", "zcdp" }.Select(name => PlanAccountants.Account(plan, Delta.Create(1e-6), name)).ToList();
        Assert.Equal(all.MinBy(each => each.Epsilon), PlanAccountants.Account(plan, Delta.Create(1e-6), "best"));
        Assert.Equal(2, PlanAccountants.Account(plan, Delta.Create(1e-6), "rdp", [2]).Order);
    }

    [Theory]
    [InlineData("""{"neighbors":"add-remove","events":[{"kind":"gaussian","noiseMultiplier":0}]}""", "events[0].noiseMultiplier is 0")]
    [InlineData("""{"neighbors":"add-remove","events":[{"kind":"gaussian","noiseMultiplier":1e999}]}""", "events[0].noiseMultiplier is 1e999")]
    [InlineData("""{"neighbors":"add-remove","events":[{"kind":"gaussian","noiseMultiplier":"NaN"}]}""", "events[0].noiseMultiplier is a string")]
    [InlineData("""{"neighbors":"add-remove","events":[{"kind":"gaussian"}]}""", "events[0].noiseMultiplier is missing")]
    [InlineData("""{"neighbors":"add-remove","events":[{"kind":"gaussian","noiseMultiplier":1,"sigma":2}]}""", "events[0].sigma is no field")]
    [InlineData("""{"neighbors":"add-remove","events":[{"kind":"poisson","probability":1.5,"event":{"kind":"pure","epsilon":1}}]}""", "events[0].probability is 1.5")]
    [InlineData("""{"neighbors":"add-remove","events":[{"kind":"repeat","count":2.5,"event":{"kind":"pure","epsilon":1}}]}""", "events[0].count is 2.5")]
    [InlineData("""{"neighbors":"add-remove","events":[{"kind":"compose","events":[{"kind":"pure","epsilon":-1}]}]}""", "events[0].events[0].epsilon is -1")]
    [InlineData("""{"neighbors":"replace-one","events":[{"kind":"without-replacement","population":10,"sample":11,"event":{"kind":"pure","epsilon":1}}]}""", "events[0].sample is 11")]
    [InlineData("""{"neighbors":"both","events":[{"kind":"pure","epsilon":1}]}""", "neighbors is 'both'")]
    [InlineData("""{"neighbors":"add-remove","events":[]}""", "events must be a list")]
    [InlineData("""{"neighbors":"add-remove","events":[{"kind":"magic"}]}""", "events[0].kind is 'magic'")]
    [InlineData("""{"neighbors":"add-remove" """, "no JSON")]
    public void Plan_WithAWrongField_IsRefusedByItsName(string json, string what) =>
        Assert.Contains(what, Assert.Throws<PlanRefusedException>(() => PlanJson.Read(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Refusals_SayWhatToDo()
    {
        var drawn = new PrivacyEvent.Repeat(2, new PrivacyEvent.WithoutReplacement(1000, 10, new PrivacyEvent.Gaussian(1)));
        Assert.Equal("account.delta-too-large", Refusal(new PrivacyPlan(NeighbouringRelation.ReplaceOne, [drawn]), 1e-3));
        var sampled = new PrivacyEvent.Poisson(0.1, new PrivacyEvent.Gaussian(1));
        Assert.Equal("account.no-bound", Refusal(new PrivacyPlan(NeighbouringRelation.ReplaceOne, [sampled]), 1e-6));
        Assert.Equal("account.too-wide", Refusal(Plan(new PrivacyEvent.Pure(1e9)), 1e-6));
        Assert.Equal("account.too-many-events", Refusal(Plan(new PrivacyEvent.Repeat(1_000_000_000, new PrivacyEvent.Repeat(1_000_000_000, new PrivacyEvent.Pure(1)))), 1e-6));

        static string Refusal(PrivacyPlan plan, double delta) => Assert.Throws<PlanRefusedException>(() => PlanAccountants.Account(plan, Delta.Create(delta), "pld")).Code;
    }

    [Theory]
    [InlineData("""{"neighbors":"add-remove","events":[{"kind":"repeat","count":40,"event":{"kind":"gaussian","noiseMultiplier":"?"}}]}""", "noiseMultiplier", 1.0001)]
    [InlineData("""{"neighbors":"add-remove","events":[{"kind":"repeat","count":40,"event":{"kind":"discrete-laplace","a":"?","sensitivity":2}}]}""", "a", 0.9999)]
    [InlineData("""{"neighbors":"add-remove","events":[{"kind":"repeat","count":"?","event":{"kind":"gaussian","noiseMultiplier":20}}]}""", "count", 0)]
    [InlineData("""{"neighbors":"add-remove","events":[{"kind":"gaussian","noiseMultiplier":1},{"kind":"laplace","noiseMultiplier":3}]}""", "scale", 1.0001)]
    public void Calibration_KeepsTheTarget_AndNoLessProtectiveValueDoes(string template, string field, double factor)
    {
        var found = PlanCalibration.Solve(PlanTemplate.Read(template), Epsilon.Create(2), Delta.Create(1e-6), "best");
        Assert.Equal(field, found.Field);
        Assert.True(found.Loss.Epsilon <= 2);
        var looser = PlanTemplate.Read(template).With(factor == 0 ? found.Value + 1 : found.Value / factor);
        Assert.True(PlanAccountants.Account(PlanJson.Read(looser), Delta.Create(1e-6), "best").Epsilon > 2);
    }

    [Fact]
    public void Calibration_WithoutSolution_OrWithTwoUnknowns_IsRefused()
    {
        var two = """{"neighbors":"add-remove","events":[{"kind":"gaussian","noiseMultiplier":"?"},{"kind":"pure","epsilon":"?"}]}""";
        Assert.Equal("account.bad-plan", Assert.Throws<PlanRefusedException>(() => PlanTemplate.Read(two)).Code);
        var stuck = PlanTemplate.Read("""{"neighbors":"add-remove","events":[{"kind":"gaussian","noiseMultiplier":"?"},{"kind":"pure","epsilon":3}]}""");
        Assert.Equal("account.no-solution", Assert.Throws<PlanRefusedException>(() => PlanCalibration.Solve(stuck, Epsilon.Create(2), Delta.Create(1e-6), "pld")).Code);
    }

    private static PrivacyPlan Plan(params PrivacyEvent[] events) => new(NeighbouringRelation.AddRemove, [.. events]);
}
