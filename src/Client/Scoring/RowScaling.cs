using PrivacyGrains.Client.Errors;
using PrivacyGrains.Messages.Scoring;

namespace PrivacyGrains.Client.Scoring;

/// <summary>Rows as a model takes them, and answers as people read them: what the client does in the clear.</summary>
internal static class RowScaling
{
    /// <summary>Scales rows, and refuses numbers that the plan does not count with.</summary>
    public static double[][] Apply(EncryptedVersionBody version, IReadOnlyList<double[]> rows)
    {
        var scaled = new double[rows.Count][];
        for (var i = 0; i < scaled.Length; i++)
        {
            if (rows[i].Length != version.Inputs)
            {
                throw new InputException("scoring.wrong-columns", $"Row {i + 1} has {rows[i].Length} numbers; the model takes {version.Inputs}.");
            }

            scaled[i] = [.. rows[i].Select((value, feature) => Scale(version, i, feature, value))];
        }

        return scaled;
    }

    /// <summary>The link's value.</summary>
    public static double[] Link(string link, double[] row)
    {
        if (link == "sigmoid")
        {
            return [.. row.Select(z => 1 / (1 + Math.Exp(-z)))];
        }

        if (link != "softmax")
        {
            return row;
        }

        var greatest = row.Max();
        double[] powers = [.. row.Select(z => Math.Exp(z - greatest))];
        var sum = powers.Sum();
        return [.. powers.Select(p => p / sum)];
    }

    private static double Scale(EncryptedVersionBody version, int row, int feature, double value)
    {
        if (version.Ranges.Count > 0 && double.IsFinite(value))
        {
            var range = version.Ranges[feature];
            value = Math.Clamp(((value - range.Lower) / ((range.Upper - range.Lower) / 2)) - 1, -1, 1);
        }

        return Math.Abs(value) <= version.InputBound
            ? value
            : throw new InputException(
                "scoring.out-of-bound",
                $"Row {row + 1}, {(version.Features.Count > feature ? version.Features[feature] : $"feature {feature + 1}")}: a number of at most {version.InputBound:R} in magnitude is needed; the model's owner planned for no more.");
    }
}
