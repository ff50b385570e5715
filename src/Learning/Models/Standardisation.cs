using System.Collections.Immutable;
using PrivacyGrains.Learning.Data;

namespace PrivacyGrains.Learning.Models;

/// <summary>Scales each feature from its public range to [-1, 1].</summary>
/// <remarks>The ranges are agreed beforehand (see <see cref="DatasetSchema"/>); means and deviations of the data would leak and are not used.</remarks>
public sealed class Standardisation
{
    private Standardisation(ImmutableArray<FeatureRange> ranges) => Ranges = ranges;

    /// <summary>The range of each feature, in the model's order.</summary>
    public ImmutableArray<FeatureRange> Ranges { get; }

    /// <summary>The scaling of a schema.</summary>
    /// <param name="schema">The agreed ranges.</param>
    /// <returns>The scaling.</returns>
    public static Standardisation Of(DatasetSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return new Standardisation(schema.Features);
    }

    /// <summary>Takes ranges as they were stored with a model.</summary>
    /// <param name="ranges">Each with its lower bound below its upper, both finite.</param>
    /// <returns>The scaling.</returns>
    /// <exception cref="ArgumentException">A range is empty or not finite.</exception>
    public static Standardisation Of(ImmutableArray<FeatureRange> ranges) =>
        ranges.All(r => double.IsFinite(r.Lower) && double.IsFinite(r.Upper) && r.Lower < r.Upper)
            ? new Standardisation(ranges)
            : throw new ArgumentException("Each range has a lower bound below its upper, both finite.", nameof(ranges));

    /// <summary>Scales one value.</summary>
    /// <param name="feature">From 0.</param>
    /// <param name="value">Finite; in the feature's own unit.</param>
    /// <returns>Between -1 and 1.</returns>
    public double Apply(int feature, double value)
    {
        var range = Ranges[feature];
        var half = (range.Upper - range.Lower) / 2;
        return Math.Clamp((value - range.Lower) / half - 1, -1, 1);
    }

    /// <summary>Scales a row.</summary>
    /// <param name="row">One value a feature, in the features' own units.</param>
    /// <returns>Each between -1 and 1.</returns>
    /// <exception cref="ArgumentException">The row has another number of values, or one is not finite; the feature is named.</exception>
    public double[] Apply(ReadOnlySpan<double> row)
    {
        if (row.Length != Ranges.Length)
        {
            throw new ArgumentException($"A row has {Ranges.Length} values; this one has {row.Length}.", nameof(row));
        }

        var scaled = new double[row.Length];
        for (var i = 0; i < row.Length; i++)
        {
            scaled[i] = double.IsFinite(row[i]) ? Apply(i, row[i]) : throw new ArgumentException($"Feature {Ranges[i].Name} is not a finite number.", nameof(row));
        }

        return scaled;
    }
}
