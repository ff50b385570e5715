using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Learning.Data;
using PrivacyGrains.Learning.Models;
using PrivacyGrains.Learning.Training;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Ledger;

namespace PrivacyGrains.Learning.Tests.Training;

public class GradientTests
{
    [Fact]
    public void Quantised_NormNeverExceedsTheUnits_OverRandomAndExtremeGradients()
    {
        using var choices = new SeededSplit(5, "gradients");
        for (var i = 0; i < 20_000; i++)
        {
            var magnitude = Math.Pow(10, (choices.NextUnit() * 40) - 20);
            var gradient = new double[1 + choices.Next(40)];
            for (var j = 0; j < gradient.Length; j++)
            {
                gradient[j] = ((choices.NextUnit() * 2) - 1) * magnitude;
            }

            Assert.True(SquareOf(gradient) <= (Int128)GradientNoise.Units * GradientNoise.Units);
        }

        double[][] extreme = [[1, 0], [0.6, 0.8], [double.MaxValue, double.MaxValue], [double.NaN, 1], [double.PositiveInfinity, 0], [double.Epsilon, 0], [0, 0], [-1e200, 1e-200]];
        Assert.All(extreme, g => Assert.True(SquareOf(g) <= (Int128)GradientNoise.Units * GradientNoise.Units));

        static Int128 SquareOf(double[] gradient)
        {
            var sum = new long[gradient.Length];
            QuantisedGradient.AddTo(gradient, ClipNorm.Create(0.3), sum);
            return sum.Aggregate((Int128)0, (s, x) => s + ((Int128)x * x));
        }
    }

    [Fact]
    public void Quantised_SmallGradient_IsItselfWithinAUnit()
    {
        double[] gradient = [0.1, -0.2, 0.05];
        var sum = new long[3];
        QuantisedGradient.AddTo(gradient, ClipNorm.Create(0.5), sum);
        Assert.All(sum.Zip(gradient), p => Assert.InRange(Math.Abs(p.First - (p.Second * GradientNoise.Units / 0.5)), 0, 1));
    }

    [Fact]
    public void AddingOneRecord_MovesTheExactSumByAtMostTheUnits()
    {
        // The add-remove sensitivity on the real sample: with vanishing noise, remove each of fifty records in turn and compare one step's sums in integers.
        var options = Options(steps: 1, noise: GradientNoise.Create(1.0 / 256));
        var model = LogisticModel.Zero(Sample.Schema);
        var whole = Sums(Enumerable.Range(0, 50));
        for (var gone = 0; gone < 50; gone++)
        {
            var without = Sums(Enumerable.Range(0, 50).Where(row => row != gone));
            var square = whole.Zip(without).Sum(p => (p.First - p.Second) * (p.First - p.Second));
            Assert.True(Math.Sqrt(square) <= GradientNoise.Units, "a record moves the sum too far");
        }

        double[] Sums(IEnumerable<int> rows)
        {
            var (labelled, sum, gradient) = (Sample.All.Select([.. rows]), new long[model.ParameterCount], new double[model.ParameterCount]);
            for (var row = 0; row < labelled.RowCount; row++)
            {
                var error = model.Score(labelled.Features(row)) - labelled.Label(row);
                for (var i = 0; i < gradient.Length; i++)
                {
                    gradient[i] = error * (i < labelled.FeatureCount ? labelled.Features(row)[i] : 1);
                }

                QuantisedGradient.AddTo(gradient, options.GradientClip, sum);
            }

            return Array.ConvertAll(sum, s => (double)s);
        }
    }

    [Fact]
    public void Run_NoiseHasTheStatedDeviation_AndNoRowsStillGiveNoise()
    {
        var noise = GradientNoise.Create(4);
        var empty = Sample.All.Select([]);
        var model = LogisticModel.Zero(Sample.Schema);
        using var source = TestBytes.Source(1);
        var options = Options(steps: 1, noise: noise);
        var squares = Enumerable.Range(0, 200).SelectMany(_ => LocalTrainer.Run(model, empty, options, 100, source)).Select(x => x * x).ToList();

        // 6,200 draws: the deviation is right within 4.5 standard errors, 4 %; false alarm 7e-6 over the choice of the seed.
        var expected = options.LearningRate * options.GradientClip.Value * 4 / 100;
        Assert.InRange(Math.Sqrt(squares.Average()) / expected, 0.96, 1.04);
    }

    [Fact]
    public void Run_TwoRunsDiffer_AndWithoutNoiseTheyAgree()
    {
        var model = LogisticModel.Zero(Sample.Schema);
        var rows = Sample.All.Select([.. Enumerable.Range(0, 60)]);
        var noisy = Options(steps: 2, GradientNoise.Create(1));
        Assert.NotEqual(
            LocalTrainer.Run(model, rows, noisy, 60, SystemRandomSource.Instance), LocalTrainer.Run(model, rows, noisy, 60, SystemRandomSource.Instance));
        var plain = Options(steps: 2, noise: null);
        Assert.Equal(
            LocalTrainer.Run(model, rows, plain, 60, SystemRandomSource.Instance), LocalTrainer.Run(model, rows, plain, 60, SystemRandomSource.Instance));
    }

    [Fact]
    public void Run_LittleNoiseAndWideClip_ApproachesPlainDescent()
    {
        var model = LogisticModel.Zero(Sample.Schema);
        var rows = Sample.All.Select([.. Enumerable.Range(0, 200)]);
        var wide = TrainingOptions.Create(1, 3, 1, ClipNorm.Create(4), ClipNorm.Create(8), GradientNoise.Create(1.0 / 256), momentum: 0.5, ridge: 0.01);
        var plain = TrainingOptions.Create(1, 3, 1, ClipNorm.Create(4), ClipNorm.Create(8), null, momentum: 0.5, ridge: 0.01);
        using var source = TestBytes.Source(2);
        var (noisy, exact) = (LocalTrainer.Run(model, rows, wide, 200, source), LocalTrainer.Run(model, rows, plain, 200, source));
        Assert.All(noisy.Zip(exact), p => Assert.Equal(p.Second, p.First, 2));
    }

    [Fact]
    public void RoundLoss_OfAllRounds_FitsABudgetOfTheTarget_AndOneMoreRoundDoesNot()
    {
        var (epsilon, delta) = (Epsilon.Create(8), Delta.Create(1e-5));
        var options = TrainingPresets.Hospitals(epsilon, delta, spareRounds: 0);
        var limit = BudgetLimit.Create(epsilon, delta);
        var whole = Enumerable.Repeat(options.RoundLoss!, options.Rounds).Aggregate(RenyiLoss.Zero, (sum, loss) => sum.Plus(loss));
        Assert.True(whole.Units[limit.OrderIndex] <= limit.LimitUnits);
        Assert.True(whole.Plus(options.RoundLoss!).Units[limit.OrderIndex] > limit.LimitUnits);
        Assert.InRange(RenyiConversion.Best(whole, delta).Epsilon.Value, 7.99, 8);

        var spare = TrainingPresets.Hospitals(epsilon, delta);
        Assert.True(spare.RoundLoss!.Times(10).Units[limit.OrderIndex] <= limit.LimitUnits);
        Assert.True(spare.RoundLoss!.Times(11).Units[limit.OrderIndex] > limit.LimitUnits);
        Assert.Null(TrainingPresets.Hospitals(null, delta).RoundLoss);
    }

    [Fact]
    public void Noise_CostsWhatItsVarianceSays()
    {
        var noise = GradientNoise.Create(3);
        Assert.Equal(9UL << 32, noise.Variance);
        Assert.Equal(1 / 18.0, noise.StepRho.Value, 12);
        Assert.Equal(PrivacyEvents.Zcdp(Rho.Create(5 / 18.0)).Units[8] / 1e4, noise.Loss(5).Units[8] / 1e4, 0);
    }

    [Fact]
    public void Options_OutOfRange_AreRefused()
    {
        var clip = ClipNorm.Create(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => TrainingOptions.Create(0, 1, 1, clip, clip, null));
        Assert.Throws<ArgumentOutOfRangeException>(() => TrainingOptions.Create(1, 0, 1, clip, clip, null));
        Assert.Throws<ArgumentOutOfRangeException>(() => TrainingOptions.Create(1, 1, double.NaN, clip, clip, null));
        Assert.Throws<ArgumentOutOfRangeException>(() => TrainingOptions.Create(1, 1, 1, default, clip, null));
        Assert.Throws<ArgumentOutOfRangeException>(() => TrainingOptions.Create(1, 1, 1, clip, clip, null, momentum: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => TrainingOptions.Create(1, 1, 1, clip, clip, null, ridge: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClipNorm.Create(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => GradientNoise.Create(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => GradientNoise.Create(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => LocalTrainer.Run(LogisticModel.Zero(Sample.Schema), Sample.All, Options(1, null), 0, SystemRandomSource.Instance));
    }

    private static TrainingOptions Options(int steps, GradientNoise? noise) => TrainingOptions.Create(1, steps, 2, ClipNorm.Create(0.5), ClipNorm.Create(8), noise);
}
