using PrivacyGrains.Privacy.Accounting;

namespace PrivacyGrains.Privacy.Tests.Accounting;

public class JointGaussianTests
{
    [Fact]
    public void Loss_IsNeverBelowTheExactDivergenceOfTheSum()
    {
        // The sum of two discrete Gaussians of variance 1/2 against the same sum moved by one: the divergence is summed out exactly.
        foreach (var variance in new[] { 0.3, 0.5, 1.0, 2.0 })
        {
            var sum = Convolve(Masses(variance), Masses(variance));
            var loss = JointGaussian.Create(2, 0, 0, variance).Loss(1, 1, 1);
            for (var i = 8; i < 28; i += 4)
            {
                var order = RenyiOrders.All[i];
                var moment = 0.0;
                for (var x = 1; x < sum.Length; x++)
                {
                    // Both tails are far below 1e-300 of the moment at these orders.
                    moment += sum[x] > 1e-290 && sum[x - 1] > 1e-290 ? Math.Exp((order * Math.Log(sum[x])) + ((1 - order) * Math.Log(sum[x - 1]))) : 0;
                }

                var exact = Math.Log(moment) / (order - 1);
                Assert.True(loss.Units[i] / (double)LossUnits.One >= exact, $"variance {variance}, order {order}");
            }
        }
    }

    [Fact]
    public void Loss_WithMuchNoise_IsThatOfOneGaussianOfTheCountedVariance()
    {
        var joint = JointGaussian.Create(5, 1, 1, 100).Loss(9, 9, 2);
        var one = PrivacyEvents.Gaussian(300, 9);
        for (var i = 0; i < RenyiOrders.Count; i++)
        {
            Assert.InRange(joint.Units[i], one.Units[i], (one.Units[i] * (1 + 1e-11)) + 8);
        }
    }

    [Fact]
    public void Loss_CountsHonestSurvivorsOnly()
    {
        var all = JointGaussian.Create(5, 0, 0, 50).Loss(1, 1, 1);
        var fewer = JointGaussian.Create(5, 2, 1, 50).Loss(1, 1, 1);
        Assert.True(fewer.Units[8] > all.Units[8] * 2.4);
        var variance = JointGaussian.LocalVarianceFor(5, 2, 1, 250);
        Assert.Equal(all.Units[8] / 1e3, JointGaussian.Create(5, 2, 1, variance).Loss(1, 1, 1).Units[8] / 1e3, 0);
    }

    [Fact]
    public void Tau_MatchesItsSum()
    {
        var expected = 10 * (Math.Exp(-Math.PI * Math.PI * 0.25) + Math.Exp(-Math.PI * Math.PI / 3));
        Assert.Equal(expected, JointGaussian.Create(3, 0, 0, 0.25).Tau(), 9);
        Assert.Equal(0, JointGaussian.Create(3, 1, 1, 0.25).Tau());
    }

    [Fact]
    public void Create_NobodyLeftOrTooLittleNoise_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => JointGaussian.Create(3, 2, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => JointGaussian.Create(3, -1, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => JointGaussian.Create(3, 0, 0, 0.2));
        Assert.Throws<ArgumentOutOfRangeException>(() => JointGaussian.Create(3, 0, 0, double.NaN));
    }

    private static double[] Masses(double variance)
    {
        var masses = Enumerable.Range(-30, 61).Select(x => Math.Exp(-x * x / (2 * variance))).ToArray();
        var total = masses.Sum();
        return [.. masses.Select(m => m / total)];
    }

    private static double[] Convolve(double[] left, double[] right)
    {
        var sum = new double[left.Length + right.Length - 1];
        for (var i = 0; i < left.Length; i++)
        {
            for (var j = 0; j < right.Length; j++)
            {
                sum[i + j] += left[i] * right[j];
            }
        }

        return sum;
    }
}
