using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Ledger;

namespace PrivacyGrains.Privacy.Tests.Accounting;

public class RenyiTests
{
    [Fact]
    public void Orders_AreExactRisingAndFixed()
    {
        Assert.Equal(RenyiOrders.Count, RenyiOrders.All.Length);
        Assert.Equal([1.25, 1.3125, 1.375, 1.4375, 1.5], RenyiOrders.All.Take(5));
        Assert.Equal(2, RenyiOrders.All[8]);
        Assert.Equal(1025, RenyiOrders.All[^1]);
        Assert.True(RenyiOrders.All.Zip(RenyiOrders.All.Skip(1)).All(p => p.First < p.Second));
    }

    [Fact]
    public void RoundUp_NeverBelow_RoundDown_NeverAbove()
    {
        using var random = new TestRandom(11);
        for (var i = 0; i < 10_000; i++)
        {
            var value = Math.Pow(10, (random.Unit() * 18) - 12);
            Assert.True(LossUnits.RoundUp(value) >= Math.Ceiling(value * LossUnits.One));
            Assert.True(LossUnits.RoundDown(value) <= Math.Floor(value * LossUnits.One));
            Assert.True(LossUnits.RoundUp(value) - LossUnits.RoundDown(value) <= 6 + (value * 0.2));
        }

        Assert.Equal(0, LossUnits.RoundUp(0));
        Assert.Equal(long.MaxValue, LossUnits.RoundUp(1e9));
        Assert.Equal(long.MaxValue, LossUnits.RoundUp(double.PositiveInfinity));
        Assert.Throws<ArgumentOutOfRangeException>(() => LossUnits.RoundUp(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => LossUnits.RoundUp(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => LossUnits.RoundDown(double.NaN));
    }

    [Fact]
    public void Loss_AddsAndMultiplies_Saturating()
    {
        var loss = PrivacyEvents.Gaussian(4, 1);
        Assert.Equal(loss.Plus(loss).Plus(loss), loss.Times(3));
        Assert.Equal(RenyiLoss.Zero, loss.Times(0));
        var unbounded = RenyiLoss.FromCurve(order => order > 2 ? double.PositiveInfinity : 1);
        Assert.Equal(long.MaxValue, unbounded.Plus(loss).Units[^1]);
        Assert.Equal(long.MaxValue, unbounded.Times(5).Units[^1]);
        Assert.Equal(0, unbounded.Times(0).Units[^1]);
        Assert.Throws<ArgumentException>(() => RenyiLoss.FromUnits([1, 2], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => RenyiLoss.FromCurve(_ => double.NaN));
    }

    [Fact]
    public void Gaussian_IsOrderTimesRho()
    {
        var loss = PrivacyEvents.Gaussian(variance: 8, l2SensitivitySquared: 4);
        for (var i = 0; i < RenyiOrders.Count; i++)
        {
            var exact = RenyiOrders.All[i] * 4 / 16 * LossUnits.One;
            Assert.InRange(loss.Units[i], exact, (exact * (1 + 1e-12)) + 3);
        }
    }

    [Theory]
    [InlineData(0.001)]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(400)]
    public void Pure_MatchesRandomisedResponse_FromAbove(double epsilon)
    {
        var loss = PrivacyEvents.Pure(Epsilon.Create(epsilon));
        for (var i = 0; i < RenyiOrders.Count; i++)
        {
            var order = RenyiOrders.All[i];
            var got = loss.Units[i] / (double)LossUnits.One;
            Assert.True(got <= (Math.Min(epsilon, order * epsilon * epsilon / 2) * (1 + 1e-12)) + 1e-11, "above the known bounds");
            if (epsilon * order < 300 && order < 500)
            {
                var keep = Math.Exp(epsilon) / (1 + Math.Exp(epsilon));
                var moment = (Math.Pow(keep, order) * Math.Pow(1 - keep, 1 - order)) + (Math.Pow(1 - keep, order) * Math.Pow(keep, 1 - order));
                Assert.InRange(got, Math.Log(moment) / (order - 1) - 1e-11, (Math.Log(moment) / (order - 1)) + 1e-9);
            }
        }
    }

    [Theory]
    [InlineData(8, 1e-5)]
    [InlineData(1, 1e-5)]
    [InlineData(0.1, 1e-6)]
    [InlineData(20, 1e-9)]
    public void Grid_IsWithinHalfAPercentOfAllOrders(double epsilon, double delta)
    {
        var exact = ZeroConcentrated.LargestRho(Epsilon.Create(epsilon), Delta.Create(delta)).Value;
        var grid = GaussianCalibration.LargestRho(Epsilon.Create(epsilon), Delta.Create(delta)).Value;
        Assert.InRange(grid, exact * 0.99, exact);
        var (best, _) = RenyiConversion.Best(PrivacyEvents.Zcdp(Rho.Create(exact)), Delta.Create(delta));
        Assert.InRange(best.Value, epsilon, epsilon * 1.005);
    }

    [Theory]
    [InlineData(8, 1e-5, 30)]
    [InlineData(8, 1e-5, 1)]
    [InlineData(0.3, 1e-7, 10_000)]
    public void Calibration_PlanOfAllSteps_FitsABudgetOfTheTarget_AndALittleLessNoiseDoesNot(double epsilon, double delta, int steps)
    {
        var target = (Epsilon.Create(epsilon), Delta.Create(delta));
        var limit = BudgetLimit.Create(target.Item1, target.Item2);
        var multiplier = GaussianCalibration.NoiseMultiplier(target.Item1, target.Item2, steps);

        var whole = PrivacyEvents.Gaussian(multiplier * multiplier, 1).Times(steps);
        Assert.True(whole.Units[limit.OrderIndex] <= limit.LimitUnits);
        Assert.True(RenyiConversion.Best(whole, target.Item2).Epsilon.Value <= epsilon);
        var less = PrivacyEvents.Gaussian(multiplier * multiplier * 0.9999, 1).Times(steps);
        Assert.True(less.Units[limit.OrderIndex] > limit.LimitUnits);
    }

    [Fact]
    public void Limit_ConvertsBackToItsEpsilon_AndPresetsTheOrder()
    {
        var limit = BudgetLimit.Create(Epsilon.Create(8), Delta.Create(1e-5));
        Assert.InRange(limit.EpsilonUnits(limit.LimitUnits) / (double)LossUnits.One, 7.999999, 8);
        Assert.Equal(0, limit.EpsilonUnits(0));
        var other = BudgetLimit.Create(Epsilon.Create(8), Delta.Create(1e-5), order: 16 + 1);
        Assert.Equal(17, other.Order);
        Assert.True(other.LimitUnits > limit.LimitUnits, "a higher order overheads less, and Gaussian noise costs more there");
        Assert.Throws<ArgumentException>(() => BudgetLimit.Create(Epsilon.Create(8), Delta.Create(1e-5), order: 17.5));
        Assert.Throws<ArgumentException>(() => BudgetLimit.Create(Epsilon.Create(1e-4), Delta.Create(1e-9)));
        Assert.Throws<ArgumentException>(() => BudgetLimit.Create(Epsilon.Create(1), Delta.Create(1e-5), mechanismDelta: 1e-5));
    }

    [Fact]
    public void Best_SubtractsTheLossesOwnDelta()
    {
        var loss = RenyiLoss.FromCurve(order => order * 0.1, 4e-6);
        var without = RenyiConversion.Best(RenyiLoss.FromCurve(order => order * 0.1), Delta.Create(5.9e-6)).Epsilon.Value;
        var with = RenyiConversion.Best(loss, Delta.Create(1e-5)).Epsilon.Value;
        Assert.InRange(with, RenyiConversion.Best(RenyiLoss.FromCurve(order => order * 0.1), Delta.Create(6e-6)).Epsilon.Value, without);
        Assert.Throws<ArgumentException>(() => RenyiConversion.Best(loss, Delta.Create(3e-6)));
    }
}
