namespace PrivacyGrains.Protocols.Inference;

/// <summary>One layer of a planned model. Public: kinds, sizes and stated bounds, no weights.</summary>
public abstract record PlanLayer
{
    private protected PlanLayer()
    {
    }

    /// <summary>y = x W + b with weights and biases of bounded size.</summary>
    /// <param name="outputs">Columns of W, at least 1.</param>
    /// <param name="secretWeights">Whether the weights are shared (a product of shares) or known to all parties (a local product).</param>
    /// <param name="weightBound">Every |weight| is at most this; positive.</param>
    /// <param name="biasBound">Every |bias| is at most this; not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number lies outside, is NaN or infinite.</exception>
    public static PlanLayer Dense(int outputs, bool secretWeights, double weightBound, double biasBound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        if (!(weightBound > 0 && double.IsFinite(weightBound)))
        {
            throw new ArgumentOutOfRangeException(nameof(weightBound), "The bound of weights must be positive and finite.");
        }

        if (!(biasBound >= 0 && double.IsFinite(biasBound)))
        {
            throw new ArgumentOutOfRangeException(nameof(biasBound), "The bound of biases must not be negative, and finite.");
        }

        return new DenseLayer(outputs, secretWeights, weightBound, biasBound);
    }

    /// <summary>max(x, 0), element by element.</summary>
    public static PlanLayer Relu { get; } = new ReluLayer();

    /// <summary>1 / (1 + e^-x), element by element, within 2^-10.</summary>
    public static PlanLayer Sigmoid { get; } = new SigmoidLayer();
}

/// <summary>A dense layer; see <see cref="PlanLayer.Dense"/>.</summary>
public sealed record DenseLayer : PlanLayer
{
    internal DenseLayer(int outputs, bool secretWeights, double weightBound, double biasBound) =>
        (Outputs, SecretWeights, WeightBound, BiasBound) = (outputs, secretWeights, weightBound, biasBound);

    /// <summary>Columns of the weight matrix.</summary>
    public int Outputs { get; }

    /// <summary>Whether the weights are shared among the parties; otherwise all of them know the weights.</summary>
    public bool SecretWeights { get; }

    /// <summary>The greatest |weight|.</summary>
    public double WeightBound { get; }

    /// <summary>The greatest |bias|.</summary>
    public double BiasBound { get; }
}

/// <summary>A ReLU layer.</summary>
public sealed record ReluLayer : PlanLayer
{
    internal ReluLayer()
    {
    }
}

/// <summary>A sigmoid layer.</summary>
public sealed record SigmoidLayer : PlanLayer
{
    internal SigmoidLayer()
    {
    }
}
