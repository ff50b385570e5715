using PrivacyGrains.Learning.Models;

namespace PrivacyGrains.Learning.Strategies;

/// <summary>How much each party's update counts.</summary>
public enum AveragingWeights
{
    /// <summary>By the number of records that the party declared.</summary>
    DeclaredCount = 0,

    /// <summary>All alike.</summary>
    Equal = 1,
}

/// <summary>Federated averaging: the joint model moves by the weighted mean of the parties' updates.</summary>
/// <remarks>
/// Source: McMahan et al., "Communication-Efficient Learning of Deep Networks from Decentralized Data", AISTATS 2017, algorithm 1. Weights come from declared counts, which are public, never from the
/// rows or the updates: a weight that depended on them would have no small sensitivity.
/// </remarks>
public static class FederatedAveraging
{
    /// <summary>The integer that a party multiplies its update by before it is summed.</summary>
    /// <param name="weights">The rule.</param>
    /// <param name="declaredCount">The party's declared number of records; 1 or more.</param>
    /// <returns>1 or more.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The declared count is less than 1.</exception>
    public static int WeightOf(AveragingWeights weights, int declaredCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(declaredCount, 1);
        return weights == AveragingWeights.Equal ? 1 : declaredCount;
    }

    /// <summary>The next joint model.</summary>
    /// <param name="joint">The model of the round's start.</param>
    /// <param name="weightedSum">Sum over the parties in the total of weight times update.</param>
    /// <param name="totalWeight">Sum of those parties' weights; above zero.</param>
    /// <returns>The model moved by the weighted mean.</returns>
    /// <exception cref="ArgumentException">The sum has another length or is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Nobody is in the total.</exception>
    public static LogisticModel Apply(LogisticModel joint, ReadOnlySpan<double> weightedSum, long totalWeight)
    {
        ArgumentNullException.ThrowIfNull(joint);
        ArgumentOutOfRangeException.ThrowIfLessThan(totalWeight, 1);
        var parameters = joint.ToParameters();
        if (weightedSum.Length != parameters.Length)
        {
            throw new ArgumentException($"The model has {parameters.Length} parameters; the sum has {weightedSum.Length}.", nameof(weightedSum));
        }

        for (var i = 0; i < parameters.Length; i++)
        {
            parameters[i] += weightedSum[i] / totalWeight;
        }

        return LogisticModel.Create(joint.Scale, parameters);
    }
}
