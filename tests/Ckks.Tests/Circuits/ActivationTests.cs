using PrivacyGrains.Ckks.Circuits;
using Xunit.Abstractions;

namespace PrivacyGrains.Ckks.Tests.Circuits;

public sealed class ActivationTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(Activation.Sigmoid, -8, 8, 3)]
    [InlineData(Activation.Sigmoid, -8, 8, 7)]
    [InlineData(Activation.Sigmoid, -8, 8, 15)]
    [InlineData(Activation.Sigmoid, -3, 12, 9)]
    [InlineData(Activation.Tanh, -4, 4, 7)]
    [InlineData(Activation.Relu, -5, 5, 4)]
    [InlineData(Activation.Relu, -5, 7, 15)]
    [InlineData(Activation.Gelu, -6, 6, 8)]
    [InlineData(Activation.Sigmoid, -20, 20, 63)]
    public void Fit_IsTheNearestPolynomial_AndItsErrorHoldsEverywhere(Activation activation, double from, double to, int degree)
    {
        var fit = ActivationFit.Fit(activation, from, to, degree);

        // The grid of the exchange does not hold the rectifier's bend: three in a thousand.
        // De la Vallée Poussin: no polynomial of the degree is nearer than the least of alternating errors; this one is as near.
        output.WriteLine($"{activation} {degree} on [{from}, {to}]: {fit.MaximumError:G6}, at least {fit.Leveled:G6}");
        Assert.InRange(fit.MaximumError, fit.Leveled, (1.003 * fit.Leveled) + 1e-7);
        var largest = Enumerable.Range(0, 999_983).Max(i => Off(fit, from + ((to - from) * i / 999_982.0)));
        Assert.InRange(largest, 0.99 * fit.Leveled, fit.MaximumError);
    }

    [Fact]
    public void Fit_OfTheRectifierByAParabola_IsTheKnownOne()
    {
        // |x| on [-1, 1] is nearest to x^2 + 1/8, off by 1/8; max(x, 0) is (x + |x|) / 2.
        var fit = ActivationFit.Fit(Activation.Relu, -1, 1, 2);
        Assert.Equal(0.0625, fit.Leveled, 6);
        Assert.Equal(0.0625, fit.Polynomial.Evaluate(0), 5);
        Assert.Equal(0.5 + 0.5625 - 0.5 + 0.5, fit.Polynomial.Evaluate(1), 5);
    }

    [Theory]
    [InlineData(0.0, 0.0)]
    [InlineData(1.0, 0.8413447460685429)]
    [InlineData(-1.0, -0.15865525393145707)]
    [InlineData(3.0, 2.9959503059051096)]
    [InlineData(-5.0, -1.4332578484e-6)]
    public void Gelu_IsXTimesTheNormalDistribution(double x, double expected) => Assert.Equal(expected, Activations.Evaluate(Activation.Gelu, x), 12);

    [Fact]
    public void TryReplace_SaysWhatReplacingCost()
    {
        var (a, b) = (CircuitBench.Weights(8 * 6, 0.5), CircuitBench.Weights(6 * 3, 0.8));
        var network = new ClearNetwork([new(new DenseLayer(8, 6, [.. a], [.. new double[6]]), Activation.Tanh), new(new DenseLayer(6, 3, [.. b], [0.1, 0, -0.1]), null)]);
        var rows = CircuitBench.RandomRows(500, 8, 1);
        var range = Assert.Single(network.Ranges(rows));

        Assert.Null(network.TryReplace([], 1, [new ActivationChoice(range.Least - 0.1, range.Greatest + 0.1, 15)], out var near, out var fits));
        var good = network.Measure(near!, rows);
        Assert.True(good.LargestDifference <= 6 * 0.8 * fits[0].MaximumError, $"{good}");
        Assert.Equal((500, 0), (good.Rows, good.RowsOutside));
        Assert.True(good.LabelAgreement > 0.99);

        Assert.Null(network.TryReplace([], 1, [new ActivationChoice(-0.2, 0.2, 3)], out var far, out _));
        var bad = network.Measure(far!, rows);
        Assert.True(bad.RowsOutside > 400 && bad.LargestDifference > good.LargestDifference && bad.LabelAgreement < 1, $"{bad}");

        Assert.Equal("choices[0]", network.TryReplace([], 1, [new ActivationChoice(1, 0, 3)], out _, out _)!.Field);
        Assert.Equal("choices", network.TryReplace([], 1, [], out _, out _)!.Field);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public void ToChebyshev_OfPowers_IsTheSamePolynomial(int degree)
    {
        var p = new PolynomialLayer([.. CircuitBench.Weights(degree + 1, 1)], -2, 5, PolynomialBasis.Monomial);
        var q = new PolynomialLayer([.. p.ToChebyshev()], -2, 5);
        Assert.All(Enumerable.Range(0, 70), i => Assert.Equal(p.Evaluate(-2 + (0.1 * i)), q.Evaluate(-2 + (0.1 * i)), 8));
    }

    private static double Off(ActivationFit fit, double x) => Math.Abs(Activations.Evaluate(fit.Activation, x) - fit.Polynomial.Evaluate(x));
}
