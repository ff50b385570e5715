using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Inference;

/// <summary>What is known beforehand of one value of a plan. Public.</summary>
/// <param name="Shape">rows x the dimensions of one record.</param>
/// <param name="Lower">No element is smaller.</param>
/// <param name="Upper">No element is greater.</param>
public sealed record PlanValue(TensorShape Shape, double Lower, double Upper)
{
    /// <summary>No element's absolute value is greater.</summary>
    public double Bound => Math.Max(Math.Abs(Lower), Math.Abs(Upper));

    /// <summary>
    /// Fractional bits beyond the plan's: not zero where a product goes untruncated to the one layer that takes it, so that one masked opening serves its truncation and what that layer
    /// compares. The range is that of the number itself.
    /// </summary>
    public int ExtraBits { get; init; }

    /// <summary>Records in the batch.</summary>
    public int Records => Shape.Dimensions[0];

    /// <summary>Numbers of one record.</summary>
    public int Width => Records == 0 ? 0 : Shape.Length / Records;

    /// <summary>A value with this bound on both sides.</summary>
    internal static PlanValue Within(TensorShape shape, double bound) => new(shape, -bound, bound);

    /// <inheritdoc/>
    public override string ToString() => $"{Shape} in [{Lower:G4}, {Upper:G4}]";
}
