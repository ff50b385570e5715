using FsCheck;
using FsCheck.Fluent;
using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Arithmetic.Tests;

public sealed class AlgebraTests
{
    public static TheoryData<string> Names => ["ring64", "field61"];

    internal static WordAlgebra Named(string name) => name == "ring64" ? WordAlgebra.Ring64 : WordAlgebra.Field61;

    [Theory]
    [MemberData(nameof(Names))]
    public void Binary_KnownAnswers(string name)
    {
        using var vectors = Vectors.Read($"arithmetic/v1/{name}.json");
        var cases = vectors.RootElement.GetProperty("binary").EnumerateArray().ToArray();
        ulong[] x = [.. cases.Select(c => c.Word("x"))];
        ulong[] y = [.. cases.Select(c => c.Word("y"))];
        var algebra = Named(name);
        var result = new ulong[x.Length];

        algebra.Add(x, y, result);
        Assert.Equal(cases.Select(c => c.Word("sum")), result);
        algebra.Subtract(x, y, result);
        Assert.Equal(cases.Select(c => c.Word("difference")), result);
        algebra.Multiply(x, y, result);
        Assert.Equal(cases.Select(c => c.Word("product")), result);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ScaleAndAddConstant_EqualTheElementwiseOperations(string name)
    {
        var algebra = Named(name);
        foreach (var length in new[] { 0, 1, 3, 7, 8, 9, 64, 1001 })
        {
            var x = Uniform(algebra, length, 1);
            var factor = Uniform(algebra, 1, 2)[0];
            var repeated = Enumerable.Repeat(factor, length).ToArray();
            var (one, other) = (new ulong[length], new ulong[length]);

            algebra.Scale(x, factor, one);
            algebra.Multiply(x, repeated, other);
            Assert.Equal(other, one);
            algebra.AddConstant(x, factor, one);
            algebra.Add(x, repeated, other);
            Assert.Equal(other, one);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Operations_InPlace_EqualThoseIntoAnotherSpan(string name)
    {
        var algebra = Named(name);
        var x = Uniform(algebra, 77, 3);
        var y = Uniform(algebra, 77, 4);
        var apart = new ulong[77];
        algebra.Subtract(x, y, apart);
        algebra.Subtract(x, y, y);
        Assert.Equal(apart, y);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void MultiplyMatrix_KnownAnswers(string name)
    {
        using var vectors = Vectors.Read($"arithmetic/v1/{name}.json");
        foreach (var c in vectors.RootElement.GetProperty("matrices").EnumerateArray())
        {
            var (m, k, n) = (c.GetProperty("m").GetInt32(), c.GetProperty("k").GetInt32(), c.GetProperty("n").GetInt32());
            var product = new ulong[m * n];
            Named(name).MultiplyMatrix(c.Words("left"), c.Words("right"), product, m, k, n);
            Assert.Equal(c.Words("product"), product);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void MultiplyMatrix_SpansThatDoNotFit_AreRefused(string name)
    {
        var algebra = Named(name);
        Assert.Throws<ArgumentException>(() => algebra.MultiplyMatrix(new ulong[5], new ulong[6], new ulong[4], 2, 3, 2));
        Assert.Throws<ArgumentException>(() => algebra.MultiplyMatrix(new ulong[6], new ulong[6], new ulong[3], 2, 3, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => algebra.MultiplyMatrix([], [], [], -1, 0, 0));
        Assert.Throws<ArgumentException>(() => algebra.Add(new ulong[2], new ulong[3], new ulong[2]));
        Assert.Throws<ArgumentException>(() => algebra.Scale(new ulong[2], 1, new ulong[3]));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Signed_RoundTrips(string name)
    {
        var algebra = Named(name);
        Prop.ForAll(ArbMap.Default.ArbFor<long>(), value =>
        {
            var inRange = value >> (64 - algebra.HeadroomBits - 1);
            return algebra.ToSigned(algebra.FromSigned(inRange)) == inRange;
        }).QuickCheckThrowOnFailure();
        var edge = (1L << algebra.HeadroomBits) - 1;
        Assert.Equal(edge, algebra.ToSigned(algebra.FromSigned(edge)));
        Assert.Equal(-edge, algebra.ToSigned(algebra.FromSigned(-edge)));
    }

    [Fact]
    public void Ring_VectorsEqualTheScalarTwin()
    {
        for (var length = 0; length < 70; length++)
        {
            var x = Uniform(WordAlgebra.Ring64, length, (byte)length);
            var y = Uniform(WordAlgebra.Ring64, length, (byte)(length + 100));
            var (wide, scalar) = (new ulong[length], new ulong[length]);
            Ring64.Add(x, y, wide);
            Ring64.AddScalar(x, y, scalar);
            Assert.Equal(scalar, wide);
            Ring64.Subtract(x, y, wide);
            Ring64.SubtractScalar(x, y, scalar);
            Assert.Equal(scalar, wide);
            Ring64.Multiply(x, y, wide);
            Ring64.MultiplyScalar(x, y, scalar);
            Assert.Equal(scalar, wide);
        }
    }

    [Fact]
    public void Field_VectorsEqualTheScalarTwin()
    {
        var x = Uniform(WordAlgebra.Field61, 131, 7);
        var y = Uniform(WordAlgebra.Field61, 131, 8);
        (x[0], y[0], x[1], y[1], x[2], y[2]) = (0, Field61.Modulus - 1, Field61.Modulus - 1, Field61.Modulus - 1, Field61.Modulus - 1, 1);
        var (wide, scalar) = (new ulong[131], new ulong[131]);
        Field61.Add(x, y, wide);
        WordLoops.Scalar<AddField61>(x, y, scalar);
        Assert.Equal(scalar, wide);
        Field61.Subtract(x, y, wide);
        WordLoops.Scalar<SubtractField61>(x, y, scalar);
        Assert.Equal(scalar, wide);
    }

    [Fact]
    public void RingMatrix_VectorsEqualTheScalarTwin()
    {
        var shapes = from m in new[] { 0, 1, 3, 4, 5, 9 } from k in new[] { 0, 1, 7, 20 } from n in new[] { 1, 2, 3, 4, 5, 7, 8, 9, 10, 12, 15, 16, 17, 23, 24, 25, 31, 33 } select (m, k, n);
        foreach (var (m, k, n) in shapes.Append((2, 100, 3)))
        {
            var left = Uniform(WordAlgebra.Ring64, m * k, 1);
            var right = Uniform(WordAlgebra.Ring64, k * n, 2);
            var scalar = new ulong[m * n];
            Ring64.MultiplyMatrixScalar(left, right, scalar, m, k, n);
            Assert.Equal(scalar, Product(Ring64.MultiplyMatrix));
            Assert.Equal(scalar, Product(Ring64.MultiplyMatrix512));
            if (n >= 4)
            {
                Assert.Equal(scalar, Product(Ring64.MultiplyMatrix256));
            }

            ulong[] Product(MatrixProduct multiply)
            {
                var product = new ulong[m * n];
                product.AsSpan().Fill(99);
                multiply(left, right, product, m, k, n);
                return product;
            }
        }
    }

    private delegate void MatrixProduct(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> destination, int m, int k, int n);

    internal static ulong[] Uniform(WordAlgebra algebra, int length, byte seed)
    {
        var bytes = new byte[AesCtrRandomSource.SeedLength];
        bytes[0] = seed;
        using var random = new AesCtrRandomSource(bytes);
        var words = new ulong[length];
        algebra.FillUniform(random, words);
        return words;
    }
}
