using System.Collections.Immutable;

namespace PrivacyGrains.Ckks.Circuits;

/// <summary>Plans a dense layer whose outputs are brought to (y - middle) / half.</summary>
/// <remarks>
/// Packed: y = sum over k of diagonal k times x rotated by k (Halevi, Shoup, "Algorithms in HElib", 2014, section 4.3), the diagonals as long as the row and as many as outputs, then the row folded by rotations (the hybrid of Juvekar, Vaikuntanathan, Chandrakasan, "GAZELLE", 2018, section 4.2); baby and giant steps as in Halevi, Shoup 2018, section 4.
/// Rotations by giant steps come before the rescaling: what key switching adds is then small beside the scale.
/// </remarks>
internal sealed class DenseCircuit(CircuitBuilder builder, DenseLayer dense, double half, double middle, double bound)
{
    /// <summary>One value for each number, rescaled to a scale, or not where that is 0.</summary>
    public CircuitValue[] Batched(CircuitValue[] values, int level, double scale, double rescaled)
    {
        var made = new CircuitValue[dense.Outputs];
        for (var j = 0; j < made.Length; j++)
        {
            var terms = values.Select((v, i) => (v, dense.Weights[(i * dense.Outputs) + j] / half)).Where(t => t.Item2 != 0).ToArray();
            made[j] = End(builder.Combine(level, scale, terms, (dense.Biases[j] - middle) / half, bound), rescaled);
            builder.EndStrand();
        }

        builder.EndStage();
        return made;
    }

    /// <summary>One value with all numbers, repeating after <paramref name="period"/> slots; comes out repeating after as many as the outputs rounded up to a power of two.</summary>
    public CircuitValue[] Packed(CircuitValue value, int period, int level, double scale, double rescaled)
    {
        var rows = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)dense.Outputs);
        var babies = 1 << ((System.Numerics.BitOperations.Log2((uint)rows) + 1) / 2);
        var turned = new CircuitValue[babies];
        turned[0] = value;
        for (var b = 1; b < babies; b++)
        {
            turned[b] = builder.Rotate(value, b);
            builder.EndStrand();
        }

        if (babies > 1)
        {
            builder.EndStage();
        }

        var sums = new List<CircuitValue>();
        for (var giant = 0; giant < rows; giant += babies)
        {
            var terms = Enumerable.Range(0, babies).Select(b => (turned[b], Diagonal(giant + b, giant, rows, period))).Where(t => t.Item2.Any(w => w != 0)).ToArray();
            if (terms.Length > 0)
            {
                var sum = builder.Weigh(level, scale, terms, bound);
                sums.Add(giant == 0 ? sum : builder.Rotate(sum, giant));
                builder.EndStrand();
            }
        }

        builder.EndStage();
        var all = sums.Count == 1 ? sums[0] : builder.Combine(level, scale, sums.Select(s => (s, 1.0)), 0, bound);
        for (var fold = rows; fold < period; fold *= 2)
        {
            all = builder.Combine(level, scale, [(all, 1), (builder.Rotate(all, fold), 1)], 0, bound);
        }

        builder.Vectors.Add(new CircuitVector([.. Enumerable.Range(0, rows).Select(j => j < dense.Outputs ? (dense.Biases[j] - middle) / half : 0)], level, scale));
        var biased = builder.Combine(level, scale, [(all, 1)], 0, bound, addend: builder.Vectors.Count - 1);
        var made = End(biased, rescaled);
        builder.EndStrand();
        builder.EndStage();
        return [made];
    }

    private CircuitValue End(CircuitValue raw, double rescaled) => rescaled > 0 ? builder.Rescale(raw, rescaled) : raw;

    /// <summary>Diagonal k, turned back by the giant step that comes after: place i weighs input (i + k) for output i, both wrapped.</summary>
    private ImmutableArray<double> Diagonal(int k, int giant, int rows, int period)
    {
        var numbers = new double[period];
        for (var i = 0; i < period; i++)
        {
            var (output, input) = (i % rows, (i + k) % period);
            numbers[(i + giant) % period] = output < dense.Outputs && input < dense.Inputs ? dense.Weights[(input * dense.Outputs) + output] / half : 0;
        }

        return [.. numbers];
    }
}
