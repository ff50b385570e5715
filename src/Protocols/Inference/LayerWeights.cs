using System.Collections.Immutable;
using System.Security.Cryptography;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference;

/// <summary>The parameters of one layer as one party holds them: shares of them, or themselves.</summary>
/// <remarks>
/// Shared weights are secret and fresh or stored shares of one model version. Public weights must be the same at every party: they enter what round
/// messages are bound to, so that parties with different ones fault instead of computing nonsense.
/// </remarks>
public sealed class LayerWeights
{
    private readonly ImmutableArray<ShareTensor> _shares;
    private byte[]? _digest; // kept: a registered model's weights serve many sessions
    private readonly ImmutableArray<(TensorShape Shape, ulong[] Words)> _words;

    private LayerWeights(ImmutableArray<ShareTensor> shares, ImmutableArray<(TensorShape Shape, ulong[] Words)> words) => (_shares, _words) = (shares, words);

    /// <summary>What was opened of the model's weights beforehand, or null.</summary>
    internal MaskedWeights? Masked { get; private init; }

    /// <summary>Whether this holds shares.</summary>
    public bool IsSecret => !_shares.IsEmpty;

    internal ShareTensor? SecretWeights => IsSecret ? _shares[0] : null;

    internal ShareTensor? SecretBias => IsSecret ? _shares[1] : null;

    private IEnumerable<TensorShape> Shapes => IsSecret ? _shares.Select(share => share.Shape) : _words.Select(words => words.Shape);

    /// <summary>This party's shares of a dense layer's weights.</summary>
    /// <param name="weights">inputs x outputs, in the plan's fixed-point format.</param>
    /// <param name="bias">As many elements as outputs, in the same format; zeros where the layer has none.</param>
    /// <exception cref="ArgumentException">The shares do not fit each other.</exception>
    public static LayerWeights Shared(ShareTensor weights, ShareTensor bias)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(bias);
        return weights.Shape.Dimensions.Length == 2 && bias.Shape.Length == weights.Shape.Columns
            ? Shared([weights, bias])
            : throw new ArgumentException($"A matrix and a bias for each column are wanted: {weights}; {bias}.", nameof(bias));
    }

    /// <summary>This party's shares of a layer's parameters.</summary>
    /// <param name="shares">One for each parameter, in the layer's order, encoded with its fractional bits.</param>
    /// <exception cref="ArgumentException">There are none, or they are of several schemes or parties.</exception>
    public static LayerWeights Shared(IReadOnlyList<ShareTensor> shares)
    {
        ArgumentNullException.ThrowIfNull(shares);
        return shares.Count > 0 && shares.All(share => share is not null && share.Scheme == shares[0].Scheme && share.Party == shares[0].Party)
            ? new LayerWeights([.. shares], [])
            : throw new ArgumentException($"Shares of one scheme and party are wanted: {string.Join("; ", shares)}.", nameof(shares));
    }

    /// <summary>The same shares, with what was opened of the model's weights beforehand.</summary>
    /// <param name="masked">Of the whole model; the same at every party.</param>
    public LayerWeights WithMasked(MaskedWeights masked)
    {
        ArgumentNullException.ThrowIfNull(masked);
        return new LayerWeights(_shares, _words) { Masked = masked };
    }

    /// <summary>Weights of a dense layer that all parties know.</summary>
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

        return new LayerWeights([], [(TensorShape.Of(inputs, bias.Length), Encode(scheme, format, weights)), (TensorShape.Of(bias.Length), Encode(scheme, format, bias))]);
    }

    /// <summary>Parameters of a layer that all parties know.</summary>
    /// <param name="scheme">How the inputs are shared.</param>
    /// <param name="parameters">What the layer declares.</param>
    /// <param name="values">For each parameter its finite numbers, row-major.</param>
    /// <exception cref="ArgumentException">The numbers do not fit the shapes, or one is NaN, infinite or too large.</exception>
    public static LayerWeights Public(SharingScheme scheme, ImmutableArray<LayerParameter> parameters, IReadOnlyList<double[]> values)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        RequireShapes(parameters, values);
        return new LayerWeights([], [.. parameters.Select((p, i) => (p.Shape, Encode(scheme, FixedPoint.Create(p.FractionalBits), values[i])))]);
    }

    /// <summary>Parameters of a layer that all parties know, encoded already.</summary>
    /// <param name="scheme">How the inputs are shared.</param>
    /// <param name="parameters">What the layer declares.</param>
    /// <param name="words">The elements of all its parameters, in their order, row-major.</param>
    /// <exception cref="ArgumentException">The elements do not fit the shapes, or one is none of the scheme's.</exception>
    public static LayerWeights Public(SharingScheme scheme, ImmutableArray<LayerParameter> parameters, ReadOnlySpan<ulong> words)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        var parts = ImmutableArray.CreateBuilder<(TensorShape Shape, ulong[] Words)>(parameters.Length);
        foreach (var parameter in parameters)
        {
            if (words.Length < parameter.Shape.Length || !scheme.Algebra.AreElements(words))
            {
                throw new ArgumentException($"Elements for {string.Join(", ", parameters.Select(p => $"{p.Name} {p.Shape}"))} are wanted.", nameof(words));
            }

            parts.Add((parameter.Shape, words[..parameter.Shape.Length].ToArray()));
            words = words[parameter.Shape.Length..];
        }

        return words.IsEmpty ? new LayerWeights([], parts.ToImmutable()) : throw new ArgumentException($"{words.Length} elements are left over.", nameof(words));
    }

    /// <summary>Splits a layer's parameters into shares, one entry for each party.</summary>
    /// <param name="scheme">How they are divided.</param>
    /// <param name="parameters">What the layer declares.</param>
    /// <param name="values">For each parameter its finite numbers, row-major. Secret.</param>
    /// <param name="random">Uniform bytes.</param>
    /// <exception cref="ArgumentException">The numbers do not fit the shapes, or one is NaN, infinite or too large.</exception>
    public static ImmutableArray<LayerWeights> Split(
        SharingScheme scheme, ImmutableArray<LayerParameter> parameters, IReadOnlyList<double[]> values, Arithmetic.Randomness.IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        RequireShapes(parameters, values);
        ImmutableArray<ShareTensor>[] shares =
            [.. parameters.Select((p, i) => SecretSharing.Split(scheme, values[i], p.Shape, FixedPoint.Create(p.FractionalBits), random))];
        return [.. Enumerable.Range(0, scheme.Parties).Select(party => Shared([.. shares.Select(each => each[party])]))];
    }

    /// <summary>The share of one parameter.</summary>
    internal ShareTensor Secret(int index) => _shares[index];

    /// <summary>The elements of one public parameter.</summary>
    internal ReadOnlySpan<ulong> Public(int index) => _words[index].Words;

    internal bool Fits(ImmutableArray<LayerParameter> parameters, SharingScheme scheme, int party) =>
        IsSecret == parameters[0].IsSecret && Shapes.SequenceEqual(parameters.Select(parameter => parameter.Shape))
        && (!IsSecret || (_shares[0].Scheme == scheme && _shares[0].Party == party));

    /// <summary>SHA-256 over what all parties know: public weights, or the shapes of secret ones and what was opened of them under masks.</summary>
    internal byte[] PublicDigest() => _digest ??= MakeDigest();

    private byte[] MakeDigest()
    {
        var writer = new WireWriter("mpc.weights", 2).Byte(IsSecret ? (byte)1 : (byte)0);
        foreach (var shape in Shapes)
        {
            writer.Text(shape.ToString());
        }

        foreach (var (_, words) in _words)
        {
            writer.Words(words);
        }

        if (Masked is { } masked)
        {
            writer.Bytes(masked.Digest());
        }

        return SHA256.HashData(writer.Written.Span);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{(IsSecret ? "shared" : "public")} weights {string.Join(", ", Shapes)}";

    private static ulong[] Encode(SharingScheme scheme, FixedPoint format, ReadOnlySpan<double> values)
    {
        var words = new ulong[values.Length];
        format.Encode(scheme.Algebra, values, words);
        return words;
    }

    private static void RequireShapes(ImmutableArray<LayerParameter> parameters, IReadOnlyList<double[]> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count != parameters.Length || parameters.Where((parameter, i) => parameter.Shape.Length != values[i].Length).Any())
        {
            throw new ArgumentException($"Parameters {string.Join(", ", parameters.Select(p => $"{p.Name} {p.Shape}"))} are wanted; {string.Join(", ", values.Select(v => v.Length))} numbers came.", nameof(values));
        }
    }
}
