namespace PrivacyGrains.Arithmetic.Tests;

/// <summary>Steps on opened words in one pass: every width gives what the steps one by one give.</summary>
public class OpenedWordsTests
{
    public static TheoryData<int, bool> Lengths
    {
        get
        {
            var lengths = new TheoryData<int, bool>();
            foreach (var length in new[] { 0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 100, 1024 })
            {
                lengths.Add(length, false);
                lengths.Add(length, true);
            }

            return lengths;
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void AddOpenedProduct_EveryWidth_EqualsTheStepsOneByOne(int length, bool addsConstants)
    {
        ulong[][] words = [.. Enumerable.Range(0, 7).Select(i => AlgebraTests.Uniform(WordAlgebra.Ring64, length, (byte)i))];
        var wanted = words[6].ToArray();
        for (var i = 0; i < length; i++)
        {
            unchecked
            {
                var (d, e) = (words[0][i] - words[2][i] + words[4][i], words[1][i] - words[3][i] + words[5][i]);
                wanted[i] += (d * words[3][i]) + (e * words[2][i]) + (addsConstants ? d * e : 0);
            }
        }

        Assert.Equal(wanted, Sum((f, m, o, sum) => Ring64.AddOpenedProduct(f, m, o, sum, addsConstants)));
        Assert.Equal(wanted, Sum((f, m, o, sum) => Ring64.AddOpenedProductScalar(f, m, o, sum, addsConstants)));
        Assert.Equal(wanted[..(length / 8 * 8)], Sum((f, m, o, sum) => Assert.Equal(length / 8 * 8, Ring64.Product512(f, m, o, sum, addsConstants)))[..(length / 8 * 8)]);
        Assert.Equal(wanted[..(length / 4 * 4)], Sum((f, m, o, sum) => Assert.Equal(length / 4 * 4, Ring64.Product256(f, m, o, sum, addsConstants)))[..(length / 4 * 4)]);

        ulong[] Sum(Step step)
        {
            var sum = words[6].ToArray();
            step(new(words[0], words[1]), new(words[2], words[3]), new(words[4], words[5]), sum);
            return sum;
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void OpenMasked_EqualsItsScalarTwin_AlsoInPlace(int length, bool inPlace)
    {
        ulong[][] words = [.. Enumerable.Range(0, 3).Select(i => AlgebraTests.Uniform(WordAlgebra.Ring64, length, (byte)i))];
        var (wanted, got) = (new ulong[length], inPlace ? words[0].ToArray() : new ulong[length]);
        Ring64.OpenMaskedScalar(words[0], words[1], words[2], wanted);
        Ring64.OpenMasked(inPlace ? got : words[0], words[1], words[2], got);
        Assert.Equal(wanted, got);
    }

    [Fact]
    public void Lengths_ThatDiffer_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => Ring64.OpenMasked(new ulong[8], new ulong[8], new ulong[7], new ulong[8]));
        Assert.Throws<ArgumentException>(() => Ring64.OpenMasked(new ulong[8], new ulong[7], new ulong[8], new ulong[8]));
        foreach (var wrong in Enumerable.Range(0, 6))
        {
            ulong[][] words = [.. Enumerable.Range(0, 6).Select(i => new ulong[i == wrong ? 7 : 8])];
            Assert.Throws<ArgumentException>(() => Ring64.AddOpenedProduct(new(words[0], words[1]), new(words[2], words[3]), new(words[4], words[5]), new ulong[8], true));
        }
    }

    private delegate void Step(WordPair factors, WordPair masks, WordPair others, Span<ulong> sum);
}
