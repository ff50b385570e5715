namespace PrivacyGrains.Arithmetic;

/// <summary>Z_2^64 over spans: every word is an element, every operation wraps.</summary>
/// <remarks>
/// Signed numbers are in two's complement. All methods run in time that depends on lengths only. A destination may be one of the operands.
/// Every method of two spans throws <see cref="ArgumentException"/> where lengths differ.
/// </remarks>
public static partial class Ring64
{
    /// <summary>x + y, element by element.</summary>
    public static void Add(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> destination) =>
        WordLoops.Apply<AddWords>(x, y, destination);

    /// <summary>x - y, element by element.</summary>
    public static void Subtract(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> destination) =>
        WordLoops.Apply<SubtractWords>(x, y, destination);

    /// <summary>-x, element by element.</summary>
    public static void Negate(ReadOnlySpan<ulong> x, Span<ulong> destination) =>
        WordLoops.Apply<MultiplyWords>(x, ulong.MaxValue, destination);

    /// <summary>x * y, element by element.</summary>
    public static void Multiply(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> destination) =>
        WordLoops.Apply<MultiplyWords>(x, y, destination);

    /// <summary>x times one factor.</summary>
    public static void Scale(ReadOnlySpan<ulong> x, ulong factor, Span<ulong> destination) =>
        WordLoops.Apply<MultiplyWords>(x, factor, destination);

    /// <summary>x plus one summand.</summary>
    public static void AddConstant(ReadOnlySpan<ulong> x, ulong summand, Span<ulong> destination) =>
        WordLoops.Apply<AddWords>(x, summand, destination);

    /// <summary>The scalar twin of <see cref="Add"/>.</summary>
    internal static void AddScalar(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> destination) =>
        WordLoops.Scalar<AddWords>(x, y, destination);

    /// <summary>The scalar twin of <see cref="Subtract"/>.</summary>
    internal static void SubtractScalar(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> destination) =>
        WordLoops.Scalar<SubtractWords>(x, y, destination);

    /// <summary>The scalar twin of <see cref="Multiply"/>.</summary>
    internal static void MultiplyScalar(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> destination) =>
        WordLoops.Scalar<MultiplyWords>(x, y, destination);
}
