namespace PrivacyGrains.Learning.Training;

/// <summary>The greatest L2 norm that a vector keeps: finite, above zero.</summary>
public readonly record struct ClipNorm
{
    private ClipNorm(double value) => Value = value;

    /// <summary>The bound, in the vector's own unit; zero only in the default value.</summary>
    public double Value { get; }

    /// <summary>Checks a bound.</summary>
    /// <param name="value">Finite, above zero.</param>
    /// <returns>The bound.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The bound is zero, negative, infinite or not a number.</exception>
    public static ClipNorm Create(double value) => value > 0 && double.IsFinite(value)
        ? new ClipNorm(value)
        : throw new ArgumentOutOfRangeException(nameof(value), value, "A clipping norm is a finite number above zero.");

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("0.######");
}
