using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Tests.Sharing;

namespace PrivacyGrains.Protocols.Tests.Functions;

public sealed class MaximumTests
{
    public static TheoryData<string> Grid => Schemes.Names;

    [Theory]
    [MemberData(nameof(Grid))]
    public void MaximumAndArgmax_KnownAnswers_TiesGoToTheLowerColumn(string name)
    {
        var scheme = Schemes.Named(name);
        using var vectors = Vectors.Read("comparison/v1/maximum.json");
        foreach (var group in vectors.RootElement.EnumerateArray())
        {
            var columns = group.GetProperty("columns").GetInt32();
            var rows = group.GetProperty("rows").EnumerateArray().ToArray();
            long[] x = [.. rows.SelectMany(row => row.GetProperty("row").EnumerateArray().Select(v => Number(v.GetString()!)))];
            long[] max = [.. rows.Select(row => Number(row.GetProperty("max").GetString()!))];
            long[] argmax = [.. rows.Select(row => row.GetProperty("argmax").GetInt64())];
            Assert.Equal(max, Maximum(scheme, rows.Length, columns, x));
            var (values, indices) = Argmax(scheme, rows.Length, columns, x);
            Assert.Equal(max, values);
            Assert.Equal(argmax, indices);
        }
    }

    [Theory]
    [MemberData(nameof(Grid))]
    public void MaximumAndArgmax_RandomRows_AreExact_AndCostWhatTheySay(string name)
    {
        var scheme = Schemes.Named(name);
        (int Rows, int Columns, int[] Groups)[] cases =
        [
            (0, 3, [3]), (1, 1, []), (1, 2, [2]), (100, 3, [3]), (7, 10, [10]), (2, 33, [11, 3]), (1, 1000, [16, 16, 4]),
            .. name is "additive(3)" or "shamir(3, t=1)" ? ((int, int, int[])[])[(4000, 9, [2, 2, 2, 2])] : [],
        ];
        foreach (var (rows, columns, groups) in cases)
        {
            long[] x = [.. Schemes.Signed(scheme.Algebra, rows * columns, 58, (byte)(columns % 200)).Select(scheme.Algebra.ToSigned)];
            var byMaximum = new Simulation(scheme);
            var byArgmax = new Simulation(scheme);
            var expected = Enumerable.Range(0, rows).Select(row => x[(row * columns)..((row + 1) * columns)]).ToArray();
            Assert.Equal(expected.Select(row => row.Max()), Maximum(scheme, rows, columns, x, byMaximum));
            Assert.Equal(expected.Select(row => (long)Array.IndexOf(row, row.Max())), Argmax(scheme, rows, columns, x, byArgmax).Indices);
            Assert.Equal(RowMaximum.WordsPerRound(scheme, rows, columns), byMaximum.WordsPerRound.AsEnumerable());
            Assert.Equal(RowArgmax.WordsPerRound(scheme, rows, columns), byArgmax.WordsPerRound.AsEnumerable());
            var rounds = groups.Select((largest, at) => Compared(scheme, rows, columns, groups, at) + (int)Math.Ceiling(Math.Log2(Math.Max(1, largest - 1))) + 1).Sum();
            Assert.Equal(rounds, byMaximum.WordsPerRound.Count);
            Assert.Equal(rounds, byArgmax.WordsPerRound.Count);
            Assert.All([.. byMaximum.Correlations, .. byArgmax.Correlations], c => Assert.Equal(0, c.Remaining));
        }
    }

    // By hand: 1 row of 3 columns is three pairs: 3 words; two words for each of 61, 31, 15, 7, 3 and 1 gates; one AND for each of two candidates; one
    // selection each, and again for the index. Keys of two parties compare in the first round.
    [Fact]
    public void WordsPerRound_OneRowOfThree_AsCountedByHand()
    {
        Assert.Equal([3, 122, 62, 30, 14, 6, 2, 2, 3], RowMaximum.WordsPerRound(SharingScheme.Additive(3), 1, 3).AsEnumerable());
        Assert.Equal([3, 122, 62, 30, 14, 6, 2, 2, 6], RowArgmax.WordsPerRound(SharingScheme.Additive(3), 1, 3).AsEnumerable());
        Assert.Equal([3, 2, 3], RowMaximum.WordsPerRound(SharingScheme.Additive(2), 1, 3).AsEnumerable());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(9)]
    public void Next_HostileWordsInAnyRound_AreFaultsThatNameTheSender(int round)
    {
        foreach (var scheme in new[] { SharingScheme.Additive(3), SharingScheme.Shamir(3, 1) })
        {
            Hostile.AssertFaults(
                scheme, RowMaximum.Requests(scheme, 1, 4), TensorShape.Of(1, 4), round, (run, i, x) => RowMaximum.Begin(run.Committees[i], x, run.Correlations[i]));
            Hostile.AssertFaults(
                scheme, RowArgmax.Requests(scheme, 1, 4), TensorShape.Of(1, 4), round, (run, i, x) => RowArgmax.Begin(run.Committees[i], x, run.Correlations[i]));
        }
    }

    [Fact]
    public void Begin_NoRowsOfNumbers_IsTheCallersBug()
    {
        var run = new Simulation(SharingScheme.Additive(2)).Deal(RowMaximum.Requests(SharingScheme.Additive(2), 1, 2));
        Assert.Throws<ArgumentException>(() => RowMaximum.Begin(run.Committees[0], run.Split([1, 2])[0], run.Correlations[0]));
        Assert.Throws<ArgumentException>(() => RowArgmax.Begin(run.Committees[0], run.Split([], 3, 0)[0], run.Correlations[0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => RowMaximum.Requests(SharingScheme.Additive(2), 1, 0));
    }

    // 7 rounds, or 1 where two parties have few comparisons; a level's groups of m have m (m - 1) / 2 pairs each.
    private static int Compared(SharingScheme scheme, int rows, int columns, int[] groups, int at)
    {
        var bracket = Bracket.Levels(rows, columns)[at];
        Assert.Equal(groups.Length, Bracket.Levels(rows, columns).Length);
        return scheme.ToString() == "additive(2)" && rows * bracket.Pairs.Length <= Comparing.MostByKeys ? 1 : 7;
    }

    private static long Number(string text) => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static long[] Maximum(SharingScheme scheme, int rows, int columns, long[] x, Simulation? given = null)
    {
        var run = (given ?? new Simulation(scheme)).Deal(RowMaximum.Requests(scheme, rows, columns));
        var xs = run.Split([.. x.Select(scheme.Algebra.FromSigned)], rows, columns);
        var results = run.RunAll(i => RowMaximum.Begin(run.Committees[i], xs[i], run.Correlations[i]));
        Assert.All(results, result => Assert.Equal(TensorShape.Of(rows), result.Shape));
        return [.. run.Open(results).Select(scheme.Algebra.ToSigned)];
    }

    private static (long[] Values, long[] Indices) Argmax(SharingScheme scheme, int rows, int columns, long[] x, Simulation? given = null)
    {
        var run = (given ?? new Simulation(scheme)).Deal(RowArgmax.Requests(scheme, rows, columns));
        var xs = run.Split([.. x.Select(scheme.Algebra.FromSigned)], rows, columns);
        var results = run.RunAll(i => RowArgmax.Begin(run.Committees[i], xs[i], run.Correlations[i]));
        return ([.. run.Open(results.Select(r => r.Values)).Select(scheme.Algebra.ToSigned)], [.. run.Open(results.Select(r => r.Indices)).Select(scheme.Algebra.ToSigned)]);
    }
}
