using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Ckks.Circuits;
using PrivacyGrains.Ckks.Flooding;
using PrivacyGrains.Ckks.Parameters;

namespace PrivacyGrains.Ckks.Tests.Circuits;

/// <summary>Answers tell the score and nothing else: what a client with the secret key can still see below the score is the flooding's, not the model's.</summary>
public sealed class FloodingTests
{
    private static readonly CkksParameters Parameters = CkksParameters.OfBits(8192, 60, 40, 40, 60);
    private static readonly double[] Row = [0.5, -0.25, 0.75, 1.0];

    [Fact]
    public void Score_OfOneCiphertextTwice_IsTwoDifferentAnswersWithOneScore()
    {
        using var bench = new CircuitBench(Parameters, EncryptedModel.Linear([1, 2, 3, 4], 0, 1), ScoringLayout.Batched);
        var inputs = bench.Encrypt([Row]);
        var (first, second) = (bench.Score(inputs, bench.Flooding())[0], bench.Score(inputs, bench.Flooding())[0]);

        for (var polynomial = 0; polynomial < 2; polynomial++)
        {
            var same = first.Polynomial(polynomial).ToArray().Zip(second.Polynomial(polynomial).ToArray(), (a, b) => a == b).Count(equal => equal);
            Assert.True(same < 3, $"{same} of {bench.Context.Degree} words of polynomial {polynomial} are the same");
        }

        Assert.InRange(Math.Abs(bench.Decrypt(first)[0] - bench.Decrypt(second)[0]), 1e-12, 2 * bench.Plan.AnswerErrorBound);
        var plain = bench.Score(inputs)[0];
        Assert.True(plain.Words.SequenceEqual(bench.Score(inputs)[0].Words));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Answers_OfTwoModelsWithOneScore_AreToldApartByTheirErrors_UnlessFlooded(bool floods)
    {
        // Both score 2.5 on every row that the client sends; the client knows its rows, its key and both models, and wants to know which one it was.
        // It takes what is left of an answer when the score is taken away, and compares it with each model's error on its own ciphertexts, which it can compute.
        var models = new[] { EncryptedModel.Linear([1, 0, 0, 2], 0, 1), EncryptedModel.Linear([0, -2, 1, 1.25], 0, 1) };
        Assert.Equal(models[0].Score(Row)[0], models[1].Score(Row)[0], 12);
        var context = new CkksContext(Parameters);
        var plans = models.Select(m => ScoringPlan.Create(Parameters, m, ScoringLayout.Batched)).ToArray();
        using var bench = new CircuitBench(context, plans[0]);
        Assert.Equal(plans[0].FloodingDeviation, plans[1].FloodingDeviation);
        var right = 0;
        const int Trials = 24;
        for (var trial = 0; trial < Trials; trial++)
        {
            var truth = trial % 2;
            var inputs = bench.Encrypt([.. Enumerable.Repeat(Row, context.SlotCount)]);
            var flooding = floods ? new AnswerFlooding(context, bench.PublicKey, plans[truth].FloodingDeviation, SystemRandomSource.Instance) : null;
            var seen = Raw(bench, plans[truth], inputs, flooding);
            var near = plans.Select(p => Distance(seen, Raw(bench, p, inputs, null))).ToArray();
            right += (near[1] < near[0] ? 1 : 0) == truth ? 1 : 0;
        }

        // Guessing gives 12 of 24; 22 or more happens once in 50,000 runs.
        Assert.True(floods ? right < 22 : right == Trials, $"{right} of {Trials}");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OtherPolynomial_IsTheWeightedSumOfTheInputs_UnlessFlooded(bool floods)
    {
        // The client has its inputs' second polynomials: a guess of the weights is checked in one subtraction.
        using var bench = new CircuitBench(Parameters, EncryptedModel.Linear([1, -2], 0, 1), ScoringLayout.Batched);
        var inputs = bench.Encrypt([[0.5, 0.25]]);
        var answer = new Ciphertext();
        var guess = new Ciphertext();
        var evaluator = new Evaluation.CkksEvaluator(bench.Context);
        evaluator.MultiplyScalar(inputs[0], 1, bench.Plan.FloodingScale / bench.Plan.InputScale, guess);
        evaluator.MultiplyScalar(inputs[1], -2, bench.Plan.FloodingScale / bench.Plan.InputScale, answer);
        evaluator.Add(guess, answer, guess);
        answer.CopyFrom(guess);
        if (floods)
        {
            bench.Flooding().Apply(answer);
        }

        evaluator.Subtract(answer, guess, guess);
        var coefficients = guess.Residues(1, 1).ToArray();
        bench.Context.Transforms[1].Inverse(coefficients);
        // Uniform modulo q: the mean is q / 2 within q / sqrt(12 N) = 0.32 %, six of which are 1.9 %.
        var mean = coefficients.Average(c => c / (double)bench.Context.Moduli[1].Value);
        Assert.Equal(floods, mean is > 0.48 and < 0.52);
        Assert.Equal(!floods, coefficients.All(c => c == 0));
    }

    [Fact]
    public void Deviation_IsThePlansBitsAboveTheCircuitsMeasuredError()
    {
        using var bench = new CircuitBench(Parameters, EncryptedModel.Linear([1, -2, 0.5, 0.25], 0.5, 1), ScoringLayout.Batched);
        var plan = bench.Plan;
        Assert.InRange(plan.FloodingBits, 20, 30);

        // What an encryption of the circuit's very inputs leaves in coefficients: its Euclidean norm against the deviation, the bound of the distance.
        double[] weights = [1, -2, 0.5, 0.25];
        var scale = plan.FloodingScale / plan.InputScale;
        var inputs = bench.Encrypt([Row]);
        var zeros = bench.Encrypt([[0, 0, 0, 0]]);
        var error = new double[bench.Context.Degree];
        for (var i = 0; i < zeros.Length; i++)
        {
            var phase = Phase(bench, zeros[i]);
            for (var j = 0; j < error.Length; j++)
            {
                error[j] += weights[i] * scale * (double)phase[j];
            }
        }

        var norm = Math.Sqrt(error.Sum(e => e * e));
        var distance = norm / (2 * plan.FloodingDeviation);
        Assert.InRange(distance, Math.ScaleB(1, -plan.FloodingBits - 8), Math.ScaleB(1, -plan.FloodingBits));
        Assert.Equal(4, inputs.Length);
    }

    [Theory]
    [InlineData(100.0)]
    [InlineData(5000.0)]
    [InlineData(1e9)]
    [InlineData(1e15)]
    [InlineData(1e27)]
    public void WideGaussian_HasItsDeviationAndItsShape(double deviation)
    {
        const int Count = 200_000;
        using var random = new AesCtrRandomSource("flooding samples"u8);
        var samples = new Int128[Count];
        WideGaussian.Fill(random, deviation, samples);
        var wide = Math.Max(deviation, 1024);
        var standard = samples.Select(s => (double)s / wide).ToArray();
        var variance = standard.Average(x => x * x);
        // Standard error of the variance is sqrt(2 / n) = 0.3 %; where the factor was rounded up it may be a little wider.
        Assert.InRange(variance, 0.985, wide < 1e5 ? 1.6 : 1.015);
        var deviationFound = Math.Sqrt(variance);

        // Goodness of fit over 40 cells of equal width; chi-square of 39 degrees is above 80 with probability 1e-4; the seed is fixed.
        var cells = new int[40];
        foreach (var x in standard)
        {
            cells[Math.Clamp((int)Math.Floor(((x / deviationFound) + 4) * 5), 0, 39)]++;
        }

        var chi = 0.0;
        for (var i = 0; i < 40; i++)
        {
            var (low, high) = (i == 0 ? -40 : -4 + (i / 5.0), i == 39 ? 40 : -4 + ((i + 1) / 5.0));
            var expected = Count * (Normal(high) - Normal(low));
            chi += Math.Pow(cells[i] - expected, 2) / expected;
        }

        Assert.True(chi < 80, $"chi-square {chi:F1}");
        // The lowest bits are uniform where it is wide: no pattern of a rounded real number.
        var odd = samples.Count(s => (s & 1) != 0);
        Assert.InRange(odd, (Count / 2) - 1200, (Count / 2) + 1200);
    }

    private static double Normal(double x) => x < -8 ? 0 : x > 8 ? 1 : Activations.Evaluate(Activation.Gelu, x) / x is var p && double.IsFinite(p) ? p : 0.5;

    /// <summary>An answer's coefficients before its last rescalings, as the client's key shows them.</summary>
    private static Int128[] Raw(CircuitBench bench, ScoringPlan plan, Ciphertext[] inputs, AnswerFlooding? flooding)
    {
        var evaluator = new Evaluation.CkksEvaluator(bench.Context);
        var dense = (DenseLayer)plan.Model.Layers[0];
        Ciphertext? sum = null;
        for (var i = 0; i < inputs.Length; i++)
        {
            if (dense.Weights[i] != 0)
            {
                var term = new Ciphertext();
                evaluator.MultiplyScalar(inputs[i], dense.Weights[i], plan.FloodingScale / plan.InputScale, term);
                if (sum is null)
                {
                    sum = term;
                    continue;
                }

                evaluator.Add(sum, term, sum);
            }
        }

        flooding?.Apply(sum!);
        return Phase(bench, sum!);
    }

    private static Int128[] Phase(CircuitBench bench, Ciphertext ciphertext)
    {
        var plaintext = new Plaintext();
        new Encryption.Decryptor(bench.Context, bench.SecretKey).Decrypt(ciphertext, plaintext);
        // Two primes hold what is wanted of it: differences below 2^99.
        var words = new ulong[2][];
        for (var prime = 0; prime < 2; prime++)
        {
            words[prime] = plaintext.Residues(prime).ToArray();
            bench.Context.Transforms[prime].Inverse(words[prime]);
        }

        var (p, q) = (bench.Context.Moduli[0], bench.Context.Moduli[1]);
        var inverse = q.Invert(q.Reduce(p.Value));
        var product = (Int128)p.Value * q.Value;
        return [.. Enumerable.Range(0, bench.Context.Degree).Select(i =>
        {
            var digit = q.Multiply(q.Subtract(words[1][i], q.Reduce(words[0][i])), inverse);
            var value = words[0][i] + ((Int128)digit * p.Value);
            return value > product / 2 ? value - product : value;
        })];
    }

    private static double Distance(Int128[] a, Int128[] b) => a.Zip(b, (x, y) => (double)(x - y) * (double)(x - y)).Sum();
}
