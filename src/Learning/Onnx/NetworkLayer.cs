using System.Collections.Immutable;

namespace PrivacyGrains.Learning.Onnx;

/// <summary>One layer of a network that came from a file. Dimensions are those of one record; weights are secret where the model is, and <see cref="object.ToString"/> tells shapes only.</summary>
public abstract record NetworkLayer
{
    private protected NetworkLayer()
    {
    }
}

/// <summary>A node of a network's graph.</summary>
/// <param name="Layer">What it computes.</param>
/// <param name="Inputs">Which values it takes: 0 is the record, i + 1 what node i makes. Only earlier ones.</param>
/// <param name="Name">The file's name for it, for messages; safe to show.</param>
/// <param name="Dimensions">What a record has afterwards.</param>
public sealed record NetworkNode(NetworkLayer Layer, ImmutableArray<int> Inputs, string Name, ImmutableArray<int> Dimensions)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Layer}";
}

/// <summary>y = x W + b over the last dimension.</summary>
/// <param name="Inputs">Rows of W, at least 1.</param>
/// <param name="Outputs">Columns of W, at least 1.</param>
/// <param name="Weights">inputs x outputs finite numbers, row-major.</param>
/// <param name="Bias">As many finite numbers as outputs.</param>
public sealed record DenseNetworkLayer(int Inputs, int Outputs, ImmutableArray<double> Weights, ImmutableArray<double> Bias) : NetworkLayer
{
    /// <inheritdoc/>
    public override string ToString() => $"dense {Inputs} x {Outputs}";
}

/// <summary>A window that slides over the last two dimensions, with what is around the image.</summary>
public sealed record NetworkWindow(
    int Height, int Width, int RowStride, int ColumnStride, int RowDilation, int ColumnDilation, int Top, int Left, int Bottom, int Right)
{
    /// <summary>Places of one window.</summary>
    public int Size => Height * Width;

    /// <inheritdoc/>
    public override string ToString() => $"{Height} x {Width}";
}

/// <summary>A convolution of channels x height x width.</summary>
/// <param name="Window">What slides.</param>
/// <param name="Groups">Groups of channels that do not mix.</param>
/// <param name="Outputs">Channels of the result, a multiple of the groups.</param>
/// <param name="Weights">groups x (channels of a group * window) x (outputs of a group), row-major.</param>
/// <param name="Bias">One number for each output.</param>
public sealed record ConvolutionNetworkLayer(NetworkWindow Window, int Groups, int Outputs, ImmutableArray<double> Weights, ImmutableArray<double> Bias) : NetworkLayer
{
    /// <summary>Numbers under one window of one group.</summary>
    public int Terms => Weights.Length / Outputs;

    /// <inheritdoc/>
    public override string ToString() => $"convolution {Window} to {Outputs}";
}

/// <summary>s x + b with parameters that are repeated over the record as numpy does.</summary>
/// <param name="Dimensions">Of both, aligned at the record's last dimension.</param>
/// <param name="Scale">Finite numbers; none where it only adds.</param>
/// <param name="Shift">Finite numbers; none where it only multiplies.</param>
public sealed record AffineNetworkLayer(ImmutableArray<int> Dimensions, ImmutableArray<double> Scale, ImmutableArray<double> Shift) : NetworkLayer
{
    /// <inheritdoc/>
    public override string ToString() => $"affine {string.Join(" x ", Dimensions)}";
}

/// <summary>a x + c with two numbers that belong to the architecture and are public.</summary>
public sealed record ScaleNetworkLayer(double Factor, double Summand) : NetworkLayer
{
    /// <inheritdoc/>
    public override string ToString() => "scale";
}

/// <summary>min(max(x, lower), upper) with public bounds, infinite where there is none.</summary>
public sealed record ClipNetworkLayer(double Lower, double Upper) : NetworkLayer;

/// <summary>What a <see cref="FunctionNetworkLayer"/> computes.</summary>
public enum NetworkFunction
{
    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>1 / (1 + e^-x).</summary>
    Sigmoid,

    /// <summary>The hyperbolic tangent.</summary>
    Tanh,

    /// <summary>e^x.</summary>
    Exp,

    /// <summary>The natural logarithm.</summary>
    Log,

    /// <summary>The square root.</summary>
    Sqrt,

    /// <summary>1 / x.</summary>
    Reciprocal,

    /// <summary>1 / sqrt(x).</summary>
    InverseSqrt,

    /// <summary>|x|.</summary>
    Abs,

    /// <summary>The error function.</summary>
    Erf,

    /// <summary>x times the normal distribution's cumulative function.</summary>
    Gelu,

    /// <summary>x sigmoid(x).</summary>
    Silu,

    /// <summary>ln(1 + e^x).</summary>
    Softplus,

    /// <summary>x where positive, else alpha (e^x - 1).</summary>
    Elu,

    /// <summary>Softmax over the last dimension.</summary>
    Softmax,

    /// <summary>The logarithm of softmax over the last dimension.</summary>
    LogSoftmax,

    /// <summary>(x - mean) / sqrt(variance + alpha) over the last dimension.</summary>
    Normalize,

    /// <summary>The alpha greatest over the last dimension, the greatest first.</summary>
    TopK,

    /// <summary>Their places.</summary>
    TopKPlaces,

    /// <summary>The sum over the last dimension, which goes.</summary>
    Sum,

    /// <summary>The greatest over the last dimension, which goes.</summary>
    Greatest,

    /// <summary>The place of the greatest over the last dimension, which goes.</summary>
    ArgMax,

    /// <summary>x + y.</summary>
    Add,

    /// <summary>x - y.</summary>
    Subtract,

    /// <summary>x * y; x * x of one.</summary>
    Multiply,

    /// <summary>The sum of x * y over the last dimension, which goes; of x * x of one.</summary>
    Dot,

    /// <summary>1 where x = y, else 0.</summary>
    Equal,

    /// <summary>1 where x is at least 0, else 0.</summary>
    Step,
}

/// <summary>A function of one value or two; two are repeated to each other as numpy does.</summary>
/// <param name="Function">Which.</param>
/// <param name="Alpha">Its public number, where it has one.</param>
public sealed record FunctionNetworkLayer(NetworkFunction Function, double Alpha = 0) : NetworkLayer
{
    /// <inheritdoc/>
    public override string ToString() => Function.ToString().ToLowerInvariant();
}

/// <summary>1 where a number is equal to a public one and 0 elsewhere: a last dimension of as many as there are public numbers.</summary>
/// <param name="Values">Finite; at least one.</param>
public sealed record EqualNetworkLayer(ImmutableArray<double> Values) : NetworkLayer
{
    /// <inheritdoc/>
    public override string ToString() => $"equal to {Values.Length}";
}

/// <summary>The greatest or the average under each window over the last two dimensions.</summary>
/// <param name="Window">What slides.</param>
/// <param name="TakesGreatest">Whether the greatest is taken, and not the average.</param>
/// <param name="CountsPadding">Whether an average counts the zeros around the image.</param>
public sealed record PoolNetworkLayer(NetworkWindow Window, bool TakesGreatest, bool CountsPadding) : NetworkLayer
{
    /// <inheritdoc/>
    public override string ToString() => $"{(TakesGreatest ? "max" : "average")}-pool {Window}";
}

/// <summary>Gives a record other dimensions.</summary>
public sealed record ReshapeNetworkLayer(ImmutableArray<int> Dimensions) : NetworkLayer;

/// <summary>Puts a record's dimensions, from 0, in another order.</summary>
public sealed record TransposeNetworkLayer(ImmutableArray<int> Order) : NetworkLayer;

/// <summary>Takes places along one dimension of a record, from 0.</summary>
public sealed record GatherNetworkLayer(int Axis, ImmutableArray<int> Places) : NetworkLayer;

/// <summary>Puts a public constant around a record.</summary>
public sealed record PadNetworkLayer(ImmutableArray<int> Before, ImmutableArray<int> After, double Constant) : NetworkLayer;

/// <summary>Sets records side by side along one of their dimensions, from 0.</summary>
public sealed record ConcatNetworkLayer(int Axis) : NetworkLayer;
