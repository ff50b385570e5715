using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Arithmetic;

/// <summary>One of the two algebras that shares are made in, over spans of 64-bit words: Z_2^64 or F_p with p = 2^61 - 1.</summary>
/// <remarks>
/// A protocol written against this type runs in both. One virtual call serves a whole span. Signed numbers below 2^<see cref="HeadroomBits"/> in
/// absolute value are what truncation and comparison accept.
/// </remarks>
public abstract class WordAlgebra
{
    private protected WordAlgebra()
    {
    }

    /// <summary>Z_2^64, two's complement.</summary>
    public static WordAlgebra Ring64 { get; } = new RingAlgebra();

    /// <summary>F_p, p = 2^61 - 1.</summary>
    public static WordAlgebra Field61 { get; } = new FieldAlgebra();

    /// <summary>The algebra's name: <c>ring64</c> or <c>field61</c>. Stable; enters digests.</summary>
    public abstract string Name { get; }

    /// <summary>Bits of a word that an element uses: 64 or 61.</summary>
    public abstract int Bits { get; }

    /// <summary>h such that truncation and comparison demand |x| &lt; 2^h: 62 or 59.</summary>
    public abstract int HeadroomBits { get; }

    /// <summary>x + y.</summary>
    public abstract void Add(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> destination);

    /// <summary>x - y.</summary>
    public abstract void Subtract(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> destination);

    /// <summary>x * y, element by element.</summary>
    public abstract void Multiply(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> destination);

    /// <summary>x times one element.</summary>
    public abstract void Scale(ReadOnlySpan<ulong> x, ulong factor, Span<ulong> destination);

    /// <summary>x plus one element.</summary>
    public abstract void AddConstant(ReadOnlySpan<ulong> x, ulong summand, Span<ulong> destination);

    /// <summary>The product of an m x k and a k x n matrix, row-major; the destination overlaps neither.</summary>
    public abstract void MultiplyMatrix(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> destination, int m, int k, int n);

    /// <summary>Fills a span with uniform elements.</summary>
    public abstract void FillUniform(IRandomSource random, Span<ulong> destination);

    /// <summary>Whether every word is an element.</summary>
    public abstract bool AreElements(ReadOnlySpan<ulong> words);

    /// <summary>The element of a signed number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">F_p, and the number lies outside -(p-1)/2 .. (p-1)/2.</exception>
    public abstract ulong FromSigned(long value);

    /// <summary>The signed number of an element.</summary>
    public abstract long ToSigned(ulong element);

    /// <inheritdoc/>
    public override string ToString() => Name;

    private sealed class RingAlgebra : WordAlgebra
    {
        public override string Name => "ring64";

        public override int Bits => 64;

        public override int HeadroomBits => 62;

        public override void Add(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> destination) => Arithmetic.Ring64.Add(x, y, destination);

        public override void Subtract(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> destination) =>
            Arithmetic.Ring64.Subtract(x, y, destination);

        public override void Multiply(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> destination) =>
            Arithmetic.Ring64.Multiply(x, y, destination);

        public override void Scale(ReadOnlySpan<ulong> x, ulong factor, Span<ulong> destination) => Arithmetic.Ring64.Scale(x, factor, destination);

        public override void AddConstant(ReadOnlySpan<ulong> x, ulong summand, Span<ulong> destination) =>
            Arithmetic.Ring64.AddConstant(x, summand, destination);

        public override void MultiplyMatrix(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> destination, int m, int k, int n) =>
            Arithmetic.Ring64.MultiplyMatrix(left, right, destination, m, k, n);

        public override void FillUniform(IRandomSource random, Span<ulong> destination) => UniformElements.FillRing64(random, destination);

        public override bool AreElements(ReadOnlySpan<ulong> words) => true;

        public override ulong FromSigned(long value) => unchecked((ulong)value);

        public override long ToSigned(ulong element) => unchecked((long)element);
    }

    private sealed class FieldAlgebra : WordAlgebra
    {
        public override string Name => "field61";

        public override int Bits => 61;

        public override int HeadroomBits => 59;

        public override void Add(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> destination) => Arithmetic.Field61.Add(x, y, destination);

        public override void Subtract(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> destination) =>
            Arithmetic.Field61.Subtract(x, y, destination);

        public override void Multiply(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> destination) =>
            Arithmetic.Field61.Multiply(x, y, destination);

        public override void Scale(ReadOnlySpan<ulong> x, ulong factor, Span<ulong> destination) => Arithmetic.Field61.Scale(x, factor, destination);

        public override void AddConstant(ReadOnlySpan<ulong> x, ulong summand, Span<ulong> destination) =>
            Arithmetic.Field61.AddConstant(x, summand, destination);

        public override void MultiplyMatrix(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> destination, int m, int k, int n) =>
            Arithmetic.Field61.MultiplyMatrix(left, right, destination, m, k, n);

        public override void FillUniform(IRandomSource random, Span<ulong> destination) => UniformElements.FillField61(random, destination);

        public override bool AreElements(ReadOnlySpan<ulong> words) => Arithmetic.Field61.AreElements(words);

        public override ulong FromSigned(long value) => Arithmetic.Field61.FromSigned(value);

        public override long ToSigned(ulong element) => Arithmetic.Field61.ToSigned(element);
    }
}
