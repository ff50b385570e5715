using PrivacyGrains.Learning.Models;
using PrivacyGrains.Messages.Inferences;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sessions;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Client.Inferences;

/// <summary>Asks for the scores of a logistic model whose features several parties hold.</summary>
/// <remarks>
/// Features are scaled to [-1, 1] by the model's public ranges, by whoever gives them (<see cref="Scale"/>); weights go in the order in which the parties' columns
/// lie side by side. The bounds on weights are public and the same for all models, so that they tell nothing of one.
/// </remarks>
public static class LogisticScoring
{
    /// <summary>No weight and no bias may be larger in size.</summary>
    public const double Bound = 64;

    private const int FractionalBits = 16;
    private const double ScaledBound = 1;

    /// <summary>What is computed: one dense layer with secret weights and a sigmoid.</summary>
    /// <param name="rows">Records.</param>
    /// <param name="features">Features of a record.</param>
    /// <param name="parties">Compute parties; shares are additive.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public static InferencePlan Plan(int rows, int features, int parties) => InferencePlan.Create(
        SharingScheme.Additive(parties), rows, features, [PlanLayer.Dense(1, secretWeights: true, Bound, Bound), PlanLayer.Sigmoid], FractionalBits, ScaledBound);

    /// <summary>The question.</summary>
    /// <param name="rows">Records, in the same order at every party.</param>
    /// <param name="features">Who gives which columns.</param>
    /// <param name="asker">Who gives the weights and learns the scores.</param>
    /// <param name="computeParties">Who computes; null for the parties that give features.</param>
    /// <param name="dealer">Who deals.</param>
    /// <param name="quota">The quota that counts the scores.</param>
    /// <param name="budget">The ledger's name at each party that gives features.</param>
    /// <param name="timeoutSeconds">The session's deadline.</param>
    /// <exception cref="ArgumentException">A column is given twice, or fewer than two parties compute.</exception>
    public static InferenceQuestion Question(
        int rows, IReadOnlyList<(string Party, IReadOnlyList<string> Columns)> features, string asker, IReadOnlyList<string>? computeParties, string dealer, string quota,
        string budget, double timeoutSeconds = 60)
    {
        ArgumentNullException.ThrowIfNull(features);
        var columns = features.SelectMany(part => part.Columns).ToList();
        if (columns.GroupBy(column => column, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"Column {twice.Key} is given twice. Each column comes from one party.", nameof(features));
        }

        IReadOnlyList<string> compute = computeParties ?? [.. features.Select(part => part.Party).Distinct(StringComparer.Ordinal)];
        return compute.Count < 2
            ? throw new ArgumentException("At least two parties compute. Name them, where one party alone gives features.", nameof(computeParties))
            : new InferenceQuestion(
                Plan(rows, columns.Count, compute.Count), compute, dealer,
                [
                    .. features.Select((part, i) => new InputSlotBody($"features.{i}", part.Party, part.Columns, true)),
                    new InputSlotBody(InferenceLayout.Weights, asker, [], false),
                ],
                quota, budget, timeoutSeconds);
    }

    /// <summary>A model's weights and bias in the order of a question's columns.</summary>
    /// <param name="model">The model.</param>
    /// <param name="question">The question.</param>
    /// <exception cref="ArgumentException">A column is none of the model's, one is missing, or a weight is larger than <see cref="Bound"/>.</exception>
    public static double[] Weights(LogisticModel model, InferenceQuestion question)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(question);
        var places = model.Scale.Ranges.Select((range, i) => (range.Name, i)).ToDictionary(pair => pair.Name, pair => pair.i, StringComparer.Ordinal);
        var columns = question.Inputs.SelectMany(input => input.Columns).ToList();
        if (columns.FirstOrDefault(column => !places.ContainsKey(column)) is { } foreign)
        {
            throw new ArgumentException($"The model has no feature {foreign}. It has: {string.Join(", ", places.Keys)}.", nameof(question));
        }

        if (places.Keys.FirstOrDefault(name => !columns.Contains(name)) is { } missing)
        {
            throw new ArgumentException($"No party gives the model's feature {missing}.", nameof(question));
        }

        double[] weights = [.. columns.Select(column => model.Weights[places[column]]), model.Bias];
        return weights.All(weight => Math.Abs(weight) <= Bound)
            ? weights
            : throw new ArgumentException($"A weight of the model is larger than {Bound}, beyond what is proven not to overflow.", nameof(model));
    }

    /// <summary>Records as a slot wants them: scaled by public ranges, row-major.</summary>
    /// <param name="rows">One value for each column; finite.</param>
    /// <param name="columns">The slot's columns.</param>
    /// <param name="ranges">The public ranges, of the model or of the schema.</param>
    /// <exception cref="ArgumentException">A column has no range, or a value is not finite.</exception>
    public static double[] Scale(IReadOnlyList<double[]> rows, IReadOnlyList<string> columns, Standardisation ranges)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(ranges);
        var byName = ranges.Ranges.ToDictionary(range => range.Name, StringComparer.Ordinal);
        var own = Standardisation.Of([.. columns.Select(column => byName.TryGetValue(column, out var range) ? range : throw new ArgumentException($"Column {column} has no public range.", nameof(columns)))]);
        return [.. rows.SelectMany(row => own.Apply(row))];
    }
}
