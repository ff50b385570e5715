using System.Collections.Immutable;

namespace PrivacyGrains.Ckks.Circuits;

/// <summary>One layer of a network as it was trained.</summary>
/// <param name="Dense">Weights and biases.</param>
/// <param name="Activation">What comes after them, or null.</param>
public sealed record ClearLayer(DenseLayer Dense, Activation? Activation);

/// <summary>What an activation's numbers were over some rows.</summary>
/// <param name="Least">The least.</param>
/// <param name="Greatest">The greatest.</param>
public readonly record struct ActivationRange(double Least, double Greatest);

/// <summary>How an activation is replaced.</summary>
/// <param name="From">The least number that the polynomial is meant for.</param>
/// <param name="To">The greatest.</param>
/// <param name="Degree">1 to <see cref="EncryptedModel.MostDegree"/>.</param>
public readonly record struct ActivationChoice(double From, double To, int Degree);

/// <summary>What replacing activations has cost, over rows that were given.</summary>
/// <param name="Rows">How many.</param>
/// <param name="LargestDifference">Of any answer of any row.</param>
/// <param name="MeanDifference">Of all answers of all rows, magnitudes.</param>
/// <param name="LabelAgreement">The part of rows with the same label: the greatest answer's place; of one answer whether it is above 0 (linear) or 1/2 (logistic).</param>
/// <param name="RowsOutside">Rows that have a number outside an interval somewhere.</param>
public sealed record ActivationLoss(int Rows, double LargestDifference, double MeanDifference, double LabelAgreement, int RowsOutside);

/// <summary>A network with its own activations, in the clear: becomes an <see cref="EncryptedModel"/> with polynomials in their place, and says what that cost. Immutable; its numbers are secret.</summary>
/// <remarks>A sigmoid or softmax after the last layer is best left out (the answers are scores then, and the client takes it exactly).</remarks>
/// <param name="Layers">First to last, each of the width that the one before leaves.</param>
public sealed record ClearNetwork(ImmutableArray<ClearLayer> Layers)
{
    /// <summary>The network's answers.</summary>
    /// <param name="row">One number for each input.</param>
    /// <returns>One for each answer.</returns>
    public double[] Score(ReadOnlySpan<double> row)
    {
        var values = row.ToArray();
        foreach (var layer in Layers)
        {
            values = EncryptedModel.Apply(layer.Dense, values);
            values = layer.Activation is { } f ? [.. values.Select(x => Activations.Evaluate(f, x))] : values;
        }

        return values;
    }

    /// <summary>What comes to each activation over rows: an interval is chosen from it, with some room.</summary>
    /// <param name="rows">At least one.</param>
    /// <returns>One for each activation, in their order.</returns>
    public ImmutableArray<ActivationRange> Ranges(IEnumerable<double[]> rows)
    {
        var ranges = Layers.Where(l => l.Activation is not null).Select(_ => new ActivationRange(double.PositiveInfinity, double.NegativeInfinity)).ToArray();
        foreach (var row in rows)
        {
            var (values, at) = (row, 0);
            foreach (var layer in Layers)
            {
                values = EncryptedModel.Apply(layer.Dense, values);
                if (layer.Activation is { } f)
                {
                    ranges[at] = new ActivationRange(Math.Min(ranges[at].Least, values.Min()), Math.Max(ranges[at].Greatest, values.Max()));
                    at++;
                    values = [.. values.Select(x => Activations.Evaluate(f, x))];
                }
            }
        }

        return [.. ranges];
    }

    /// <summary>Puts the nearest polynomials in the activations' place.</summary>
    /// <param name="names">The inputs' names, or empty.</param>
    /// <param name="inputBound">The greatest magnitude of an input.</param>
    /// <param name="choices">One for each activation, in their order.</param>
    /// <param name="model">The model, or null; logistic where the last activation is a sigmoid after the last layer, linear otherwise.</param>
    /// <param name="fits">For each activation its polynomial and error.</param>
    /// <returns>Null, or what is wrong.</returns>
    public CircuitFault? TryReplace(ImmutableArray<string> names, double inputBound, IReadOnlyList<ActivationChoice> choices, out EncryptedModel? model, out ImmutableArray<ActivationFit> fits)
    {
        (model, fits) = (null, []);
        var (layers, made) = (ImmutableArray.CreateBuilder<ModelLayer>(), ImmutableArray.CreateBuilder<ActivationFit>());
        if (Layers.IsDefaultOrEmpty || choices.Count != Layers.Count(l => l.Activation is not null))
        {
            return new CircuitFault(CircuitFaultCodes.Size, "choices", "there is one choice for each activation, and at least one layer");
        }

        foreach (var layer in Layers)
        {
            layers.Add(layer.Dense);
            if (layer.Activation is { } activation)
            {
                var (from, to, degree) = choices[made.Count];
                if (!(from >= -1000 && to <= 1000 && to - from >= 1e-3) || degree is < 1 or > EncryptedModel.MostDegree)
                {
                    return new CircuitFault(CircuitFaultCodes.Number, $"choices[{made.Count}]", $"goes from at least -1000 up to at most 1000, with degree 1 to {EncryptedModel.MostDegree}");
                }

                made.Add(ActivationFit.Fit(activation, from, to, degree));
                layers.Add(made[^1].Polynomial);
            }
        }

        fits = made.ToImmutable();
        var output = Layers[^1].Activation == Activation.Sigmoid ? ModelOutput.Logistic : ModelOutput.Linear;
        return EncryptedModel.TryCreate(Layers[0].Dense.Inputs, names, inputBound, layers.ToImmutable(), output, out model);
    }

    /// <summary>Compares a model with this network over rows.</summary>
    /// <param name="model">With polynomials: from <see cref="TryReplace"/>.</param>
    /// <param name="rows">Rows of the network's width.</param>
    /// <returns>The differences.</returns>
    public ActivationLoss Measure(EncryptedModel model, IEnumerable<double[]> rows)
    {
        var (count, agreeing, outside, numbers, largest, sum) = (0, 0, 0, 0L, 0.0, 0.0);
        foreach (var row in rows)
        {
            var (clear, replaced) = (Score(row), model.Score(row));
            foreach (var difference in clear.Zip(replaced, (a, b) => Math.Abs(a - b)))
            {
                (largest, sum, numbers) = (Math.Max(largest, difference), sum + difference, numbers + 1);
            }

            count++;
            agreeing += Label(clear, model.Output) == Label(replaced, model.Output) ? 1 : 0;
            outside += IsOutside(model, row) ? 1 : 0;
        }

        return new ActivationLoss(count, largest, numbers == 0 ? 0 : sum / numbers, count == 0 ? 1 : agreeing / (double)count, outside);
    }

    /// <inheritdoc/>
    public override string ToString() => $"ClearNetwork({string.Join(", ", Layers.Select(l => $"{l.Dense} {l.Activation}"))})";

    private static int Label(double[] answers, ModelOutput output) =>
        answers.Length == 1 ? (answers[0] > (output == ModelOutput.Logistic ? 0.5 : 0) ? 1 : 0) : Array.IndexOf(answers, answers.Max());

    private static bool IsOutside(EncryptedModel model, double[] row)
    {
        var values = row;
        foreach (var layer in model.Layers)
        {
            if (layer is PolynomialLayer p)
            {
                if (values.Any(x => x < p.From || x > p.To))
                {
                    return true;
                }

                values = [.. values.Select(p.Evaluate)];
                continue;
            }

            values = EncryptedModel.Apply((DenseLayer)layer, values);
        }

        return row.Any(x => Math.Abs(x) > model.InputBound);
    }
}
