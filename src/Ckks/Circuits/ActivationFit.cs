namespace PrivacyGrains.Ckks.Circuits;

/// <summary>The polynomial of a degree that is nearest an activation on an interval, and how near it is.</summary>
/// <remarks>Found by exchange (<see cref="Minimax"/>). Outside the interval it may be anything: a network's numbers are to be measured first.</remarks>
/// <param name="Activation">What it stands for.</param>
/// <param name="Polynomial">In the Chebyshev basis.</param>
/// <param name="MaximumError">No point of the interval is off by more: certified, see <see cref="Fit"/>.</param>
/// <param name="Leveled">The least error among the points where the error alternates: no polynomial of the degree is nearer than this.</param>
public sealed record ActivationFit(Activation Activation, PolynomialLayer Polynomial, double MaximumError, double Leveled)
{
    private const int Nodes = 1 << 16;

    /// <summary>Fits.</summary>
    /// <param name="activation">Which.</param>
    /// <param name="from">The least number, at least -1000.</param>
    /// <param name="to">The greatest, above it, at most 1000.</param>
    /// <param name="degree">1 to <see cref="EncryptedModel.MostDegree"/>; one less comes out where the last coefficient is nothing, as for odd functions.</param>
    /// <returns>The fit. Its error is the greatest on 2^16 intervals, plus h^2 / 8 times a bound of the error's second derivative: nothing between two nodes is farther off.</returns>
    /// <exception cref="ArgumentException">The activation, the interval or the degree is out of range.</exception>
    public static ActivationFit Fit(Activation activation, double from, double to, int degree)
    {
        if (!Enum.IsDefined(activation))
        {
            throw new ArgumentException("An activation is sigmoid, tanh, relu or gelu.", nameof(activation));
        }

        if (!(from >= -1000 && to <= 1000 && to - from >= 1e-3))
        {
            throw new ArgumentException("An interval goes from at least -1000 up to at most 1000.", nameof(from));
        }

        if (degree is < 1 or > EncryptedModel.MostDegree)
        {
            throw new ArgumentException($"A degree is 1 to {EncryptedModel.MostDegree}.", nameof(degree));
        }

        var (middle, half) = ((from + to) / 2, (to - from) / 2);
        var (coefficients, leveled) = Minimax.Find(u => Activations.Evaluate(activation, middle + (half * u)), degree);
        var last = degree;
        while (last > 1 && Math.Abs(coefficients[last]) < 1e-13)
        {
            last--;
        }

        coefficients = coefficients[..(last + 1)];
        var polynomial = new PolynomialLayer([.. coefficients], from, to);
        return new ActivationFit(activation, polynomial, Certify(activation, polynomial, coefficients), leveled);
    }

    private static double Certify(Activation activation, PolynomialLayer polynomial, double[] coefficients)
    {
        var (from, to) = (polynomial.From, polynomial.To);
        var (largest, step) = (0.0, (to - from) / Nodes);
        for (var i = 0; i <= Nodes; i++)
        {
            largest = Math.Max(largest, Off(i == Nodes ? to : from + (i * step)));
        }

        // The rectifier bends at 0 alone: with 0 among the nodes it is straight between them.
        largest = from < 0 && to > 0 ? Math.Max(largest, Off(0)) : largest;
        var bend = ChebyshevSeries.Bound(ChebyshevSeries.Derivative(ChebyshevSeries.Derivative(coefficients))) * Math.Pow(2 / (to - from), 2);
        return largest + (step * step / 8 * (bend + Activations.Curvature(activation)));

        double Off(double x) => Math.Abs(Activations.Evaluate(activation, x) - polynomial.Evaluate(x));
    }
}
