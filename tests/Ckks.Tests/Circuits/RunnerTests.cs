using System.Runtime.Intrinsics;
using PrivacyGrains.Ckks.Circuits;
using PrivacyGrains.Ckks.Evaluation;
using PrivacyGrains.Ckks.Keys;
using PrivacyGrains.Ckks.Modular.Lanes;
using PrivacyGrains.Ckks.Parameters;

namespace PrivacyGrains.Ckks.Tests.Circuits;

/// <summary>What a runner computes is, word for word, what an evaluator's operations compute one by one; it refuses what the plan does not state.</summary>
public sealed class RunnerTests : IDisposable
{
    private static readonly CkksParameters Parameters = CkksParameters.OfBits(8192, 60, 40, 40, 60);

    private readonly CircuitBench _bench = new(Parameters, EncryptedModel.Linear([.. CircuitBench.Weights(7, 1), 0, 0.5], -0.25, 2), ScoringLayout.Batched);

    [Fact]
    public void Score_OfALinearModel_IsMultiplyScalarAndAddWordForWord()
    {
        var (plan, evaluator) = (_bench.Plan, new CkksEvaluator(_bench.Context));
        var inputs = _bench.Encrypt(CircuitBench.RandomRows(100, 9, 2));
        var scale = plan.FloodingScale / plan.InputScale;
        var dense = (DenseLayer)plan.Model.Layers[0];
        var (sum, term) = (new Ciphertext(), new Ciphertext());
        evaluator.MultiplyScalar(inputs[0], dense.Weights[0], scale, sum);
        for (var i = 1; i < inputs.Length; i++)
        {
            if (dense.Weights[i] != 0)
            {
                evaluator.MultiplyScalar(inputs[i], dense.Weights[i], scale, term);
                evaluator.Add(sum, term, sum);
            }
        }

        evaluator.AddScalar(sum, dense.Biases[0], sum);
        while (sum.PrimeCount > plan.AnswerLevel)
        {
            evaluator.Rescale(sum, sum);
        }

        foreach (var threads in new[] { 1, 2, 3 })
        {
            Assert.True(sum.Words.SequenceEqual(_bench.Score(inputs, threads: threads)[0].Words));
        }
    }

    [Fact]
    public void Sums_AtEveryWidth_AreTheSame_AtTheEdgesToo()
    {
        // Seven sources: one group of four and three alone. Every word the largest residue, or whatever encryption gave.
        var inputs = _bench.Encrypt(CircuitBench.RandomRows(9, 9, 2))[..7];
        inputs[0].Residues(1, 0).Fill(_bench.Context.Moduli[0].Value - 1);
        inputs[5].Residues(1, 0).Fill(_bench.Context.Moduli[0].Value - 1);
        var sums = new ScalarSums(_bench.Context, 3, [1e30, -5, 1, 1099511627776, -1e12, 3, 7e15]);
        var (one, four, eight) = (new Ciphertext(), new Ciphertext(), new Ciphertext());
        foreach (var adds in new[] { false, true })
        {
            Ciphertext[] made = [one, four, eight];
            foreach (var ciphertext in made)
            {
                ciphertext.CopyFrom(inputs[6]);
            }

            for (var part = 0; part < 6; part++)
            {
                sums.Part<ulong, Lanes64>(inputs, part / 3, part % 3, adds, one);
                if (Lanes256.IsSupported)
                {
                    sums.Part<Vector256<ulong>, Lanes256>(inputs, part / 3, part % 3, adds, four);
                    Assert.True(one.Residues(part / 3, part % 3).SequenceEqual(four.Residues(part / 3, part % 3)));
                }

                if (Lanes512.IsSupported)
                {
                    sums.Part<Vector512<ulong>, Lanes512>(inputs, part / 3, part % 3, adds, eight);
                    Assert.True(one.Residues(part / 3, part % 3).SequenceEqual(eight.Residues(part / 3, part % 3)));
                }
            }
        }
    }

    [Theory]
    [InlineData(ScoringLayout.Batched)]
    [InlineData(ScoringLayout.Packed)]
    public void Score_BehindAnotherEvaluatorOrOnMoreThreads_HasTheSameWords(ScoringLayout layout)
    {
        var model = EncryptedModel.Create(
            5, 1, [new DenseLayer(5, 3, [.. CircuitBench.Weights(15, 0.5)], [0.1, 0.2, 0.3]), new PolynomialLayer([0.5, 0.25, 0.1, -0.02], -2, 3), new DenseLayer(3, 2, [.. CircuitBench.Weights(6, 1)], [0, 1])],
            ModelOutput.Linear);
        using var bench = new CircuitBench(CkksParameters.OfBits(16384, 60, 40, 40, 40, 40, 60), model, layout, new PlanOptions { LeastFloodingBits = -9 });
        var inputs = bench.Encrypt(CircuitBench.RandomRows(1, 5, 1));
        var expected = bench.Score(inputs);
        var threaded = bench.Score(inputs, threads: 2);
        var others = expected.Select(_ => new Ciphertext()).ToArray();
        Assert.Null(new ScoringRunner(bench.Circuit, 1, c => new Plain(new CkksEvaluator(c))).TryScore(inputs, bench.Relinearization, bench.Rotations, null, others));
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(expected[i].Words.SequenceEqual(threaded[i].Words));
            Assert.True(expected[i].Words.SequenceEqual(others[i].Words));
        }
    }

    [Fact]
    public void Score_OfInputsWithMorePrimesThanNeeded_ReadsTheFirstOnes()
    {
        using var bench = new CircuitBench(CkksParameters.OfBits(16384, 60, 40, 40, 40, 40, 60), _bench.Plan.Model, ScoringLayout.Batched);
        var rows = CircuitBench.RandomRows(50, 9, 2);
        var inputs = bench.Encrypt(rows);
        var evaluator = new CkksEvaluator(bench.Context);
        var lowered = inputs.Select(c =>
        {
            var low = new Ciphertext();
            evaluator.DropTo(c, bench.Plan.LeastInputLevel, low);
            return low;
        }).ToArray();
        Assert.True(bench.Plan.LeastInputLevel < bench.Plan.InputLevel);
        Assert.True(bench.Score(inputs)[0].Words.SequenceEqual(bench.Score(lowered)[0].Words));
    }

    [Fact]
    public void TryScore_AgainWithTheSameMemory_AllocatesNothing()
    {
        var runner = new ScoringRunner(_bench.Circuit);
        var (inputs, answers) = (_bench.Encrypt(CircuitBench.RandomRows(4, 9, 2)), new[] { new Ciphertext() });
        for (var i = 0; i < 3; i++)
        {
            Assert.Null(runner.TryScore(inputs, null, null, null, answers));
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        runner.TryScore(inputs, null, null, null, answers);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void TryScore_Cancelled_Stops()
    {
        var inputs = _bench.Encrypt(CircuitBench.RandomRows(4, 9, 2));
        Assert.Throws<OperationCanceledException>(() => new ScoringRunner(_bench.Circuit).TryScore(inputs, null, null, null, [new Ciphertext()], new CancellationToken(true)));
    }

    [Fact]
    public void TryScore_OfWhatThePlanDoesNotState_IsRefusedByField()
    {
        var runner = new ScoringRunner(_bench.Circuit);
        var inputs = _bench.Encrypt(CircuitBench.RandomRows(4, 9, 2));
        Assert.Equal((CircuitFaultCodes.Inputs, "inputs"), Fault(runner.Check(inputs[1..], null, null)));
        var other = new Ciphertext();
        other.CopyFrom(inputs[2]);
        other.Scale *= 2;
        inputs[2] = other;
        Assert.Equal((CircuitFaultCodes.Inputs, "inputs[2].scale"), Fault(runner.Check(inputs, null, null)));
        other.Resize(2, 1, other.Degree);
        Assert.Equal((CircuitFaultCodes.Inputs, "inputs[2]"), Fault(runner.Check(inputs, null, null)));

        using var packed = new CircuitBench(Parameters, _bench.Plan.Model, ScoringLayout.Packed);
        var row = packed.Encrypt(CircuitBench.RandomRows(1, 9, 2));
        Assert.Equal((CircuitFaultCodes.Keys, "galoisKeys"), Fault(new ScoringRunner(packed.Circuit).Check(row, null, null)));

        using var square = new CircuitBench(Parameters, EncryptedModel.Create(1, 1, [new PolynomialLayer([0, 0, 1], -1, 1)], ModelOutput.Linear), ScoringLayout.Batched, new PlanOptions { LeastFloodingBits = -9 });
        Assert.Equal((CircuitFaultCodes.Keys, "relinearizationKeys"), Fault(new ScoringRunner(square.Circuit).Check(square.Encrypt([[0.5]]), null, null)));
    }

    public void Dispose() => _bench.Dispose();

    private static (string?, string?) Fault(CircuitFault? fault) => (fault?.Code, fault?.Field);

    /// <summary>An evaluator that is not the managed one by its type.</summary>
    private sealed class Plain(ICkksEvaluator inner) : ICkksEvaluator
    {
        public CkksContext Context => inner.Context;

        public void Add(Ciphertext a, Ciphertext b, Ciphertext destination) => inner.Add(a, b, destination);

        public void Subtract(Ciphertext a, Ciphertext b, Ciphertext destination) => inner.Subtract(a, b, destination);

        public void Negate(Ciphertext a, Ciphertext destination) => inner.Negate(a, destination);

        public void AddPlain(Ciphertext a, Plaintext p, Ciphertext destination) => inner.AddPlain(a, p, destination);

        public void MultiplyPlain(Ciphertext a, Plaintext p, Ciphertext destination) => inner.MultiplyPlain(a, p, destination);

        public void MultiplyScalar(Ciphertext a, double value, double scale, Ciphertext destination) => inner.MultiplyScalar(a, value, scale, destination);

        public void AddScalar(Ciphertext a, double value, Ciphertext destination) => inner.AddScalar(a, value, destination);

        public void Multiply(Ciphertext a, Ciphertext b, Ciphertext destination) => inner.Multiply(a, b, destination);

        public void Square(Ciphertext a, Ciphertext destination) => inner.Square(a, destination);

        public void Relinearize(Ciphertext a, RelinearizationKeys keys, Ciphertext destination) => inner.Relinearize(a, keys, destination);

        public void Rescale(Ciphertext a, Ciphertext destination) => inner.Rescale(a, destination);

        public void DropTo(Ciphertext a, int primeCount, Ciphertext destination) => inner.DropTo(a, primeCount, destination);

        public void Rotate(Ciphertext a, int steps, GaloisKeys keys, Ciphertext destination) => inner.Rotate(a, steps, keys, destination);

        public void Conjugate(Ciphertext a, GaloisKeys keys, Ciphertext destination) => inner.Conjugate(a, keys, destination);
    }
}
