using System.Collections.Immutable;

namespace PrivacyGrains.Protocols.Inference;

/// <summary>The same plan on plain doubles, for tests and for comparing: no fixed point, no shares.</summary>
public static class ClearEvaluation
{
    /// <summary>Evaluates a plan whose only parameters are those of dense layers.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="input">rows x features, row-major.</param>
    /// <param name="layers">Weights (inputs x outputs, row-major) and biases of each dense layer, in order.</param>
    /// <returns>Of the output's shape, row-major.</returns>
    /// <exception cref="ArgumentException">Numbers do not fit the plan's shapes.</exception>
    public static double[] Evaluate(InferencePlan plan, ReadOnlySpan<double> input, IReadOnlyList<(double[] Weights, double[] Bias)> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        return Evaluate(plan, input, [.. layers.Select(layer => (IReadOnlyList<double[]>)[layer.Weights, layer.Bias])]);
    }

    /// <summary>Evaluates a plan in the clear.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="input">rows x features, row-major.</param>
    /// <param name="parameters">For each of <see cref="InferencePlan.Parameters"/> the numbers of its tensors, row-major.</param>
    /// <returns>Of the output's shape, row-major.</returns>
    /// <exception cref="ArgumentException">Numbers do not fit the plan's shapes.</exception>
    public static double[] Evaluate(InferencePlan plan, ReadOnlySpan<double> input, IReadOnlyList<IReadOnlyList<double[]>> parameters)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(parameters);
        ImmutableArray<LayerParameter>[] wanted = [.. plan.Parameters];
        if (input.Length != plan.InputShape.Length || parameters.Count != wanted.Length
            || wanted.Where((each, i) => parameters[i].Count != each.Length || each.Where((p, j) => parameters[i][j].Length != p.Shape.Length).Any()).Any())
        {
            throw new ArgumentException($"{plan} takes {plan.InputShape.Length} numbers and {wanted.Length} sets of weights of its shapes.", nameof(input));
        }

        var (values, next) = (new List<double[]> { input.ToArray() }, 0);
        foreach (var step in plan.Steps)
        {
            double[][] own = step.Parameters.IsEmpty ? [] : [.. parameters[next++]];
            values.Add(step.Node.Layer.Evaluate(step.Place, [.. step.Node.Inputs.Select(value => values[value])], own));
        }

        return values[^1];
    }
}
