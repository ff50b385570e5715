using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Learning.Data;
using PrivacyGrains.Learning.Models;
using PrivacyGrains.Privacy.Mechanisms;

namespace PrivacyGrains.Learning.Training;

/// <summary>One party's part of a training round: a few full-batch gradient steps from the joint model, each noised in full.</summary>
/// <remarks>
/// <para>Each step: (1) every record's gradient of the log-loss, clipped and quantised; (2) their exact integer sum; (3) exact discrete Gaussian noise on every coordinate; (4) division by the
/// declared count; (5) the step, with ridge and momentum, which touch no data. What leaves the party depends on its rows only through the noised sums of (3), so a round of s steps is
/// (s * rho)-zCDP for one record added or removed, against everybody, also without secure aggregation.</para>
/// <para>Full batch: no sampling, hence no amplification is claimed. Source: Abadi et al. 2016; discrete noise after Canonne, Kamath, Steinke 2020.</para>
/// </remarks>
public static class LocalTrainer
{
    /// <summary>Trains from the joint model.</summary>
    /// <param name="joint">The model of the round's start; public.</param>
    /// <param name="rows">The party's rows; secret. May be empty.</param>
    /// <param name="options">As agreed.</param>
    /// <param name="declaredCount">The number of records that the party declared for the whole training; public, 1 or more, and not changed with the rows.</param>
    /// <param name="noise">Cryptographic; unused where the options have no noise.</param>
    /// <returns>New parameters minus the joint model's: with noise, differentially private by itself.</returns>
    /// <exception cref="ArgumentException">The rows have other features than the model.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The declared count is less than 1.</exception>
    public static double[] Run(LogisticModel joint, LabelledTable rows, TrainingOptions options, int declaredCount, IRandomSource noise)
    {
        ArgumentNullException.ThrowIfNull(joint);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(noise);
        ArgumentOutOfRangeException.ThrowIfLessThan(declaredCount, 1);
        if (rows.FeatureCount != joint.Weights.Length)
        {
            throw new ArgumentException($"The rows have {rows.FeatureCount} features, the model {joint.Weights.Length}.", nameof(rows));
        }

        var start = joint.ToParameters();
        var parameters = start.ToArray();
        var velocity = new double[start.Length];
        var mechanism = options.Noise is { } spec ? new DiscreteGaussian(ExactRatio.Create(spec.Variance)) : null;
        for (var step = 0; step < options.LocalSteps; step++)
        {
            var mean = mechanism is null ? PlainMean(parameters, rows, declaredCount) : NoisyMean(parameters, rows, options, declaredCount, mechanism, noise);
            for (var i = 0; i < parameters.Length; i++)
            {
                velocity[i] = (options.Momentum * velocity[i]) - (options.LearningRate * (mean[i] + (options.Ridge * parameters[i])));
                parameters[i] += velocity[i];
            }
        }

        for (var i = 0; i < parameters.Length; i++)
        {
            parameters[i] -= start[i];
        }

        return parameters;
    }

    private static double[] NoisyMean(
        double[] parameters, LabelledTable rows, TrainingOptions options, int declaredCount, DiscreteGaussian mechanism, IRandomSource noise)
    {
        var sum = new long[parameters.Length];
        mechanism.Fill(sum, noise); // the noise first: its time cannot depend on the rows
        var gradient = new double[parameters.Length];
        for (var row = 0; row < rows.RowCount; row++)
        {
            Gradient(parameters, rows.Features(row), rows.Label(row), gradient);
            QuantisedGradient.AddTo(gradient, options.GradientClip, sum);
        }

        var unit = options.GradientClip.Value / GradientNoise.Units / declaredCount;
        return Array.ConvertAll(sum, s => s * unit);
    }

    private static double[] PlainMean(double[] parameters, LabelledTable rows, int declaredCount)
    {
        var (sum, gradient) = (new double[parameters.Length], new double[parameters.Length]);
        for (var row = 0; row < rows.RowCount; row++)
        {
            Gradient(parameters, rows.Features(row), rows.Label(row), gradient);
            for (var i = 0; i < sum.Length; i++)
            {
                sum[i] += gradient[i];
            }
        }

        return Array.ConvertAll(sum, s => s / declaredCount);
    }

    // The log-loss's gradient: (probability - label) times (features, 1).
    private static void Gradient(double[] parameters, ReadOnlySpan<double> features, int label, Span<double> gradient)
    {
        var sum = parameters[^1];
        for (var i = 0; i < features.Length; i++)
        {
            sum += parameters[i] * features[i];
        }

        var error = LogisticModel.Sigmoid(sum) - label;
        for (var i = 0; i < features.Length; i++)
        {
            gradient[i] = error * features[i];
        }

        gradient[^1] = error;
    }
}
