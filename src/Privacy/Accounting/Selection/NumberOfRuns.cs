namespace PrivacyGrains.Privacy.Accounting.Selection;

/// <summary>How many runs a private selection makes: a public distribution, from which one secret number is drawn for each selection.</summary>
/// <remarks>
/// Source: Papernot, Steinke, "Hyperparameter Tuning with Renyi Differential Privacy", ICLR 2022, definition 1 (truncated negative binomial) and section 3.4 (Poisson). The number itself
/// stays secret: whoever learns it, from a log or from the time that the selection took, learns more than the bounds of <see cref="PrivateSelection"/> allow.
/// </remarks>
public abstract record NumberOfRuns
{
    /// <summary>The unit of parameters, 2^-20: they are exact binary fractions, so that draws are exact.</summary>
    public const int ParameterUnits = 1 << 20;

    /// <summary>The greatest mean.</summary>
    public const int MaximumMean = 1000;

    private NumberOfRuns()
    {
    }

    /// <summary>The expected number.</summary>
    public abstract double Mean { get; }

    /// <summary>The truncated negative binomial of a shape, with a mean of at least the wanted one.</summary>
    /// <param name="eta">The shape, above -1 and at most 1: 1 is geometric, 0 logarithmic. Rounded to a multiple of 2^-20.</param>
    /// <param name="mean">Above 1, at most 1,000.</param>
    /// <returns>The distribution; its mean exceeds the wanted one by what the rounding of gamma makes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The shape or the mean is out of range, or no gamma of 2^-20 or more has such a mean.</exception>
    public static NumberOfRuns WithMean(double eta, double mean)
    {
        Require(mean is > 1 and <= MaximumMean, nameof(mean), mean, "A mean number of runs is above 1 and at most 1,000.");
        var shape = Math.Round(eta * ParameterUnits) / ParameterUnits;
        var (low, high) = (1, ParameterUnits - 1); // the mean falls in gamma
        Require(TruncatedNegativeBinomial.MeanOf(Shape(shape), 1.0 / ParameterUnits) >= mean, nameof(mean), mean, "No gamma of this shape has so great a mean.");
        while (high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            (low, high) = TruncatedNegativeBinomial.MeanOf(shape, (double)middle / ParameterUnits) >= mean ? (middle, high) : (low, middle);
        }

        return new TruncatedNegativeBinomial(shape, (double)low / ParameterUnits);
    }

    private static double Shape(double eta)
    {
        Require(eta is > -1 and <= 1, nameof(eta), eta, "A shape is above -1 and at most 1.");
        return eta;
    }

    private static void Require(bool good, string name, double value, string message)
    {
        if (!good)
        {
            throw new ArgumentOutOfRangeException(name, value, message);
        }
    }

    /// <summary>Mass at k = 1, 2, ... proportional to (1 - gamma)^k times the product of (l + eta)/(l + 1) over l = 0 .. k-1 (for eta = 0: (1 - gamma)^k / k).</summary>
    public sealed record TruncatedNegativeBinomial : NumberOfRuns
    {
        /// <summary>Takes parameters.</summary>
        /// <param name="eta">Above -1, at most 1; a multiple of 2^-20.</param>
        /// <param name="gamma">Above 0, below 1; a multiple of 2^-20.</param>
        /// <exception cref="ArgumentOutOfRangeException">A parameter is out of range or no such multiple.</exception>
        public TruncatedNegativeBinomial(double eta, double gamma)
        {
            Require(double.IsInteger(eta * ParameterUnits), nameof(eta), eta, "A shape is a multiple of 2^-20.");
            Require(gamma is > 0 and < 1 && double.IsInteger(gamma * ParameterUnits), nameof(gamma), gamma, "A gamma lies above 0 and below 1, and is a multiple of 2^-20.");
            Eta = Shape(eta);
            Gamma = gamma;
        }

        /// <summary>The shape.</summary>
        public double Eta { get; }

        /// <summary>Near 1 for few runs, near 0 for many.</summary>
        public double Gamma { get; }

        /// <inheritdoc/>
        public override double Mean => MeanOf(Eta, Gamma);

        internal static double MeanOf(double eta, double gamma) => eta == 0
            ? (1 - gamma) / gamma / -Math.Log(gamma)
            : eta * (1 - gamma) / (gamma * -double.ExpM1(eta * Math.Log(gamma)));
    }

    /// <summary>Poisson: with probability e^-mean there is no run at all, and the selection's answer is that there is none.</summary>
    public sealed record Poisson : NumberOfRuns
    {
        /// <summary>Takes the mean.</summary>
        /// <param name="mean">A whole number, 1 to 1,000.</param>
        /// <exception cref="ArgumentOutOfRangeException">The mean is out of range.</exception>
        public Poisson(int mean)
        {
            Require(mean is >= 1 and <= MaximumMean, nameof(mean), mean, "A Poisson mean is a whole number, 1 to 1,000.");
            Mean = mean;
        }

        /// <inheritdoc/>
        public override double Mean { get; }
    }
}
