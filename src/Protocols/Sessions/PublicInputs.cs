using System.Security.Cryptography;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Sessions;

/// <summary>Inputs of a session that its compute parties know whole: a public model, or public records beside a secret model.</summary>
/// <remarks>
/// <para>The statement names such an input by SHA-256 over its canonical bytes (<see cref="StatementInput.PublicDigest"/>): the numbers in the plan's fixed point. So it enters the roster, and with it every member's
/// signature, key and charge. Its giver seals the same bytes to every side; a side whose bytes have another digest refuses them by the giver's name (<c>inference.other-public-input</c>), so that no two sides
/// compute on different ones.</para>
/// <para>Public weights enter the layers as they are, and save what hides secret ones. Public records enter as the sharing that everybody can make of what everybody knows: the plan is that of shared records.</para>
/// <para>Does not hide the input from compute parties; from everybody else it is as well sealed as a share. That a digest is of a good model nobody proves: whoever states it vouches for it.</para>
/// </remarks>
public static class PublicInputs
{
    private const string Kind = "inference.public-input";
    private const int HexLength = 2 * SHA256.HashSizeInBytes;

    /// <summary>Whether a plan's weights are public. A plan with public and secret ones has no session, see <see cref="Check"/>.</summary>
    /// <param name="plan">The plan.</param>
    public static bool HasPublicWeights(InferencePlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Parameters.Any(static own => own.Any(static parameter => !parameter.IsSecret));
    }

    /// <summary>What names a public input in a statement.</summary>
    /// <param name="plan">The plan, for any number of records where it is weights.</param>
    /// <param name="input">Which input.</param>
    /// <param name="values">Row-major, as <see cref="InferenceLayout.Split"/> takes them.</param>
    /// <returns>Lower-case hex of SHA-256.</returns>
    /// <exception cref="ArgumentException">As <see cref="InferenceLayout.Split"/>'s.</exception>
    public static string Digest(InferencePlan plan, StatementInput input, ReadOnlySpan<double> values) =>
        Convert.ToHexStringLower(SHA256.HashData(Canonical(InferenceLayout.Words(plan, input, values))));

    /// <summary>Checks that exactly those inputs are named by a digest that the plan takes so.</summary>
    internal static ProtocolFault? Check(InferencePlan plan, InferenceStatement statement)
    {
        var areAll = plan.Parameters.All(static own => own.All(static parameter => !parameter.IsSecret));
        var weights = statement.Inputs.FirstOrDefault(static input => input.Slot == InferenceLayout.Weights);
        return HasPublicWeights(plan) && !areAll
                ? new ProtocolFault("inference.public-weights", null, "layers whose weights are all secret or all public", "a plan with both")
            : HasPublicWeights(plan) && statement.Held is not null
                ? new ProtocolFault("inference.public-weights", null, "weights that the sides hold as shares", "a plan with public ones")
            : weights is not null && HasPublicWeights(plan) && weights.PublicDigest is null
                ? new ProtocolFault("inference.public-weights", weights.Party, "the digest of weights that all sides are to know", "none")
            : weights?.PublicDigest is not null && !HasPublicWeights(plan)
                ? new ProtocolFault("inference.public-weights", weights.Party, "weights as shares: the plan's layers take secret ones", "a digest of public ones")
            : statement.Inputs.FirstOrDefault(static input => input.PublicDigest is { } hex && (hex.Length != HexLength || !hex.All(char.IsAsciiHexDigitLower))) is { } wrong
                ? new ProtocolFault("inference.invalid-public-digest", wrong.Party, $"{HexLength} lower-case hexadecimal digits", "other text")
            : null;
    }

    /// <summary>The bytes that every side gets.</summary>
    internal static byte[] Canonical(ReadOnlySpan<ulong> words) => new WireWriter(Kind, 1).Words(words).ToArray();

    /// <summary>Reads what a side got, which may be hostile, and makes it what the side computes with.</summary>
    /// <returns>Of weights the elements themselves, at every side; of features this side's part of a sharing that anybody can make.</returns>
    internal static Checked<ShareTensor> Take(InferencePlan plan, StatementInput input, int index, ReadOnlySpan<byte> bytes)
    {
        var came = Convert.ToHexStringLower(SHA256.HashData(bytes));
        if (came != input.PublicDigest)
        {
            return new ProtocolFault("inference.other-public-input", input.Party, $"{input.Slot} with the SHA-256 {input.PublicDigest}, which the session's members signed", came);
        }

        var shape = InferenceLayout.ShapeOf(plan, input);
        var reader = new WireReader(bytes, Kind, 1);
        var words = reader.Words(shape.Length);
        if (!reader.Finish() || words.Length != shape.Length || !plan.Scheme.Algebra.AreElements(words))
        {
            return new ProtocolFault("inference.wrong-shape", input.Party, $"{shape} numbers of {plan.Scheme}", reader.Failure ?? $"{words.Length} words");
        }

        if (FirstBeyond(plan, input, words) is { } at)
        {
            return new ProtocolFault("inference.out-of-range", input.Party, $"{input.Slot} within the plan's bounds", $"a greater number at {at}");
        }

        return input.Slot == InferenceLayout.Weights || plan.Scheme.AddsConstants(index)
            ? ShareTensor.Own(plan.Scheme, index, shape, words)
            : ShareTensor.Own(plan.Scheme, index, shape, new ulong[words.Length]);
    }

    /// <summary>Public weights as the layers take them.</summary>
    internal static List<LayerWeights> Layers(InferencePlan plan, ReadOnlySpan<ulong> words)
    {
        var layers = new List<LayerWeights>();
        var at = 0;
        foreach (var parameters in plan.Parameters)
        {
            var length = parameters.Sum(static parameter => parameter.Shape.Length);
            layers.Add(LayerWeights.Public(plan.Scheme, parameters, words.Slice(at, length)));
            at += length;
        }

        return layers;
    }

    // A plan's ranges are proven from its bounds. Rounding may add one unit in the last place.
    private static int? FirstBeyond(InferencePlan plan, StatementInput input, ReadOnlySpan<ulong> words)
    {
        if (input.Slot != InferenceLayout.Weights)
        {
            return FirstBeyond(plan.Scheme.Algebra, words, plan.InputBound, plan.Format.FractionalBits);
        }

        var at = 0;
        foreach (var parameter in plan.Parameters.SelectMany(static own => own))
        {
            if (FirstBeyond(plan.Scheme.Algebra, words.Slice(at, parameter.Shape.Length), parameter.Bound, parameter.FractionalBits) is { } place)
            {
                return at + place;
            }

            at += parameter.Shape.Length;
        }

        return null;
    }

    private static int? FirstBeyond(WordAlgebra algebra, ReadOnlySpan<ulong> words, double bound, int fractionalBits)
    {
        var most = Math.ScaleB(bound, fractionalBits) + 1;
        for (var i = 0; i < words.Length; i++)
        {
            if (Math.Abs((double)algebra.ToSigned(words[i])) > most)
            {
                return i;
            }
        }

        return null;
    }
}
