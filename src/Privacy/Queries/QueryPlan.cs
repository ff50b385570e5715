using System.Security.Cryptography;
using System.Text;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Mechanisms;

namespace PrivacyGrains.Privacy.Queries;

/// <summary>A query with its noise: what it will cost and how far off it will be, before any data is read. Public; all parties agree on its digest.</summary>
/// <remarks>
/// The noise is joint: each contributor adds a discrete Gaussian of the local variance before sharing, and the claim counts honest survivors' noise alone (see <see cref="JointGaussian"/>).
/// One party that answers alone is the case of one contributor.
/// </remarks>
public sealed class QueryPlan
{
    private QueryPlan(StatisticsQuery query, Neighbours neighbours, JointGaussian joint, ExactRatio localVariance, RenyiLoss loss)
    {
        Query = query;
        Neighbours = neighbours;
        Joint = joint;
        LocalVariance = localVariance;
        Loss = loss;
    }

    /// <summary>What is asked.</summary>
    public StatisticsQuery Query { get; }

    /// <summary>What the loss is about.</summary>
    public Neighbours Neighbours { get; }

    /// <summary>Who adds noise, and who of them is counted.</summary>
    public JointGaussian Joint { get; }

    /// <summary>The variance of each contributor's draws, in the aggregate's integers.</summary>
    public ExactRatio LocalVariance { get; }

    /// <summary>What the answer costs, each contributor's ledger in full.</summary>
    public RenyiLoss Loss { get; }

    /// <summary>The fewest contributors whose total may be opened.</summary>
    public int MinimumIncluded => Joint.Contributors - Joint.Dropping;

    /// <summary>The deviation of the noise on each coordinate if all contribute, in rows.</summary>
    public double ExpectedDeviation => Math.Sqrt(LocalVariance.ToDouble() * Joint.Contributors) / (Query.Kind == StatisticKind.Count ? 1 : StatisticsQuery.ValueUnits);

    /// <summary>Finds the least noise for a target.</summary>
    /// <param name="query">A query without fault.</param>
    /// <param name="neighbours">Relation and unit of the contributors' budgets.</param>
    /// <param name="epsilon">The most that the answer may cost by itself, at delta.</param>
    /// <param name="delta">Its failure probability.</param>
    /// <param name="contributors">How many parties add their part and noise; 1 or more.</param>
    /// <param name="colluding">How many of them may pool what they know against the others.</param>
    /// <param name="dropping">How many may be missing from the total.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="ArgumentException">The query has a fault, or the unit does not fit it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Nobody's noise is left, or the target leaves nothing to spend or needs more noise than 64 bits hold.</exception>
    public static QueryPlan Create(StatisticsQuery query, Neighbours neighbours, Epsilon epsilon, Delta delta, int contributors = 1, int colluding = 0, int dropping = 0)
    {
        ArgumentNullException.ThrowIfNull(query);
        if ((query.Fault() ?? UnitFault(query, neighbours)) is { } fault)
        {
            throw new ArgumentException(fault, nameof(query));
        }

        var rho = GaussianCalibration.LargestRho(epsilon, delta).Value;
        var (l2Squared, l1) = query.Sensitivity(neighbours.Relation);
        if (rho <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon.Value, "So small an epsilon at this delta leaves nothing to spend.");
        }

        var local = JointGaussian.LocalVarianceFor(contributors, colluding, dropping, l2Squared / (2 * rho));
        while (true)
        {
            var variance = ExactRatio.RoundUp(local);
            var joint = JointGaussian.Create(contributors, colluding, dropping, variance.ToDouble());
            var loss = joint.Loss(l2Squared, l1, query.Dimension);
            if (RenyiConversion.Best(loss, delta).Epsilon.Value <= epsilon.Value)
            {
                return new QueryPlan(query, neighbours, joint, variance, loss);
            }

            local *= 1.001; // the sum of discrete Gaussians costs a little more than one: see tau
        }
    }

    /// <summary>Finds the least noise whose loss a zCDP charge covers.</summary>
    /// <param name="query">A query without fault.</param>
    /// <param name="neighbours">Relation and unit of the contributors' budgets.</param>
    /// <param name="rho">What each contributor's ledger is charged; above zero.</param>
    /// <param name="contributors">How many parties add their part and noise; 1 or more.</param>
    /// <param name="colluding">How many of them may pool what they know against the others.</param>
    /// <param name="dropping">How many may be missing from the total.</param>
    /// <returns>The plan: at every order its loss is at most rho times the order.</returns>
    /// <exception cref="ArgumentException">The query has a fault, or the unit does not fit it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Nobody's noise is left, or the charge is zero or needs more noise than 64 bits hold.</exception>
    public static QueryPlan ForRho(StatisticsQuery query, Neighbours neighbours, Rho rho, int contributors, int colluding, int dropping)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(rho.Value, 0, nameof(rho));

        // A hair below, so that whoever checks the plan on another machine, whose exponential differs in the last bit, finds it covered too.
        var target = Rho.Create(rho.Value * (1 - 1e-9));
        var local = JointGaussian.LocalVarianceFor(contributors, colluding, dropping, query.Sensitivity(neighbours.Relation).L2Squared / (2 * target.Value));
        while (true)
        {
            var plan = WithVariance(query, neighbours, ExactRatio.RoundUp(local), contributors, colluding, dropping);
            if (plan.IsCoveredBy(target))
            {
                return plan;
            }

            local *= 1.001; // as in Create
        }
    }

    /// <summary>The plan of a noise that somebody else chose.</summary>
    /// <param name="query">A query without fault.</param>
    /// <param name="neighbours">Relation and unit of the contributors' budgets.</param>
    /// <param name="localVariance">Of each contributor's draws; at least 1/4.</param>
    /// <param name="contributors">How many parties add their part and noise; 1 or more.</param>
    /// <param name="colluding">How many of them may pool what they know against the others.</param>
    /// <param name="dropping">How many may be missing from the total.</param>
    /// <returns>The plan with its loss: compare it with what will be charged, see <see cref="IsCoveredBy"/>.</returns>
    /// <exception cref="ArgumentException">The query has a fault, or the unit does not fit it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Nobody's noise is left, or there is too little of it for the bound.</exception>
    public static QueryPlan WithVariance(StatisticsQuery query, Neighbours neighbours, ExactRatio localVariance, int contributors, int colluding, int dropping)
    {
        ArgumentNullException.ThrowIfNull(query);
        if ((query.Fault() ?? UnitFault(query, neighbours)) is { } fault)
        {
            throw new ArgumentException(fault, nameof(query));
        }

        var joint = JointGaussian.Create(contributors, colluding, dropping, localVariance.ToDouble());
        var (l2Squared, l1) = query.Sensitivity(neighbours.Relation);
        return new QueryPlan(query, neighbours, joint, localVariance, joint.Loss(l2Squared, l1, query.Dimension));
    }

    /// <summary>Whether a zCDP charge is at least the loss, at every order of the grid.</summary>
    /// <param name="rho">The charge.</param>
    public bool IsCoveredBy(Rho rho)
    {
        var charge = PrivacyEvents.Zcdp(rho).Units;
        return Loss.DeltaUnits == 0 && Enumerable.Range(0, RenyiOrders.Count).All(i => Loss.Units[i] <= charge[i]);
    }

    /// <summary>The plan's name: the computation digest that charges and rosters bind.</summary>
    /// <returns>SHA-256 over the query, the neighbours and every figure of the noise, 64 lower-case hex digits.</returns>
    public string Digest()
    {
        var text = $"privacygrains.query-plan.v1|{Query.Digest()}|{RelationNames.Of(Neighbours.Relation)}|{Neighbours.Unit}|{Joint.Contributors}|{Joint.Colluding}|{Joint.Dropping}|{LocalVariance}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    private static string? UnitFault(StatisticsQuery query, Neighbours neighbours) =>
        (query.UnitColumn.Length == 0) == (neighbours.Unit == PrivacyUnit.Record)
            ? null
            : "unitColumn: a budget that protects records needs none, and one that protects anybody else needs the column that names them";
}
