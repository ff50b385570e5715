namespace PrivacyGrains.Ckks.Circuits;

/// <summary>How much dense layers stretch numbers and errors.</summary>
internal static class LayerNorms
{
    /// <summary>The greatest magnitude that leaves for inputs up to a bound.</summary>
    public static double Largest(DenseLayer dense, double bound) => Columns(dense).Select((c, j) => (c.Sum(Math.Abs) * bound) + Math.Abs(dense.Biases[j])).Max();

    /// <summary>The greatest sum of magnitudes of an output's weights.</summary>
    public static double Column(DenseLayer dense) => Columns(dense).Max(c => c.Sum(Math.Abs));

    /// <summary>The greatest Euclidean length of an output's weights.</summary>
    public static double LongestColumn(DenseLayer dense) => Columns(dense).Max(c => Math.Sqrt(c.Sum(w => w * w)));

    /// <summary>A bound of the greatest singular value: the lesser of Frobenius' norm and sqrt(|W|_1 |W|_inf).</summary>
    public static double Spectral(DenseLayer dense)
    {
        var rows = Enumerable.Range(0, dense.Inputs).Max(i => dense.Weights.AsSpan(i * dense.Outputs, dense.Outputs).ToArray().Sum(Math.Abs));
        return Math.Min(Math.Sqrt(dense.Weights.Sum(w => w * w)), Math.Sqrt(rows * Column(dense)));
    }

    /// <summary>A bound of how much an answer changes for each unit of all inputs.</summary>
    public static double Slope(EncryptedModel model)
    {
        var slope = 1.0;
        foreach (var layer in model.Layers)
        {
            slope *= layer is PolynomialLayer p ? ChebyshevSeries.Bound(ChebyshevSeries.Derivative(p.ToChebyshev())) * 2 / (p.To - p.From) : Column((DenseLayer)layer);
        }

        return slope;
    }

    private static IEnumerable<double[]> Columns(DenseLayer dense) =>
        Enumerable.Range(0, dense.Outputs).Select(j => Enumerable.Range(0, dense.Inputs).Select(i => dense.Weights[(i * dense.Outputs) + j]).ToArray());
}
