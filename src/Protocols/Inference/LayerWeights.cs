using System.Security.Cryptography;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference;

/// <summary>The weights of one dense layer as one party holds them: shares of them, or themselves.</summary>
/// <remarks>
/// Shared weights are secret and fresh or stored shares of one model version. Public weights must be the same at every party: they enter what round
/// messages are bound to, so that parties with different ones fault instead of computing nonsense.
/// </remarks>
public sealed class LayerWeights
{
    private readonly ulong[] _weights = [];
    private readonly ulong[] _bias = [];

    private LayerWeights(int inputs, int outputs) => (Inputs, Outputs) = (inputs, outputs);

    private LayerWeights(int inputs, int outputs, ulong[] weights, ulong[] bias)
        : this(inputs, outputs) => (_weights, _bias) = (weights, bias);

    /// <summary>Rows of the weight matrix.</summary>
    public int Inputs { get; }

    /// <summary>Columns of the weight matrix.</summary>
    public int Outputs { get; }

    /// <summary>Whether this holds shares.</summary>
    public bool IsSecret => SecretWeights is not null;

    internal ShareTensor? SecretWeights { get; private init; }

    internal ShareTensor? SecretBias { get; private init; }

    internal ReadOnlySpan<ulong> PublicWeights => _weights;

    internal ReadOnlySpan<ulong> PublicBias => _bias;

    /// <summary>This party's shares of the weights.</summary>
    /// <param name="weights">inputs x outputs, in the plan's fixed-point format.</param>
    /// <param name="bias">As many elements as outputs, in the same format; zeros where the layer has none.</param>
    /// <exception cref="ArgumentException">The shares do not fit each other.</exception>
    public static LayerWeights Shared(ShareTensor weights, ShareTensor bias)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(bias);
        if (weights.Shape.Dimensions.Length != 2 || bias.Shape.Length != weights.Shape.Columns || bias.Scheme != weights.Scheme || bias.Party != weights.Party)
        {
            throw new ArgumentException($"A matrix and a bias of one scheme and party are wanted: {weights}; {bias}.", nameof(bias));
        }

        return new LayerWeights(weights.Shape.Rows, weights.Shape.Columns) { SecretWeights = weights, SecretBias = bias };
    }

    /// <summary>Weights that all parties know.</summary>
    /// <param name="scheme">How the inputs are shared.</param>
    /// <param name="format">The plan's fixed-point format.</param>
    /// <param name="inputs">Rows of the matrix.</param>
    /// <param name="weights">inputs x outputs finite numbers, row-major.</param>
    /// <param name="bias">One finite number per output.</param>
    /// <exception cref="ArgumentException">The numbers do not fit each other, or one is NaN, infinite or too large.</exception>
    public static LayerWeights Public(SharingScheme scheme, FixedPoint format, int inputs, ReadOnlySpan<double> weights, ReadOnlySpan<double> bias)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        if (weights.Length != (long)inputs * bias.Length)
        {
            throw new ArgumentException($"{inputs} x {bias.Length} weights are wanted; {weights.Length} came.", nameof(weights));
        }

        var (words, biasWords) = (new ulong[weights.Length], new ulong[bias.Length]);
        format.Encode(scheme.Algebra, weights, words);
        format.Encode(scheme.Algebra, bias, biasWords);
        return new LayerWeights(inputs, bias.Length, words, biasWords);
    }

    /// <summary>SHA-256 over public weights; over nothing but the shape where they are secret.</summary>
    internal byte[] PublicDigest() =>
        SHA256.HashData(new WireWriter("mpc.weights", 1).Int32(Inputs).Int32(Outputs).Words(_weights).Words(_bias).Written.Span);

    /// <inheritdoc/>
    public override string ToString() => $"{(IsSecret ? "shared" : "public")} weights {Inputs} x {Outputs}";
}
