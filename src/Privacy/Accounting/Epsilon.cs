namespace PrivacyGrains.Privacy.Accounting;

/// <summary>The epsilon of (epsilon, delta)-differential privacy: finite, zero or more, in nats.</summary>
/// <remarks>A figure of this type that the project computes is an upper bound of the true value.</remarks>
public readonly record struct Epsilon
{
    private Epsilon(double value) => Value = value;

    /// <summary>The figure, in nats; finite, zero or more.</summary>
    public double Value { get; }

    /// <summary>Checks a figure and makes it an epsilon.</summary>
    /// <param name="value">In nats; public.</param>
    /// <returns>The epsilon.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The figure is negative, infinite or not a number.</exception>
    public static Epsilon Create(double value) => TryCreate(value, out var epsilon)
        ? epsilon
        : throw new ArgumentOutOfRangeException(nameof(value), value, "An epsilon is a finite number, zero or more.");

    /// <summary>Checks a figure that may be wrong.</summary>
    /// <param name="value">In nats; public.</param>
    /// <param name="epsilon">The epsilon, or zero.</param>
    /// <returns>Whether the figure is one.</returns>
    public static bool TryCreate(double value, out Epsilon epsilon)
    {
        var good = double.IsFinite(value) && value >= 0;
        epsilon = good ? new Epsilon(value) : default;
        return good;
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("0.######");
}

/// <summary>The delta of (epsilon, delta)-differential privacy: a probability in (0, 1).</summary>
public readonly record struct Delta
{
    /// <summary>Above this a delta is large, whatever is known of the data: one over a hundred thousand.</summary>
    /// <remarks>
    /// Whoever publishes one record in a hundred thousand, chosen at random, in full, is (0, 1e-5)-private. So Dwork and Roth, "The Algorithmic Foundations of Differential Privacy", 2014, section 2.3, ask for a delta below the inverse of any polynomial
    /// in the number of records, and call one of about 1/n very dangerous; Abadi et al., "Deep Learning with Differential Privacy", CCS 2016, take 1e-5 for 60,000 records.
    /// </remarks>
    public const double Large = 1e-5;

    private Delta(double value) => Value = value;

    /// <summary>Whether it is above <see cref="Large"/>: to be said wherever the number of units is not known, and a delta of one over it cannot be refused.</summary>
    public bool IsLarge => Value > Large;

    /// <summary>The probability; zero only in the default value.</summary>
    public double Value { get; }

    /// <summary>Checks a probability and makes it a delta.</summary>
    /// <param name="value">Strictly between 0 and 1; public.</param>
    /// <returns>The delta.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The figure is not strictly between 0 and 1.</exception>
    public static Delta Create(double value) => TryCreate(value, out var delta)
        ? delta
        : throw new ArgumentOutOfRangeException(nameof(value), value, "A delta lies strictly between 0 and 1.");

    /// <summary>Checks a probability that may be wrong.</summary>
    /// <param name="value">Strictly between 0 and 1; public.</param>
    /// <param name="delta">The delta, or the default value.</param>
    /// <returns>Whether the figure is one.</returns>
    public static bool TryCreate(double value, out Delta delta)
    {
        var good = value is > 0 and < 1;
        delta = good ? new Delta(value) : default;
        return good;
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("0.###E+0");
}

/// <summary>The rho of zero-concentrated differential privacy: finite, zero or more.</summary>
/// <remarks>Source: Bun, Steinke, "Concentrated Differential Privacy: Simplifications, Extensions, and Lower Bounds", TCC 2016, definition 1.1.</remarks>
public readonly record struct Rho
{
    private Rho(double value) => Value = value;

    /// <summary>The figure; finite, zero or more. A loss at Renyi order a is at most a times this.</summary>
    public double Value { get; }

    /// <summary>Checks a figure and makes it a rho.</summary>
    /// <param name="value">Finite, zero or more; public.</param>
    /// <returns>The rho.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The figure is negative, infinite or not a number.</exception>
    public static Rho Create(double value) => TryCreate(value, out var rho)
        ? rho
        : throw new ArgumentOutOfRangeException(nameof(value), value, "A rho is a finite number, zero or more.");

    /// <summary>Checks a figure that may be wrong.</summary>
    /// <param name="value">Finite, zero or more; public.</param>
    /// <param name="rho">The rho, or zero.</param>
    /// <returns>Whether the figure is one.</returns>
    public static bool TryCreate(double value, out Rho rho)
    {
        var good = double.IsFinite(value) && value >= 0;
        rho = good ? new Rho(value) : default;
        return good;
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("0.########");
}
