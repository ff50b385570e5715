using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>What is stated of a linear layer's weights, so that ranges can be proven without them. Public.</summary>
/// <param name="Weight">Every |weight| is at most this; positive.</param>
/// <param name="Bias">Every |bias| is at most this; not negative.</param>
/// <param name="Column">The absolute values of the weights of no output add up to more; null where no more is known than <paramref name="Weight"/>.</param>
/// <param name="LeastBits">Weights have at least so many fractional bits, and up to 24 where the ranges leave room; 0 for those of the plan.</param>
/// <remarks>Each number tells its size of a secret model. Rounded up to a power of two it tells little; where that is too much, state one generous bound for all models.</remarks>
public sealed record LinearBounds(double Weight, double Bias, double? Column = null, int LeastBits = 0)
{
    private const int MostBits = 24;

    private bool IsSound => LayerTable.IsBound(Weight) && LayerTable.IsBound(Bias, zero: true) && (Column is not { } column || LayerTable.IsBound(column)) && LeastBits is >= 0 and <= MostBits;

    internal static LinearBounds? Read(ref WireReader reader)
    {
        var (weight, bias, column, least) = (reader.Double(), reader.Double(), reader.Double(), reader.Byte());
        var bounds = new LinearBounds(weight, bias, column == 0 ? null : column, least);
        return bounds.IsSound ? bounds : null;
    }

    internal static LinearBounds Checked(LinearBounds bounds)
    {
        ArgumentNullException.ThrowIfNull(bounds);
        return bounds.IsSound ? bounds : throw new ArgumentOutOfRangeException(nameof(bounds), "Bounds must be positive (of biases: not negative) and finite, and bits at most 24.");
    }

    internal void Write(WireWriter writer) => writer.Double(Weight).Double(Bias).Double(Column ?? 0).Byte((byte)LeastBits);

    /// <summary>The greatest |output| of sums of so many products.</summary>
    internal double Output(PlanSetting setting, int terms, double input)
    {
        // Half an ulp of encoding is on every weight and the bias, and one of truncation on the result.
        var ulp = LeastBits == 0 ? setting.Ulp : Math.ScaleB(1.0, -LeastBits);
        return (Math.Min(terms * Weight, Column ?? double.PositiveInfinity) + (terms * ulp)) * input + Bias + (2 * setting.Ulp);
    }

    /// <summary>The weights' fractional bits.</summary>
    internal int Bits(PlanSetting setting, double output)
    {
        if (LeastBits == 0)
        {
            return setting.FractionalBits;
        }

        var bits = MostBits;
        while (bits > LeastBits && (output >= setting.Limit(setting.FractionalBits + bits) || Weight >= setting.Limit(bits + 1)))
        {
            bits--;
        }

        return bits;
    }
}
