using PrivacyGrains.Ckks.Circuits;
using PrivacyGrains.Ckks.Parameters;
using Xunit.Abstractions;

namespace PrivacyGrains.Ckks.Tests.Circuits;

/// <summary>Each circuit answers what the model answers in the clear, within the error that its plan states and not far below it.</summary>
public sealed class ScoringTests(ITestOutputHelper output)
{
    // sigmoid on [-8, 8] at Chebyshev points, degree 3 and 7: the circuit is tested against the polynomial itself.
    private static PolynomialLayer Sigmoid(int degree) => new([.. ChebyshevSeries.Interpolate(x => 1 / (1 + Math.Exp(-x)), -8, 8, degree)], -8, 8);

    [Theory]
    [InlineData(8192, new[] { 60, 40, 40, 60 }, 30, ScoringLayout.Batched)]
    [InlineData(4096, new[] { 44, 43, 22 }, 6, ScoringLayout.Batched)]
    [InlineData(16384, new[] { 60, 40, 40, 40, 40, 40, 40, 60 }, 64, ScoringLayout.Batched)]
    [InlineData(8192, new[] { 60, 40, 40, 60 }, 30, ScoringLayout.Packed)]
    [InlineData(16384, new[] { 60, 40, 40, 60 }, 64, ScoringLayout.Packed)]
    public void Score_OfALinearModel_IsTheClearScoreWithinTheStatedError(int degree, int[] bits, int width, ScoringLayout layout)
    {
        var model = EncryptedModel.Linear(CircuitBench.Weights(width, 1), 0.25, 4);
        Check(CkksParameters.OfBits(degree, bits), model, layout, 1000);
    }

    [Fact]
    public void Score_AtAnInputScaleThatTheClientMustHave_IsTheClearScoreWithinTheStatedError()
    {
        var options = new PlanOptions { InputScaleBits = 40 };
        var model = EncryptedModel.Linear(CircuitBench.Weights(30, 1), 0.25, 4);
        var parameters = CkksParameters.OfBits(8192, 60, 40, 40, 60);
        Assert.Equal(1099511627776, ScoringPlan.Create(parameters, model, ScoringLayout.Batched, options).InputScale);
        Check(parameters, model, ScoringLayout.Batched, 1000, options with { LeastFloodingBits = -4 });
        Assert.Equal("inputScaleBits", ScoringPlan.TryPlan(parameters, model, ScoringLayout.Batched, options with { InputScaleBits = 139 }, out _)!.Field);
    }

    [Theory]
    [InlineData(16384, new[] { 60, 40, 40, 40, 60 }, 3, ScoringLayout.Batched)]
    [InlineData(16384, new[] { 60, 50, 50, 50, 50, 60 }, 7, ScoringLayout.Batched)]
    [InlineData(16384, new[] { 60, 40, 40, 40, 40, 60 }, 7, ScoringLayout.Packed)]
    public void Score_OfALogisticModel_IsItsPolynomialWithinTheStatedError(int degree, int[] bits, int polynomial, ScoringLayout layout)
    {
        var model = EncryptedModel.Logistic(CircuitBench.Weights(24, 0.5), -0.5, 0.6, Sigmoid(polynomial));
        Check(CkksParameters.OfBits(degree, bits), model, layout, 1000);
    }

    private void Check(CkksParameters parameters, EncryptedModel model, ScoringLayout layout, double mostLoose, PlanOptions? options = null)
    {
        using var bench = new CircuitBench(parameters, model, layout, options);
        var plan = bench.Plan;
        var rows = CircuitBench.RandomRows(layout == ScoringLayout.Batched ? bench.Context.SlotCount : 1, model.Inputs, model.InputBound);
        var inputs = bench.Encrypt(rows);
        var clean = bench.Error(rows, bench.Score(inputs));
        var flooded = bench.Error(rows, bench.Score(inputs, bench.Flooding(), threads: 2));
        output.WriteLine($"{plan} depth {plan.Depth} circuit {clean:G3} <= {plan.CircuitErrorBound:G3}, flooded 2^-{plan.FloodingBits} {flooded:G3} <= {plan.AnswerErrorBound:G3}, scale 2^{Math.Log2(plan.InputScale):F1} -> 2^{Math.Log2(plan.AnswerScale):F1} at {plan.AnswerLevel}, flood 2^{Math.Log2(plan.FloodingDeviation):F1} of 2^{Math.Log2(plan.FloodingScale):F1}, steps {string.Join(' ', plan.RotationSteps)}");
        Assert.InRange(clean, plan.CircuitErrorBound / mostLoose, plan.CircuitErrorBound);
        Assert.InRange(flooded, plan.AnswerErrorBound / mostLoose, plan.AnswerErrorBound);
    }
}
