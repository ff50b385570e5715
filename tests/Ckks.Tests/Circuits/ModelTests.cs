using PrivacyGrains.Ckks.Circuits;
using PrivacyGrains.Ckks.Parameters;
using Utf8 = System.Text.Encoding;

namespace PrivacyGrains.Ckks.Tests.Circuits;

public sealed class ModelTests
{
    private static readonly DenseLayer Dense = new(2, 3, [1, 2, 3, 4, 5, 6], [0.5, 0, -0.5]);
    private static readonly PolynomialLayer Square = new([0, 0, 1], -30, 30, PolynomialBasis.Monomial);

    [Fact]
    public void Score_GoesThroughTheLayers() =>
        Assert.Equal([9.5 * 9.5, 12.0 * 12, 14.5 * 14.5], EncryptedModel.Create(2, 2, [Dense, Square], ModelOutput.Linear).Score([1, 2]).Select(x => Math.Round(x, 9)));

    [Fact]
    public void TryRead_OfWhatWasWritten_IsTheModelWithItsDigest()
    {
        Assert.Null(EncryptedModel.TryCreate(2, ["age", "income"], 3, [Dense, Square, new DenseLayer(3, 1, [1, -1, 0], [0]), new PolynomialLayer([0.5, 0.2, 0, -0.01], 0, 8)], ModelOutput.Logistic, out var model));
        Assert.Null(EncryptedModelFile.TryRead(EncryptedModelFile.Write(model!), out var read));
        Assert.Equal(model!.Digest.ToArray(), read!.Digest.ToArray());
        Assert.Equal(["age", "income"], read.Names.ToArray());
        Assert.Equal(model.Score([0.1, 0.2]), read.Score([0.1, 0.2]));
        Assert.DoesNotContain("0.01", $"{read} {read.Layers[0]} {read.Layers[3]}", StringComparison.Ordinal);
    }

    [Fact]
    public void Digest_ChangesWithAnyNumberOrName()
    {
        EncryptedModel Model(double weight = 1, double bias = 0, double bound = 1, string name = "a", ModelOutput output = ModelOutput.Linear, double to = 1)
        {
            Assert.Null(EncryptedModel.TryCreate(1, [name], bound, [new DenseLayer(1, 1, [weight], [bias]), new PolynomialLayer([0, 1], -1, to)], output, out var model));
            return model!;
        }

        EncryptedModel[] models = [Model(), Model(weight: 2), Model(bias: 1), Model(bound: 2), Model(name: "b"), Model(output: ModelOutput.Logistic), Model(to: 2)];
        Assert.Equal(models.Length, models.Select(m => Convert.ToHexString(m.Digest.Span)).Distinct().Count());
        Assert.Equal(Model().Digest.ToArray(), models[0].Digest.ToArray());
    }

    public static TheoryData<string, string, string> Bad => new()
    {
        { "{", CircuitFaultCodes.Format, "model" },
        { """{"version":2,"layers":[]}""", CircuitFaultCodes.Format, "version" },
        { """{"version":1,"inputs":1,"inputBound":1,"output":"linear"}""", CircuitFaultCodes.Format, "layers" },
        { """{"version":1,"inputs":1,"inputBound":1,"layers":[],"output":"maybe"}""", CircuitFaultCodes.Format, "output" },
        { """{"version":1,"inputs":1,"inputBound":1,"layers":[],"output":"linear"}""", CircuitFaultCodes.Size, "layers" },
        { """{"version":1,"inputs":1,"inputBound":1,"layers":[null],"output":"linear"}""", CircuitFaultCodes.Format, "layers[0]" },
        { """{"version":1,"inputs":0,"inputBound":1,"layers":[],"output":"linear"}""", CircuitFaultCodes.Size, "inputs" },
        { """{"version":1,"inputs":1,"inputBound":0,"layers":[],"output":"linear"}""", CircuitFaultCodes.Number, "inputBound" },
        { """{"version":1,"inputs":1,"names":["a","b"],"inputBound":1,"layers":[],"output":"linear"}""", CircuitFaultCodes.Size, "names" },
        { """{"version":1,"inputs":1,"inputBound":1,"extra":1,"layers":[],"output":"linear"}""", CircuitFaultCodes.Format, "extra" },
        { Layered("""{"kind":"dense","inputs":2,"outputs":1,"weights":[1,2],"biases":[0]}"""), CircuitFaultCodes.Size, "layers[0].inputs" },
        { Layered("""{"kind":"dense","inputs":1,"outputs":1,"weights":[1,2],"biases":[0]}"""), CircuitFaultCodes.Size, "layers[0].weights" },
        { Layered("""{"kind":"dense","inputs":1,"outputs":2147483647,"weights":[1],"biases":[0]}"""), CircuitFaultCodes.Size, "layers[0].outputs" },
        { Layered("""{"kind":"dense","inputs":1,"outputs":1,"weights":[1],"biases":[]}"""), CircuitFaultCodes.Size, "layers[0].biases" },
        { Layered("""{"kind":"dense","inputs":1,"outputs":1,"weights":[1e300],"biases":[0]}"""), CircuitFaultCodes.Number, "layers[0].weights[0]" },
        { Layered("""{"kind":"dense","inputs":1,"outputs":1,"weights":[0],"biases":[0]}"""), CircuitFaultCodes.Number, "layers[0].weights" },
        { Layered("""{"kind":"dense","inputs":1,"outputs":1,"weights":[1],"biases":[1e10]}"""), CircuitFaultCodes.Number, "layers[0].biases[0]" },
        { Layered("""{"kind":"polynomial","coefficients":[1],"from":0,"to":1,"basis":"chebyshev"}"""), CircuitFaultCodes.Size, "layers[0].coefficients" },
        { Layered("""{"kind":"polynomial","coefficients":[1,0],"from":0,"to":1,"basis":"chebyshev"}"""), CircuitFaultCodes.Number, "layers[0].coefficients" },
        { Layered("""{"kind":"polynomial","coefficients":[1,1],"from":1,"to":1,"basis":"chebyshev"}"""), CircuitFaultCodes.Number, "layers[0].interval" },
        { Layered("""{"kind":"polynomial","coefficients":[1,1],"from":0,"to":1,"basis":"fourier"}"""), CircuitFaultCodes.Format, "layers[0]" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void TryRead_OfABadModel_NamesTheField(string json, string code, string field)
    {
        var fault = EncryptedModelFile.TryRead(Utf8.UTF8.GetBytes(json), out var model);
        Assert.Null(model);
        Assert.Equal((code, field), (fault!.Code, fault.Field));
    }

    [Fact]
    public void TryPlan_WhereThePrimesDoNotHoldTheCircuit_SaysHowManyWould()
    {
        var model = EncryptedModel.Logistic([1, 2], 0, 1, new PolynomialLayer([0.5, 0.2, 0, -0.01], -8, 8));
        var fault = ScoringPlan.TryPlan(CkksParameters.OfBits(8192, 60, 40, 40, 60), model, ScoringLayout.Batched, null, out var plan);
        Assert.Null(plan);
        Assert.Equal((CircuitFaultCodes.Depth, "parameters.primes", 4), (fault!.Code, fault.Field, fault.DataPrimesNeeded));
    }

    [Theory]
    [InlineData(4096, new[] { 60 }, ScoringLayout.Packed, 1.0, CircuitFaultCodes.SpecialPrime)]
    [InlineData(4096, new[] { 40, 20, 40 }, ScoringLayout.Batched, 1.0, CircuitFaultCodes.Precision)]
    [InlineData(1024, new[] { 27 }, ScoringLayout.Batched, 1e9, CircuitFaultCodes.Modulus)]
    public void TryPlan_OfWhatCannotBeComputed_IsRefusedByCode(int degree, int[] bits, ScoringLayout layout, double weight, string code) =>
        Assert.Equal(code, ScoringPlan.TryPlan(CkksParameters.OfBits(degree, bits), EncryptedModel.Linear([weight, 1], 0, 1), layout, null, out _)?.Code);

    [Fact]
    public void TryPlan_OfARowThatDoesNotFit_IsRefused() =>
        Assert.Equal(CircuitFaultCodes.Slots, ScoringPlan.TryPlan(CkksParameters.OfBits(4096, 44, 43, 22), EncryptedModel.Linear(Enumerable.Repeat(0.1, 3000).ToArray(), 0, 1), ScoringLayout.Packed, null, out _)?.Code);

    [Fact]
    public void Plan_OfALinearModel_NeedsNoKeysInTheBatchedLayout()
    {
        var plan = ScoringPlan.Create(CkksParameters.OfBits(8192, 60, 40, 40, 60), EncryptedModel.Linear([1, 0, 2], 0, 1), ScoringLayout.Batched);
        Assert.Equal((false, 0, 3, 1, 4096, 1, 2), (plan.NeedsRelinearization, plan.RotationSteps.Length, plan.InputCount, plan.AnswerCount, plan.Rows, plan.Depth, plan.PlainMultiplications));
        Assert.Equal((3 * 393329, 131185), (plan.BytesIn, plan.BytesOut));
    }

    private static string Layered(string layer) => $$"""{"version":1,"inputs":1,"inputBound":1,"layers":[{{layer}}],"output":"linear"}""";
}
