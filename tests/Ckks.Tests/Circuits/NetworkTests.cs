using PrivacyGrains.Ckks.Circuits;
using PrivacyGrains.Ckks.Parameters;
using Xunit.Abstractions;

namespace PrivacyGrains.Ckks.Tests.Circuits;

/// <summary>Polynomials of any degree in the least depth, and networks, within the errors that their plans state.</summary>
public sealed class NetworkTests(ITestOutputHelper output)
{
    private static readonly PlanOptions Loose = new() { LeastFloodingBits = -20, MostRelativeError = 0.1 };

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(4, 3)]
    [InlineData(7, 3)]
    [InlineData(13, 4)]
    [InlineData(31, 5)]
    [InlineData(63, 6)]
    public void Score_OfAPolynomial_TakesTheLeastDepthAndStaysWithinTheStatedError(int degree, int depth)
    {
        var coefficients = CircuitBench.Weights(degree + 1, 1);
        var model = EncryptedModel.Create(1, 2.5, [new PolynomialLayer([.. coefficients], -2, 2.5)], ModelOutput.Linear);
        var bits = new[] { 60 }.Concat(Enumerable.Repeat(40, depth)).Append(60).ToArray();
        using var bench = new CircuitBench(CkksParameters.OfBits(depth > 2 ? 16384 : 8192, bits), model, ScoringLayout.Batched, Loose);
        Assert.Equal(depth, bench.Plan.Depth);
        double[][] rows = [.. Enumerable.Range(0, bench.Context.SlotCount).Select(i => new[] { -2 + (4.5 * i / (bench.Context.SlotCount - 1)) })];
        Report(bench, rows, 3000);
    }

    [Fact]
    public void Score_OfANetworkOfThreeLayers_IsTheNetworkWithinTheStatedError_InBothLayouts()
    {
        DenseLayer Dense(int inputs, int outputs, double size, int seed) => new(inputs, outputs, [.. CircuitBench.Weights((inputs * outputs) + seed, size)[seed..]], [.. CircuitBench.Weights(outputs + seed, 0.2)[seed..]]);
        var network = new ClearNetwork([new(Dense(64, 32, 0.2, 1), Activation.Relu), new(Dense(32, 16, 0.3, 2), Activation.Relu), new(Dense(16, 10, 0.5, 3), null)]);
        var rows = CircuitBench.RandomRows(200, 64, 1);
        var choices = network.Ranges(rows).Select(r => new ActivationChoice(r.Least * 1.3, r.Greatest * 1.3, 3)).ToArray();
        Assert.Null(network.TryReplace([], 1, choices, out var model, out _));
        var parameters = CkksParameters.OfBits(16384, 60, 40, 40, 40, 40, 40, 40, 40, 60);
        using (var bench = new CircuitBench(parameters, model!, ScoringLayout.Packed, Loose))
        {
            Assert.Equal(7, bench.Plan.Depth);
            Report(bench, rows[..1], 3000);
        }

        using (var bench = new CircuitBench(parameters, model!, ScoringLayout.Batched, Loose))
        {
            Report(bench, rows, 3000);
        }
    }

    [Theory]
    [InlineData(5, 12, 3)]
    [InlineData(16, 4, 1)]
    [InlineData(1, 9, 2)]
    public void Score_OfPackedLayersOfAnyShape_IsTheModel(int inputs, int hidden, int outputs)
    {
        var model = EncryptedModel.Create(
            inputs, 1,
            [
                new DenseLayer(inputs, hidden, [.. CircuitBench.Weights(inputs * hidden, 0.5)], [.. CircuitBench.Weights(hidden, 1)]),
                new DenseLayer(hidden, outputs, [.. CircuitBench.Weights(hidden * outputs, 0.5)], [.. CircuitBench.Weights(outputs, 1)]),
            ],
            ModelOutput.Linear);
        using var bench = new CircuitBench(CkksParameters.OfBits(8192, 60, 40, 40, 60), model, ScoringLayout.Packed, Loose);
        Report(bench, CircuitBench.RandomRows(1, inputs, 1), 3000);
    }

    private void Report(CircuitBench bench, double[][] rows, double mostLoose)
    {
        var plan = bench.Plan;
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var inputs = bench.Encrypt(rows);
        var encrypted = watch.ElapsedMilliseconds;
        var answers = bench.Score(inputs, threads: 2);
        var scored = watch.ElapsedMilliseconds - encrypted;
        var clean = bench.Error(rows, answers);
        var flooded = bench.Error(rows, bench.Score(inputs, bench.Flooding(), threads: 2));
        output.WriteLine($"{plan} {plan.Model} circuit {clean:G3} <= {plan.CircuitErrorBound:G3}, flooded 2^-{plan.FloodingBits} {flooded:G3} <= {plan.AnswerErrorBound:G3}; mults {plan.Multiplications}, plain {plan.PlainMultiplications}, rotations {plan.Rotations} (steps {string.Join(' ', plan.RotationSteps)}), prepared {plan.PreparedBytes >> 20} MB; {scored} ms");
        Assert.InRange(clean, plan.CircuitErrorBound / mostLoose, plan.CircuitErrorBound);
        Assert.InRange(flooded, 0, plan.AnswerErrorBound);
    }
}
