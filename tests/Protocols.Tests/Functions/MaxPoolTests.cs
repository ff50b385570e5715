using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Tests.Sharing;

namespace PrivacyGrains.Protocols.Tests.Functions;

public sealed class MaxPoolTests
{
    public static TheoryData<string> Grid => Schemes.Names;

    // Counted by hand: windows side by side, windows that overlap, windows with gaps between them.
    [Theory]
    [MemberData(nameof(Grid))]
    public void MaxPool_KnownAnswers(string name)
    {
        var scheme = Schemes.Named(name);
        long[] image = [1, 3, 2, 4, 5, 6, 7, 8, 3, 2, 1, 0, 1, 2, 3, 4];
        Assert.Equal([6, 8, 3, 4], Pool(scheme, image, [4, 4], PoolingWindow.Create(2, 2, 2, 2)));
        Assert.Equal([7, 8, 7, 8], Pool(scheme, image, [1, 4, 4], PoolingWindow.Create(3, 3, 1, 1)));
        Assert.Equal([1, 4, 3, 0], Pool(scheme, image, [4, 4], PoolingWindow.Create(1, 1, 2, 3)));
    }

    [Theory]
    [MemberData(nameof(Grid))]
    public void MaxPool_OfABatchOfChannels_IsExact_AndCostsWhatItSays(string name)
    {
        var scheme = Schemes.Named(name);
        int[] dimensions = [2, 3, 5, 7];
        var window = PoolingWindow.Create(2, 3, 2, 1);
        long[] x = [.. Schemes.Signed(scheme.Algebra, 210, 50, 9).Select(scheme.Algebra.ToSigned)];
        var expected = new List<long>();
        for (var image = 0; image < 6; image++)
        {
            for (var row = 0; row + 2 <= 5; row += 2)
            {
                for (var column = 0; column + 3 <= 7; column++)
                {
                    expected.Add(Enumerable.Range(0, 6).Max(k => x[(image * 35) + ((row + (k / 3)) * 7) + column + (k % 3)]));
                }
            }
        }

        var run = new Simulation(scheme);
        Assert.Equal(expected, Pool(scheme, x, dimensions, window, run));
        Assert.Equal(MaxPool.WordsPerRound(scheme, TensorShape.Of(dimensions), window), run.WordsPerRound.AsEnumerable());
        Assert.Equal(7 + 3 + 1, run.WordsPerRound.Count); // all pairs of six, the AND of five results, one selection
        Assert.All(run.Correlations, c => Assert.Equal(0, c.Remaining));
    }

    [Fact]
    public void Next_HostileWords_AreFaultsThatNameTheSender()
    {
        var (images, window) = (TensorShape.Of(2, 2), PoolingWindow.Create(2, 2, 1, 1));
        foreach (var scheme in new[] { SharingScheme.Additive(3), SharingScheme.Shamir(3, 1) })
        {
            Hostile.AssertFaults(
                scheme, MaxPool.Requests(scheme, images, window), images, round: 9, (run, i, x) => MaxPool.Begin(run.Committees[i], x, window, run.Correlations[i]));
        }
    }

    [Fact]
    public void Over_AWindowThatDoesNotFit_IsTheCallersBug()
    {
        Assert.Throws<ArgumentException>(() => PoolingWindow.Create(3, 1, 1, 1).Over(TensorShape.Of(2, 2)));
        Assert.Throws<ArgumentException>(() => PoolingWindow.Create(1, 1, 1, 1).Over(TensorShape.Of(4)));
        Assert.Throws<ArgumentException>(() => default(PoolingWindow).Over(TensorShape.Of(2, 2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => PoolingWindow.Create(2, 2, 0, 1));
    }

    private static long[] Pool(SharingScheme scheme, long[] x, int[] dimensions, PoolingWindow window, Simulation? given = null)
    {
        var run = (given ?? new Simulation(scheme)).Deal(MaxPool.Requests(scheme, TensorShape.Of(dimensions), window));
        var xs = run.Split([.. x.Select(scheme.Algebra.FromSigned)], dimensions);
        var results = run.RunAll(i => MaxPool.Begin(run.Committees[i], xs[i], window, run.Correlations[i]));
        Assert.All(results, result => Assert.Equal(window.Over(TensorShape.Of(dimensions)), result.Shape));
        return [.. run.Open(results).Select(scheme.Algebra.ToSigned)];
    }
}
