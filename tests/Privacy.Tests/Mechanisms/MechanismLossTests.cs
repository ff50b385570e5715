using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Mechanisms;
using PrivacyGrains.Privacy.Mechanisms.Sensitivities;

namespace PrivacyGrains.Privacy.Tests.Mechanisms;

/// <summary>What mechanisms state is what ledgers and accountants take.</summary>
public class MechanismLossTests
{
    private static readonly NeighbouringRelation Added = NeighbouringRelation.AddRemove;
    private static readonly ExactRatio One = ExactRatio.Create(1);

    public static TheoryData<string> Names => ["geometric", "vector", "gaussian", "response", "exponential", "flip", "max", "median", "three", "groups", "tree"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Loss_EntersTheLedger_AtEveryOrder_AndConvertsNoLowerThanTheAccountants(string name)
    {
        var loss = Make(name);
        var ledger = loss.ToLedger();
        Assert.All(ledger.Units, units => Assert.InRange(units, 1, long.MaxValue - 1));
        var delta = loss.Delta + 1e-6;
        Assert.InRange(loss.EpsilonAt(delta), 0.01, RenyiConversion.Best(ledger, Delta.Create(delta)).Epsilon.Value + 1e-9);
        Assert.Throws<ArgumentOutOfRangeException>("delta", () => loss.EpsilonAt(loss.Delta));
    }

    private static MechanismLoss Make(string name)
    {
        var counts = ContributionBound.OfCounts(3).Sensitivity(Added, 3);
        return name switch
        {
            "geometric" => new GeometricMechanism(ContributionBound.OfValues(0, 5).Sensitivity(Added), One).Loss,
            "vector" => new GeometricMechanism(counts, One).Loss,
            "gaussian" => new DiscreteGaussianMechanism(ContributionBound.OfCounts().Sensitivity(Added), ExactRatio.Create(9)).Loss,
            "response" => RandomizedResponse.ForEpsilon(5, Epsilon.Create(1)).Loss,
            "exponential" => new ExponentialMechanism(counts, One).Loss,
            "flip" => new PermuteAndFlip(counts, One).Loss,
            "max" => new ReportNoisyMax(counts, One).Loss,
            "median" => new PrivateQuantiles(ContributionBound.OfValues(0, 9), Added, [ExactRatio.Create(1, 2)], One).Loss,
            "three" => new PrivateQuantiles(ContributionBound.OfValues(0, 9), NeighbouringRelation.ReplaceOne, [ExactRatio.Create(1, 4), ExactRatio.Create(1, 2)], One).Loss,
            "groups" => new PartitionSelection(ContributionBound.OfCounts(2), Added, One, ExactRatio.Create(1, 1000)).Loss,
            _ => TreeAggregation.ForRho(ContributionBound.OfCounts(), Added, 100, Rho.Create(0.1)).Loss,
        };
    }
}
