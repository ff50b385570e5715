using PrivacyGrains.Learning.Data;
using PrivacyGrains.Learning.Models;

namespace PrivacyGrains.Learning.Training;

/// <summary>What <see cref="LogisticRegression.Fit"/> found.</summary>
/// <param name="Model">The model; as secret as the rows that it was fitted to.</param>
/// <param name="Steps">Newton steps that were made.</param>
/// <param name="Loss">The mean log-loss over the rows, without the ridge; exact, so a disclosure.</param>
public sealed record LogisticFit(LogisticModel Model, int Steps, double Loss);

/// <summary>The logistic model of one owner's rows, in the clear and without noise: no privacy claim goes with it.</summary>
/// <remarks>
/// <para>Newton's method (iteratively reweighted least squares) on the mean log-loss plus ridge / 2 times the squared weights; the bias is not held down. Each step solves the normal equations by
/// Cholesky's decomposition and is halved until the loss falls. The loss is strictly convex where the ridge is above zero, so the result does not depend on a start.</para>
/// <para>Source: McCullagh, Nelder, "Generalized Linear Models", 2nd edition, 1989, section 2.5; Le Cessie, van Houwelingen, "Ridge Estimators in Logistic Regression", Applied Statistics 41, 1992.</para>
/// <para>Time is rows x parameters^2 a step: for at most some hundred features. Whoever sees the model learns of the rows what it says about them; for a claim, train with noise (<see cref="LocalTrainer"/>).</para>
/// </remarks>
public static class LogisticRegression
{
    /// <summary>The most features.</summary>
    public const int MostFeatures = 1000;

    private const int MostSteps = 100;
    private const double Enough = 1e-10;

    /// <summary>Fits.</summary>
    /// <param name="rows">At least one; secret.</param>
    /// <param name="ridge">Weight of the squared weights, above zero.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ArgumentException">There are no rows, or too many features.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The ridge is not above zero, or not finite.</exception>
    /// <exception cref="InvalidOperationException">No step makes the loss smaller, and the gradient is not small: the ridge is too weak for these rows.</exception>
    public static LogisticFit Fit(LabelledTable rows, double ridge)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.RowCount == 0 || rows.FeatureCount > MostFeatures)
        {
            throw new ArgumentException($"There is at least one row, of at most {MostFeatures} features.", nameof(rows));
        }

        if (!(ridge > 0 && double.IsFinite(ridge)))
        {
            throw new ArgumentOutOfRangeException(nameof(ridge), ridge, "A ridge is a finite number above zero.");
        }

        var n = rows.FeatureCount + 1;
        var (parameters, gradient, hessian) = (new double[n], new double[n], new double[n * n]);
        var scale = Standardisation.Of(rows.Schema);
        var loss = Loss(rows, parameters, ridge);
        for (var step = 0; step < MostSteps; step++)
        {
            Derivatives(rows, parameters, ridge, gradient, hessian);
            Cholesky.Solve(hessian, gradient); // the Newton step now stands in the gradient's place
            var largest = gradient.Max(Math.Abs);
            var length = 1.0;
            double[] next;
            double after;
            while ((after = Loss(rows, next = [.. parameters.Zip(gradient, (p, g) => p - (length * g))], ridge)) > loss && length * largest > Enough)
            {
                length /= 2;
            }

            if (after <= loss)
            {
                (parameters, loss) = (next, after);
            }

            if (length * largest <= Enough)
            {
                return largest < 1e-6
                    ? new LogisticFit(LogisticModel.Create(scale, parameters), step + 1, Loss(rows, parameters, 0))
                    : throw new InvalidOperationException("No step makes the loss smaller. Give a stronger ridge.");
            }
        }

        throw new InvalidOperationException($"Not done after {MostSteps} steps. Give a stronger ridge.");
    }

    /// <summary>Mean log-loss plus the ridge's part.</summary>
    private static double Loss(LabelledTable rows, double[] parameters, double ridge)
    {
        var sum = 0.0;
        for (var row = 0; row < rows.RowCount; row++)
        {
            var z = LogOdds(rows.Features(row), parameters);
            sum += Math.Max(z, 0) - (rows.Label(row) * z) + Math.Log(1 + Math.Exp(-Math.Abs(z)));
        }

        return (sum / rows.RowCount) + (ridge / 2 * parameters.AsSpan(0, parameters.Length - 1).ToArray().Sum(w => w * w));
    }

    private static void Derivatives(LabelledTable rows, double[] parameters, double ridge, double[] gradient, double[] hessian)
    {
        var n = parameters.Length;
        Array.Clear(gradient);
        Array.Clear(hessian);
        var x = new double[n];
        x[^1] = 1;
        for (var row = 0; row < rows.RowCount; row++)
        {
            rows.Features(row).CopyTo(x);
            var p = LogisticModel.Sigmoid(LogOdds(rows.Features(row), parameters));
            var (error, weight) = ((p - rows.Label(row)) / rows.RowCount, p * (1 - p) / rows.RowCount);
            for (var i = 0; i < n; i++)
            {
                gradient[i] += error * x[i];
                var wx = weight * x[i];
                for (var j = 0; j <= i; j++)
                {
                    hessian[(i * n) + j] += wx * x[j];
                }
            }
        }

        for (var i = 0; i < n - 1; i++)
        {
            gradient[i] += ridge * parameters[i];
            hessian[(i * n) + i] += ridge;
        }

        hessian[^1] += 1e-12; // the bias is not held down, but rows of one label alone must not divide by zero
    }

    private static double LogOdds(ReadOnlySpan<double> features, double[] parameters)
    {
        var sum = parameters[^1];
        for (var i = 0; i < features.Length; i++)
        {
            sum += parameters[i] * features[i];
        }

        return sum;
    }
}
