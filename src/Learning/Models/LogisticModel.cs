using System.Collections.Immutable;
using PrivacyGrains.Learning.Data;

namespace PrivacyGrains.Learning.Models;

/// <summary>A logistic model over scaled features: probability of the positive label = 1 / (1 + exp(-(weights . x + bias))).</summary>
/// <remarks>Immutable. Weights are doubles in the scaled space (each feature between -1 and 1), so one bound on them bounds every score's range.</remarks>
public sealed class LogisticModel
{
    private LogisticModel(Standardisation scale, ImmutableArray<double> weights, double bias)
    {
        Scale = scale;
        Weights = weights;
        Bias = bias;
    }

    /// <summary>How raw features become the model's.</summary>
    public Standardisation Scale { get; }

    /// <summary>One weight a feature; finite.</summary>
    public ImmutableArray<double> Weights { get; }

    /// <summary>The constant; finite.</summary>
    public double Bias { get; }

    /// <summary>Numbers that training changes: the weights, then the bias.</summary>
    public int ParameterCount => Weights.Length + 1;

    /// <summary>The untrained model of a schema: all zeros. No seed is needed: the loss is convex.</summary>
    /// <param name="schema">The agreed features.</param>
    /// <returns>The model.</returns>
    public static LogisticModel Zero(DatasetSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return new LogisticModel(Standardisation.Of(schema), [.. new double[schema.Features.Length]], 0);
    }

    /// <summary>Takes parameters.</summary>
    /// <param name="scale">How raw features become the model's.</param>
    /// <param name="parameters">The weights, then the bias.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ArgumentException">The number of parameters is another, or one is not finite.</exception>
    public static LogisticModel Create(Standardisation scale, ReadOnlySpan<double> parameters)
    {
        ArgumentNullException.ThrowIfNull(scale);
        if (parameters.Length != scale.Ranges.Length + 1)
        {
            throw new ArgumentException($"A model of {scale.Ranges.Length} features has {scale.Ranges.Length + 1} parameters; these are {parameters.Length}.", nameof(parameters));
        }

        foreach (var parameter in parameters)
        {
            if (!double.IsFinite(parameter))
            {
                throw new ArgumentException("A model's parameters are finite numbers.", nameof(parameters));
            }
        }

        return new LogisticModel(scale, [.. parameters[..^1]], parameters[^1]);
    }

    /// <summary>The weights, then the bias.</summary>
    /// <returns>A copy.</returns>
    public double[] ToParameters() => [.. Weights, Bias];

    /// <summary>The linear score.</summary>
    /// <param name="scaled">Scaled features.</param>
    /// <returns>weights . x + bias: the log-odds.</returns>
    /// <exception cref="ArgumentException">The number of features is another.</exception>
    public double LogOdds(ReadOnlySpan<double> scaled)
    {
        if (scaled.Length != Weights.Length)
        {
            throw new ArgumentException($"The model has {Weights.Length} features; these are {scaled.Length}.", nameof(scaled));
        }

        var sum = Bias;
        for (var i = 0; i < scaled.Length; i++)
        {
            sum += Weights[i] * scaled[i];
        }

        return sum;
    }

    /// <summary>The probability of the positive label.</summary>
    /// <param name="scaled">Scaled features.</param>
    /// <returns>Between 0 and 1.</returns>
    public double Score(ReadOnlySpan<double> scaled) => Sigmoid(LogOdds(scaled));

    /// <summary>Whether the positive label is the likelier.</summary>
    /// <param name="scaled">Scaled features.</param>
    /// <returns>1 or 0.</returns>
    public int Predict(ReadOnlySpan<double> scaled) => LogOdds(scaled) > 0 ? 1 : 0;

    /// <summary>The share of rows whose label is predicted.</summary>
    /// <param name="rows">At least one.</param>
    /// <returns>Between 0 and 1; exact, so a disclosure where the rows are private.</returns>
    /// <exception cref="ArgumentException">There are no rows.</exception>
    public double Accuracy(LabelledTable rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.RowCount == 0)
        {
            throw new ArgumentException("There are no rows to measure on.", nameof(rows));
        }

        var right = 0;
        for (var row = 0; row < rows.RowCount; row++)
        {
            right += Predict(rows.Features(row)) == rows.Label(row) ? 1 : 0;
        }

        return (double)right / rows.RowCount;
    }

    /// <summary>1 / (1 + exp(-x)), without overflow.</summary>
    internal static double Sigmoid(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));
}
