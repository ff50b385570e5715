using FsCheck;
using FsCheck.Fluent;
using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Arithmetic.Tests;

public sealed class Field61Tests
{
    [Fact]
    public void Inverse_KnownAnswers()
    {
        using var vectors = Vectors.Read("arithmetic/v1/field61.json");
        foreach (var c in vectors.RootElement.GetProperty("inverses").EnumerateArray())
        {
            Assert.Equal(c.Word("inverse"), Field61.Inverse(c.Word("x")));
        }

        Assert.Throws<DivideByZeroException>(() => Field61.Inverse(0));
    }

    [Fact]
    public void LagrangeAt_KnownAnswers()
    {
        using var vectors = Vectors.Read("arithmetic/v1/field61.json");
        foreach (var c in vectors.RootElement.GetProperty("lagrange").EnumerateArray())
        {
            Assert.Equal(c.Words("coefficients"), Field61Polynomial.LagrangeAt(c.Words("points"), c.Word("at")));
        }
    }

    [Fact]
    public void LagrangeAtZero_ZeroDoubledOrUnreducedPoint_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => Field61Polynomial.LagrangeAtZero([1, 0]));
        Assert.Throws<ArgumentException>(() => Field61Polynomial.LagrangeAtZero([1, 2, 1]));
        Assert.Throws<ArgumentException>(() => Field61Polynomial.LagrangeAtZero([1, Field61.Modulus]));
    }

    [Fact]
    public void Evaluate_AtThePoints_InterpolatesBackToTheConstant() =>
        Prop.ForAll(ArbMap.Default.ArbFor<ulong[]>(), raw =>
        {
            ulong[] coefficients = [.. raw.Take(12).Select(Field61.Reduce)];
            ulong[] points = [.. Enumerable.Range(1, coefficients.Length).Select(i => (ulong)i * 17)];
            var weights = Field61Polynomial.LagrangeAtZero(points);
            var sum = 0UL;
            for (var i = 0; i < points.Length; i++)
            {
                sum = Field61.Add(sum, Field61.Multiply(weights[i], Field61Polynomial.Evaluate(coefficients, points[i])));
            }

            return sum == (coefficients.Length == 0 ? 0 : coefficients[0]);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Laws_OfAField() =>
        Prop.ForAll(ArbMap.Default.ArbFor<ulong>(), ArbMap.Default.ArbFor<ulong>(), ArbMap.Default.ArbFor<ulong>(), (rawX, rawY, rawZ) =>
        {
            var (x, y, z) = (Field61.Reduce(rawX), Field61.Reduce(rawY), Field61.Reduce(rawZ));
            return Field61.Multiply(x, Field61.Add(y, z)) == Field61.Add(Field61.Multiply(x, y), Field61.Multiply(x, z))
                && Field61.Add(x, Field61.Negate(x)) == 0
                && Field61.Subtract(Field61.Add(x, y), y) == x
                && (x == 0 || Field61.Multiply(x, Field61.Inverse(x)) == 1)
                && (UInt128)Field61.Multiply(x, y) == (UInt128)x * y % Field61.Modulus;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Reduce_EdgesOfTheWord()
    {
        foreach (var word in new ulong[] { 0, Field61.Modulus - 1, Field61.Modulus, Field61.Modulus + 1, 2 * Field61.Modulus, ulong.MaxValue })
        {
            Assert.Equal(word % Field61.Modulus, Field61.Reduce(word));
        }
    }

    [Fact]
    public void FillUniform_ModulusItself_IsDrawnAgain()
    {
        // The span is drawn as (p, 5 under higher bits); the first place is drawn again as p, and again as 7.
        var source = new ScriptedSource([Field61.Modulus, (1UL << 63) | 5, ulong.MaxValue, 7]);
        var drawn = new ulong[2];
        UniformElements.FillField61(source, drawn);
        Assert.Equal([7UL, 5UL], drawn);
    }

    private sealed class ScriptedSource(ulong[] words) : IRandomSource
    {
        private int _next;

        public void Fill(Span<byte> destination)
        {
            for (var i = 0; i < destination.Length; i += sizeof(ulong))
            {
                BitConverter.TryWriteBytes(destination[i..], words[_next++]);
            }
        }
    }

    [Fact]
    public void MultiplyAdd_EqualsScaleThenAdd()
    {
        var random = new PrivacyGrains.Arithmetic.Randomness.AesCtrRandomSource(new byte[16]);
        var (x, sums, term, expected) = (new ulong[77], new ulong[77], new ulong[77], new ulong[77]);
        UniformElements.FillField61(random, x);
        UniformElements.FillField61(random, sums);
        foreach (var factor in (ulong[])[0, 1, 3, Field61.Modulus - 1, x[5]])
        {
            Field61.Scale(x, factor, term);
            Field61.Add(sums, term, expected);
            Field61.MultiplyAdd(x, factor, sums);
            Assert.Equal(expected, sums);
        }

        Assert.Throws<ArgumentException>(() => Field61.MultiplyAdd(x, 1, new ulong[76]));
    }

    [Fact]
    public void Multiply_OfVectors_EqualsTheScalarTwin_AtTheEdgesToo()
    {
        ulong[] edges = [0, 1, 2, (1UL << 30) - 1, 1UL << 30, (1UL << 31) - 1, 1UL << 31, (1UL << 31) + 1, 1UL << 60, Field61.Modulus - 2, Field61.Modulus - 1];
        var x = edges.SelectMany(a => edges.Select(_ => a)).ToArray();
        var y = edges.SelectMany(_ => edges).ToArray();
        var random = new PrivacyGrains.Arithmetic.Randomness.AesCtrRandomSource(new byte[16]);
        var (a, b) = (new ulong[4099], new ulong[4099]);
        UniformElements.FillField61(random, a);
        UniformElements.FillField61(random, b);
        foreach (var (left, right) in ((ulong[], ulong[])[])[(x, y), (a, b), (a[..3], b[..3])])
        {
            var (vectors, scalars, halves) = (new ulong[left.Length], new ulong[left.Length], new ulong[left.Length]);
            Field61.Multiply(left, right, vectors);
            Field61.MultiplyScalar(left, right, scalars);
            for (var i = 0; i < left.Length; i++)
            {
                halves[i] = MultiplyField61.Apply(System.Runtime.Intrinsics.Vector256.Create(left[i]), System.Runtime.Intrinsics.Vector256.Create(right[i]))[0];
            }

            Assert.Equal(scalars, vectors);
            Assert.Equal(scalars, halves);
            Assert.True(Field61.AreElements(vectors));
        }
    }

    [Fact]
    public void AreElements_OneWordThatIsNone_IsFoundAnywhere()
    {
        for (var length = 1; length < 20; length++)
        {
            for (var at = 0; at < length; at++)
            {
                var words = new ulong[length];
                words[at] = Field61.Modulus - 1;
                Assert.True(Field61.AreElements(words));
                words[at] = Field61.Modulus;
                Assert.False(Field61.AreElements(words));
                words[at] = ulong.MaxValue;
                Assert.False(Field61.AreElements(words));
            }
        }
    }
}
