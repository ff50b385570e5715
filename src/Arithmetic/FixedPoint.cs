namespace PrivacyGrains.Arithmetic;

/// <summary>Real numbers as integers times 2^-<see cref="FractionalBits"/>, in either algebra.</summary>
/// <remarks>
/// Encoding rounds to the nearest multiple of 2^-f, ties to even: the error is at most half an ulp, that is 2^-(f+1). It refuses NaN, infinity and
/// numbers whose integer reaches 2^62 (Z_2^64) or 2^59 (F_p), where truncation and comparison would no longer hold. Decoding is exact below 2^53 and
/// rounds as the conversion of a long to a double does above.
/// </remarks>
public readonly record struct FixedPoint
{
    /// <summary>The greatest number of fractional bits.</summary>
    public const int MaximumFractionalBits = 40;

    private FixedPoint(int fractionalBits) => FractionalBits = fractionalBits;

    /// <summary>f: one ulp is 2^-f.</summary>
    public int FractionalBits { get; }

    /// <summary>One ulp as a double.</summary>
    public double Ulp => Math.ScaleB(1.0, -FractionalBits);

    /// <summary>Checks the number of fractional bits.</summary>
    /// <param name="fractionalBits">0 to <see cref="MaximumFractionalBits"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">It lies outside.</exception>
    public static FixedPoint Create(int fractionalBits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fractionalBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fractionalBits, MaximumFractionalBits);
        return new FixedPoint(fractionalBits);
    }

    /// <summary>The signed integer nearest to value * 2^f.</summary>
    /// <param name="value">Finite; |value| * 2^f below 2^headroom after rounding.</param>
    /// <param name="headroomBits">62 or 59: <see cref="WordAlgebra.HeadroomBits"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN, infinite or too large.</exception>
    public long Quantize(double value, int headroomBits)
    {
        var scaled = Math.Round(Math.ScaleB(value, FractionalBits), MidpointRounding.ToEven);
        if (!(Math.Abs(scaled) < Math.ScaleB(1.0, headroomBits)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(value), $"A number must be finite and below 2^{headroomBits - FractionalBits} in absolute value to have {FractionalBits} fractional bits here.");
        }

        return (long)scaled;
    }

    /// <summary>Encodes one number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN, infinite or too large.</exception>
    public ulong Encode(WordAlgebra algebra, double value)
    {
        ArgumentNullException.ThrowIfNull(algebra);
        return algebra.FromSigned(Quantize(value, algebra.HeadroomBits));
    }

    /// <summary>Encodes a span of numbers.</summary>
    /// <exception cref="ArgumentException">The spans differ in length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value is NaN, infinite or too large; the message names its place, not the value.</exception>
    public void Encode(WordAlgebra algebra, ReadOnlySpan<double> values, Span<ulong> destination)
    {
        ArgumentNullException.ThrowIfNull(algebra);
        WordLoops.RequireSameLength(values.Length, values.Length, destination.Length);
        for (var i = 0; i < values.Length; i++)
        {
            try
            {
                destination[i] = algebra.FromSigned(Quantize(values[i], algebra.HeadroomBits));
            }
            catch (ArgumentOutOfRangeException e)
            {
                throw new ArgumentOutOfRangeException(nameof(values), $"Value {i}: {e.Message}");
            }
        }
    }

    /// <summary>Decodes one element.</summary>
    public double Decode(WordAlgebra algebra, ulong element)
    {
        ArgumentNullException.ThrowIfNull(algebra);
        return Math.ScaleB(algebra.ToSigned(element), -FractionalBits);
    }

    /// <summary>Decodes a span of elements.</summary>
    /// <exception cref="ArgumentException">The spans differ in length.</exception>
    public void Decode(WordAlgebra algebra, ReadOnlySpan<ulong> elements, Span<double> destination)
    {
        ArgumentNullException.ThrowIfNull(algebra);
        WordLoops.RequireSameLength(elements.Length, elements.Length, destination.Length);
        for (var i = 0; i < elements.Length; i++)
        {
            destination[i] = Math.ScaleB(algebra.ToSigned(elements[i]), -FractionalBits);
        }
    }
}
