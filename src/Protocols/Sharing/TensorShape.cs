using System.Collections.Immutable;

namespace PrivacyGrains.Protocols.Sharing;

/// <summary>The dimensions of a tensor whose elements lie flat in row-major order.</summary>
/// <remarks>Public. Up to <see cref="MaximumRank"/> dimensions, each at least 0, and at most 2^28 elements.</remarks>
public sealed class TensorShape : IEquatable<TensorShape>
{
    /// <summary>The most dimensions.</summary>
    public const int MaximumRank = 8;

    /// <summary>The most elements.</summary>
    public const int MaximumLength = 1 << 28;

    private TensorShape(ImmutableArray<int> dimensions, int length)
    {
        Dimensions = dimensions;
        Length = length;
    }

    /// <summary>The dimensions, the slowest first.</summary>
    public ImmutableArray<int> Dimensions { get; }

    /// <summary>How many elements.</summary>
    public int Length { get; }

    /// <summary>The first dimension of a matrix.</summary>
    /// <exception cref="InvalidOperationException">The tensor is no matrix.</exception>
    public int Rows => Dimensions.Length == 2 ? Dimensions[0] : throw new InvalidOperationException($"A {this} tensor is no matrix.");

    /// <summary>The second dimension of a matrix.</summary>
    /// <exception cref="InvalidOperationException">The tensor is no matrix.</exception>
    public int Columns => Dimensions.Length == 2 ? Dimensions[1] : throw new InvalidOperationException($"A {this} tensor is no matrix.");

    /// <summary>Checks dimensions and makes them a shape.</summary>
    /// <exception cref="ArgumentException">There are none or too many, one is negative, or the elements are too many.</exception>
    public static TensorShape Of(params ReadOnlySpan<int> dimensions) =>
        TryCreate(dimensions) ?? throw new ArgumentException(
            $"A shape has 1 to {MaximumRank} dimensions of at least 0 and at most {MaximumLength} elements; this is {string.Join(" x ", dimensions.ToArray())}.", nameof(dimensions));

    /// <summary>Checks dimensions that came from outside.</summary>
    /// <returns>The shape, or null.</returns>
    public static TensorShape? TryCreate(ReadOnlySpan<int> dimensions)
    {
        if (dimensions.Length is 0 or > MaximumRank)
        {
            return null;
        }

        var length = 1L;
        foreach (var dimension in dimensions)
        {
            if (dimension is < 0 or > MaximumLength || (length *= dimension) > MaximumLength)
            {
                return null;
            }
        }

        return new TensorShape([.. dimensions], (int)length);
    }

    /// <inheritdoc/>
    public bool Equals(TensorShape? other) => other is not null && Dimensions.AsSpan().SequenceEqual(other.Dimensions.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TensorShape);

    /// <inheritdoc/>
    public override int GetHashCode() => Dimensions.Aggregate(17, HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() => string.Join(" x ", Dimensions);
}
