using System.Collections.Immutable;

namespace PrivacyGrains.Ckks.Circuits;

/// <summary>One step of a model. Its numbers are the model owner's secret: <see cref="object.ToString"/> tells shapes only.</summary>
public abstract record ModelLayer
{
    private protected ModelLayer()
    {
    }
}

/// <summary>y = x W + b.</summary>
/// <param name="Inputs">Rows of W, at least 1.</param>
/// <param name="Outputs">Columns of W, at least 1.</param>
/// <param name="Weights">inputs x outputs finite numbers, row-major: from input i to output j at i outputs + j.</param>
/// <param name="Biases">One finite number for each output.</param>
public sealed record DenseLayer(int Inputs, int Outputs, ImmutableArray<double> Weights, ImmutableArray<double> Biases) : ModelLayer
{
    /// <inheritdoc/>
    public override string ToString() => $"dense {Inputs} x {Outputs}";
}

/// <summary>What a polynomial's coefficients multiply.</summary>
public enum PolynomialBasis
{
    /// <summary>1, x, x^2, ...</summary>
    Monomial,

    /// <summary>The Chebyshev polynomials T_0, T_1, T_2, ... of (2x - from - to) / (to - from).</summary>
    Chebyshev,
}

/// <summary>A polynomial of each number, meant for numbers between two bounds: outside them it may be anything.</summary>
/// <param name="Coefficients">Lowest first, 2 to <see cref="EncryptedModel.MostDegree"/> + 1 finite numbers, the last not zero.</param>
/// <param name="From">The least number that it is meant for.</param>
/// <param name="To">The greatest, above <paramref name="From"/>.</param>
/// <param name="Basis">What the coefficients multiply.</param>
public sealed record PolynomialLayer(ImmutableArray<double> Coefficients, double From, double To, PolynomialBasis Basis = PolynomialBasis.Chebyshev) : ModelLayer
{
    /// <summary>The degree.</summary>
    public int Degree => Coefficients.Length - 1;

    /// <summary>Levels that it takes: the least that products can do, ceil(log2(degree + 1)).</summary>
    public int Depth => 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)Degree);

    /// <summary>Its value.</summary>
    /// <param name="x">A number.</param>
    /// <returns>p(x).</returns>
    public double Evaluate(double x)
    {
        if (Basis == PolynomialBasis.Chebyshev)
        {
            return ChebyshevSeries.Evaluate(Coefficients.AsSpan(), ((2 * x) - From - To) / (To - From));
        }

        var sum = 0.0;
        for (var i = Coefficients.Length - 1; i >= 0; i--)
        {
            sum = (sum * x) + Coefficients[i];
        }

        return sum;
    }

    /// <summary>The coefficients in the Chebyshev basis of the interval.</summary>
    /// <returns>As many.</returns>
    internal double[] ToChebyshev() => Basis == PolynomialBasis.Chebyshev ? [.. Coefficients] : ChebyshevSeries.Interpolate(Evaluate, From, To, Degree);

    /// <inheritdoc/>
    public override string ToString() => $"polynomial of degree {Degree} on [{From:R}, {To:R}]";
}
