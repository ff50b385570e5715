namespace PrivacyGrains.Protocols.Inference;

/// <summary>The same plan on plain doubles, for tests and for comparing: no fixed point, no shares.</summary>
public static class ClearEvaluation
{
    /// <summary>Evaluates a plan in the clear.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="input">rows x features, row-major.</param>
    /// <param name="layers">Weights (inputs x outputs, row-major) and biases of each dense layer, in order.</param>
    /// <returns>rows x outputs, row-major.</returns>
    /// <exception cref="ArgumentException">Numbers do not fit the plan's shapes.</exception>
    public static double[] Evaluate(InferencePlan plan, ReadOnlySpan<double> input, IReadOnlyList<(double[] Weights, double[] Bias)> layers)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(layers);
        if (input.Length != plan.InputShape.Length || layers.Count != plan.Layers.Count(layer => layer is DenseLayer))
        {
            throw new ArgumentException($"{plan} takes {plan.InputShape.Length} numbers and one set of weights per dense layer.", nameof(input));
        }

        var value = input.ToArray();
        var width = plan.Features;
        var next = 0;
        foreach (var layer in plan.Layers)
        {
            if (layer is DenseLayer dense)
            {
                value = Dense(value, plan.Rows, width, dense.Outputs, layers[next++]);
                width = dense.Outputs;
                continue;
            }

            for (var i = 0; i < value.Length; i++)
            {
                value[i] = layer is ReluLayer ? Math.Max(value[i], 0) : 1 / (1 + Math.Exp(-value[i]));
            }
        }

        return value;
    }

    private static double[] Dense(double[] x, int rows, int width, int outputs, (double[] Weights, double[] Bias) layer)
    {
        if (layer.Weights.Length != width * outputs || layer.Bias.Length != outputs)
        {
            throw new ArgumentException($"A dense layer of {width} x {outputs} has {width * outputs} weights and {outputs} biases.", nameof(layer));
        }

        var y = new double[rows * outputs];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < outputs; j++)
            {
                var sum = layer.Bias[j];
                for (var k = 0; k < width; k++)
                {
                    sum += x[(i * width) + k] * layer.Weights[(k * outputs) + j];
                }

                y[(i * outputs) + j] = sum;
            }
        }

        return y;
    }
}
