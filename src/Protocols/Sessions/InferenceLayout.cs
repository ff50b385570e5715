using System.Collections.Immutable;
using System.Security.Cryptography;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Sessions;

/// <summary>How a session's inputs lie in a plan's tensors: features side by side in the order of the statement, then one input that holds all weights.</summary>
/// <remarks>
/// An opening has the weights alone; a session over weights that the sides hold has features alone. A features input is rows x its columns. The weights input is flat: for each layer that has some its parameters in their order (a dense one's matrix, inputs x outputs,
/// row-major, then its bias). What all sides may know is no share: see <see cref="PublicInputs"/>.
/// </remarks>
public static class InferenceLayout
{
    /// <summary>The name of the input that holds the weights.</summary>
    public const string Weights = "weights";

    /// <summary>Checks that a statement's inputs fill a plan exactly.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="statement">The statement.</param>
    /// <returns>Null, or the fault.</returns>
    public static ProtocolFault? Check(InferencePlan plan, InferenceStatement statement)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(statement);
        var columns = statement.Inputs.Where(input => input.Slot != Weights).Sum(input => (long)input.Columns);
        var givesWeights = HasWeights(plan) && statement.Held is null;
        return statement.Opening is { } terms ? CheckOpening(plan, statement, terms)
            : plan.Scheme.Parties != statement.ComputeParties.Length
                ? new ProtocolFault("inference.wrong-parties", null, $"{plan.Scheme.Parties} compute parties", $"{statement.ComputeParties.Length}")
            : statement.Held is not null && plan.MaskDigest.IsEmpty
                ? new ProtocolFault("inference.unmasked-weights", null, "a plan with the masks of the weights that the sides hold", "a plan without masks")
            : statement.Held is null && !plan.MaskDigest.IsEmpty
                ? new ProtocolFault("inference.masked-weights", null, "weights that a session's inputs bring", "a plan with weights that were opened under masks before")
            : PublicInputs.Check(plan, statement) is { } other ? other
            : columns != plan.Features ? new ProtocolFault("inference.wrong-columns", null, $"{plan.Features} columns over all inputs", $"{columns}")
            : statement.Inputs.Count(input => input.Slot == Weights && input.Columns == 0) != (givesWeights ? 1 : 0)
                ? new ProtocolFault(
                    "inference.no-weights", null,
                    givesWeights ? $"one input called '{Weights}' without columns" : statement.Held is null ? "no input of weights: the plan has none" : "no input of weights: the sides hold them", "another number")
            : statement.Inputs.Any(input => input.Slot != Weights && (input.Columns < 1 || (!input.Counted && input.Party != statement.Receiver)))
                ? new ProtocolFault("inference.uncounted-features", null, "features with columns, counted as a disclosure unless they are the receiver's own", "an input that is not")
            : null;
    }

    private static ProtocolFault? CheckOpening(InferencePlan plan, InferenceStatement statement, WeightTerms terms) =>
        plan.Scheme.Parties != statement.ComputeParties.Length
            ? new ProtocolFault("inference.wrong-parties", null, $"{plan.Scheme.Parties} compute parties", $"{statement.ComputeParties.Length}")
        : statement.Held is not null || !plan.MaskDigest.IsEmpty
            ? new ProtocolFault("inference.masked-weights", null, "an opening of weights that are given now", "one of weights that were opened before")
        : plan.Parameters.Any(parameters => parameters.Any(parameter => !parameter.IsSecret))
            ? new ProtocolFault("inference.public-weights", null, "layers with secret weights", "a layer with public ones")
        : !plan.CanBeMasked
            ? new ProtocolFault("inference.nothing-to-open", null, "products of shares that a dealer serves", "a plan that has none, since its degrees are reduced or it has no weights, or that has too many weights")
        : statement.Inputs is not [{ Slot: Weights, Columns: 0, Counted: false, PublicDigest: null } only] || only.Party != statement.Receiver
            ? new ProtocolFault("inference.no-weights", null, $"one input called '{Weights}', of the party that asks", "others")
        : terms.Check();

    /// <summary>Whether a plan has weights that somebody must give.</summary>
    public static bool HasWeights(InferencePlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Parameters.Any(own => own.Length > 0);
    }

    /// <summary>The shape of one input.</summary>
    public static TensorShape ShapeOf(InferencePlan plan, StatementInput input)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(input);
        return input.Slot == Weights ? TensorShape.Of(checked((int)plan.Parameters.SelectMany(own => own).Sum(parameter => (long)parameter.Shape.Length))) : TensorShape.Of(plan.Rows, input.Columns);
    }

    /// <summary>Splits one input into a share for each compute party.</summary>
    /// <param name="plan">The plan; its format and bound hold.</param>
    /// <param name="statement">The statement.</param>
    /// <param name="input">Which input.</param>
    /// <param name="values">Row-major; secret; finite, and features within the plan's bound.</param>
    /// <param name="random">Uniform bytes.</param>
    /// <exception cref="ArgumentException">The number of values is another, or a value is not finite or out of bounds; the message names its index.</exception>
    public static ImmutableArray<ShareTensor> Split(
        InferencePlan plan, InferenceStatement statement, StatementInput input, ReadOnlySpan<double> values, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(statement);
        var words = Words(plan, input, values);
        var shares = SecretSharing.Split(plan.Scheme, words, ShapeOf(plan, input), random);
        Array.Clear(words);
        return shares;
    }

    /// <summary>What a giver seals to each side: a share, or of a public input the same bytes to all.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="statement">The statement.</param>
    /// <param name="input">Which input.</param>
    /// <param name="values">As <see cref="Split"/> takes them.</param>
    /// <param name="random">Uniform bytes.</param>
    /// <returns>By compute party; secret, and the caller's to clear.</returns>
    /// <exception cref="ArgumentException">As <see cref="Split"/>'s; or these are not the numbers of the public input that the session names.</exception>
    public static ImmutableArray<byte[]> Messages(
        InferencePlan plan, InferenceStatement statement, StatementInput input, ReadOnlySpan<double> values, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(statement);
        ArgumentNullException.ThrowIfNull(input);
        if (input.PublicDigest is { } stated)
        {
            var same = PublicInputs.Canonical(Words(plan, input, values));
            return Convert.ToHexStringLower(SHA256.HashData(same)) == stated
                ? [.. statement.ComputeParties.Select(_ => (byte[])same.Clone())]
                : throw new ArgumentException($"Input '{input.Slot}' is public, and the session names other numbers than these.", nameof(values));
        }

        return [.. Split(plan, statement, input, values, random).Select(static share =>
        {
            var message = share.ToBytes();
            share.Clear();
            return message;
        })];
    }

    /// <summary>Reads what one side got of an input.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="input">Which input.</param>
    /// <param name="index">The side's place among the compute parties.</param>
    /// <param name="message">Unsealed; may be hostile.</param>
    /// <returns>What <see cref="Assemble"/> takes, or the fault, which names the input's party.</returns>
    public static Checked<ShareTensor> Open(InferencePlan plan, StatementInput input, int index, ReadOnlySpan<byte> message)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(input);
        if (input.PublicDigest is not null)
        {
            return PublicInputs.Take(plan, input, index, message);
        }

        if (!ShareTensor.Parse(message, input.Party).Try(out var share, out var fault))
        {
            return fault;
        }

        if (CheckShare(plan, input, index, share) is not { } wrong)
        {
            return share;
        }

        share.Clear();
        return wrong;
    }

    /// <summary>The numbers in the plan's fixed point. Secret.</summary>
    internal static ulong[] Words(InferencePlan plan, StatementInput input, ReadOnlySpan<double> values)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(input);
        var shape = ShapeOf(plan, input);
        if (values.Length != shape.Length)
        {
            throw new ArgumentException($"Input '{input.Slot}' has {shape} = {shape.Length} values; {values.Length} came.", nameof(values));
        }

        for (var i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]) || (input.Slot != Weights && Math.Abs(values[i]) > plan.InputBound))
            {
                throw new ArgumentException($"Value {i} of input '{input.Slot}' must be finite and, for features, at most {plan.InputBound:0.###} in size.", nameof(values));
            }
        }

        var words = new ulong[values.Length];
        Encode(plan, input, values, words);
        return words;
    }

    /// <summary>Checks one side's share of an input.</summary>
    /// <returns>Null, or the fault, which names the input's party.</returns>
    public static ProtocolFault? CheckShare(InferencePlan plan, StatementInput input, int index, ShareTensor share)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(share);
        var shape = ShapeOf(plan, input);
        return share.Scheme == plan.Scheme && share.Party == index && share.Shape.Equals(shape)
            ? null
            : new ProtocolFault("inference.wrong-shape", input.Party, $"a {shape} share of {plan.Scheme} for side {index}", $"{share}");
    }

    /// <summary>Puts one side's shares of all inputs where the plan wants them.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="statement">The statement, checked.</param>
    /// <param name="shares">By the inputs' names, each checked.</param>
    public static (ShareTensor Features, IReadOnlyList<LayerWeights> Layers) Assemble(
        InferencePlan plan, InferenceStatement statement, IReadOnlyDictionary<string, ShareTensor> shares)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(statement);
        ArgumentNullException.ThrowIfNull(shares);
        var features = ShareTensor.ConcatenateColumns([.. statement.Inputs.Where(input => input.Slot != Weights).Select(input => shares[input.Slot])]);
        return (features, shares.TryGetValue(Weights, out var flat) ? Layers(plan, flat) : []);
    }

    /// <summary>Cuts one side's share of all weights into those of the plan's layers.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="flat">As <see cref="ShapeOf"/> has it for the weights.</param>
    /// <exception cref="ArgumentException">The share has another length.</exception>
    public static IReadOnlyList<LayerWeights> Layers(InferencePlan plan, ShareTensor flat)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(flat);
        if (PublicInputs.HasPublicWeights(plan))
        {
            return PublicInputs.Layers(plan, flat.Words);
        }

        var layers = new List<LayerWeights>();
        var at = 0;
        foreach (var parameters in plan.Parameters)
        {
            var own = new List<ShareTensor>();
            foreach (var shape in parameters.Select(parameter => parameter.Shape))
            {
                own.Add(ShareTensor.Create(flat.Scheme, flat.Party, shape, flat.Words.Slice(at, shape.Length)));
                at += shape.Length;
            }

            layers.Add(LayerWeights.Shared(own));
        }

        return at == flat.Shape.Length ? layers : throw new ArgumentException($"{plan} has {at} weights; {flat} came.", nameof(flat));
    }

    /// <summary>Puts the output shares together.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="shares">One of each side.</param>
    /// <returns>rows x outputs, row-major; or the fault.</returns>
    public static Checked<double[]> Reconstruct(InferencePlan plan, IReadOnlyList<ShareTensor> shares)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(shares);
        if (shares.FirstOrDefault(share => share.Scheme != plan.Scheme || !share.Shape.Equals(plan.OutputShape)) is { } wrong)
        {
            return new ProtocolFault("inference.wrong-shape", null, $"a {plan.OutputShape} share of {plan.Scheme}", $"{wrong}");
        }

        if (!SecretSharing.Reconstruct(shares).Try(out var words, out var fault))
        {
            return fault;
        }

        var values = new double[words.Length];
        plan.Format.Decode(plan.Scheme.Algebra, words, values);
        return values;
    }

    // A parameter may have fractional bits of its own.
    private static void Encode(InferencePlan plan, StatementInput input, ReadOnlySpan<double> values, Span<ulong> words)
    {
        if (input.Slot != Weights)
        {
            plan.Format.Encode(plan.Scheme.Algebra, values, words);
            return;
        }

        var at = 0;
        foreach (var parameter in plan.Parameters.SelectMany(own => own))
        {
            FixedPoint.Create(parameter.FractionalBits).Encode(plan.Scheme.Algebra, values.Slice(at, parameter.Shape.Length), words.Slice(at, parameter.Shape.Length));
            at += parameter.Shape.Length;
        }
    }
}
