using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>What is stated of a linear layer's weights, so that ranges can be proven without them. Public.</summary>
/// <param name="Weight">Every |weight| is at most this; positive.</param>
/// <param name="Bias">Every |bias| is at most this; not negative.</param>
/// <param name="Column">The absolute values of the weights of no output add up to more; null where no more is known than <paramref name="Weight"/>.</param>
/// <param name="LeastBits">Weights have at least so many fractional bits, and up to 24 where the ranges leave room; 0 for those of the plan.</param>
/// <param name="OneSided">Neither do those of one sign alone; at most <paramref name="Column"/>, null where that is all that is known. Tightens ranges where inputs are not negative, as after a ReLU.</param>
/// <remarks>Each number tells its size of a secret model. Rounded up to a power of two it tells little; where that is too much, state one generous bound for all models.</remarks>
public sealed record LinearBounds(double Weight, double Bias, double? Column = null, int LeastBits = 0, double? OneSided = null)
{
    private const int MostBits = 24;

    private bool IsSound => LayerTable.IsBound(Weight) && LayerTable.IsBound(Bias, zero: true) && (Column is not { } column || LayerTable.IsBound(column)) && (OneSided is not { } side || (LayerTable.IsBound(side) && Column >= side)) && LeastBits is >= 0 and <= MostBits;

    internal static LinearBounds? Read(ref WireReader reader)
    {
        var (weight, bias, column, least, side) = (reader.Double(), reader.Double(), reader.Double(), reader.Byte(), reader.Double());
        var bounds = new LinearBounds(weight, bias, column == 0 ? null : column, least, side == 0 ? null : side);
        return bounds.IsSound ? bounds : null;
    }

    internal static LinearBounds Checked(LinearBounds bounds)
    {
        ArgumentNullException.ThrowIfNull(bounds);
        return bounds.IsSound ? bounds : throw new ArgumentOutOfRangeException(nameof(bounds), "Bounds must be positive (of biases: not negative) and finite, and bits at most 24.");
    }

    internal void Write(WireWriter writer) => writer.Double(Weight).Double(Bias).Double(Column ?? 0).Byte((byte)LeastBits).Double(OneSided ?? 0);

    /// <summary>The greatest |output| of sums of so many products.</summary>
    internal double Output(PlanSetting setting, int terms, PlanValue input)
    {
        // Half an ulp of encoding is on every weight and the bias, and one of truncation on the result.
        var slack = terms * (LeastBits == 0 ? setting.Ulp : Math.ScaleB(1.0, -LeastBits));
        var all = Math.Min(terms * Weight, Column ?? double.PositiveInfinity) + slack;
        var side = Math.Min(all, (OneSided ?? double.PositiveInfinity) + slack);
        var (more, less) = (Math.Max(input.Upper, 0), Math.Max(-input.Lower, 0));
        return (side * Math.Max(more, less)) + ((all - side) * Math.Min(more, less)) + Bias + (2 * setting.Ulp);
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
