using PrivacyGrains.Ckks.Circuits;
using Xunit.Abstractions;

namespace PrivacyGrains.Ckks.Tests.Circuits;

public sealed class ParameterTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(0, 8192)]
    [InlineData(1, 16384)]
    [InlineData(2, 16384)]
    [InlineData(3, 32768)]
    public void TryChoose_TakesTheSmallestDegreeThatIsGoodEnough(int activations, int degree)
    {
        var layers = new List<ModelLayer>();
        for (var i = 0; i < activations; i++)
        {
            layers.Add(new DenseLayer(8, 8, [.. CircuitBench.Weights(64, 0.3)], [.. CircuitBench.Weights(8, 0.1)]));
            layers.Add(new PolynomialLayer([0.5, 0.3, 0.1, -0.05], -3, 3));
        }

        var model = EncryptedModel.Create(8, 1, [.. layers, new DenseLayer(8, 2, [.. CircuitBench.Weights(16, 1)], [0, 0])], ModelOutput.Linear);
        Assert.Null(CircuitParameters.TryChoose(model, null, out var parameters));
        var plan = ScoringPlan.Create(parameters!, model, ScoringLayout.Batched);
        output.WriteLine($"{plan} {string.Join(' ', parameters!.Primes.Select(p => (int)Math.Round(Math.Log2(p))))}: {plan.AnswerErrorBound:G3}, k = {plan.FloodingBits}");
        Assert.Equal(degree, parameters!.Degree);
        Assert.True(plan.AnswerErrorBound <= 1e-3 * plan.AnswerBound);
    }

    [Fact]
    public void TryChoose_OfADepthThatNothingHolds_SaysSo()
    {
        var polynomial = new PolynomialLayer([.. CircuitBench.Weights(64, 1)], -1, 1);
        var model = EncryptedModel.Create(1, 1, [polynomial, polynomial, polynomial, polynomial], ModelOutput.Linear);
        var fault = CircuitParameters.TryChoose(model, null, out var parameters);
        Assert.Null(parameters);
        Assert.Equal((CircuitFaultCodes.Depth, 25), (fault!.Code, fault.DataPrimesNeeded));
    }
}
