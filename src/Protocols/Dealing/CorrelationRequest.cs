using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.FunctionSharing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Dealing;

/// <summary>One batch of correlated randomness that a plan needs.</summary>
/// <remarks>Public. Every batch serves one step of one session and is never used again.</remarks>
public readonly record struct CorrelationRequest
{
    /// <summary>The most elements in one batch.</summary>
    public const int MaximumElements = 1 << 26;

    private const int MaximumSlot = 1 << 20;

    private CorrelationRequest(CorrelationKind kind, int first, int second = 0, int third = 0, int fourth = 0)
    {
        Kind = kind;
        First = first;
        Second = second;
        Third = third;
        Fourth = fourth;
    }

    /// <summary>What to make.</summary>
    public CorrelationKind Kind { get; }

    /// <summary>How many elements (or words of packed bits); m of a matrix; how many dot products.</summary>
    public int First { get; }

    /// <summary>k of a matrix; the length of dot products; the shift of a truncation, of keys, of a fused mask and of a power mask; else zero.</summary>
    public int Second { get; }

    /// <summary>n of a matrix; the bits that matter of keys and of a fused mask; else zero.</summary>
    public int Third { get; }

    /// <summary>Which masked tensor a masked product is with, of a convolution the first; the low bits that threshold keys leave out; else zero.</summary>
    public int Fourth { get; }

    /// <summary>The sizes of a convolution, else null; then the numbers are the lengths of A, B and A * B.</summary>
    internal ConvolutionShape? Shape { get; private init; }

    /// <summary>Triples for so many products.</summary>
    public static CorrelationRequest ElementwiseTriple(int count) => Checked(CorrelationKind.ElementwiseTriple, count);

    /// <summary>One triple for an m x k by k x n product.</summary>
    public static CorrelationRequest MatrixTriple(int m, int k, int n) => Checked(CorrelationKind.MatrixTriple, m, k, n);

    /// <summary>A triple for the dot products of so many pairs of rows.</summary>
    /// <param name="rows">How many pairs.</param>
    /// <param name="length">Numbers in a row.</param>
    public static CorrelationRequest DotProduct(int rows, int length) => Checked(CorrelationKind.DotProduct, rows, length);

    /// <summary>A pair for the sums of the squares of so many rows.</summary>
    /// <param name="rows">How many rows.</param>
    /// <param name="length">Numbers in a row.</param>
    public static CorrelationRequest SquareSum(int rows, int length) => Checked(CorrelationKind.SquareSum, rows, length);

    /// <summary>Pairs for so many squares.</summary>
    public static CorrelationRequest Square(int count) => Checked(CorrelationKind.Square, count);

    /// <summary>Tuples for so many truncations by a public number of bits.</summary>
    public static CorrelationRequest Truncation(int count, int bits) => Checked(CorrelationKind.Truncation, count, bits);

    /// <summary>Triples for 64 AND gates in each of so many words.</summary>
    public static CorrelationRequest BitTriple(int words) => Checked(CorrelationKind.BitTriple, words);

    /// <summary>So many bits shared both ways (daBits).</summary>
    public static CorrelationRequest SharedBit(int count) => Checked(CorrelationKind.SharedBit, count);

    /// <summary>Masks for so many comparisons.</summary>
    public static CorrelationRequest ComparisonMask(int count) => Checked(CorrelationKind.ComparisonMask, count);

    /// <summary>Tuples for so many products of a shared element and a shared bit.</summary>
    public static CorrelationRequest Selection(int count) => Checked(CorrelationKind.Selection, count);

    /// <summary>Masks and keys for comparing so many numbers of two parties with any thresholds.</summary>
    /// <param name="count">How many numbers.</param>
    /// <param name="shift">By how many bits the numbers are to be shifted right as well, 0 to 58.</param>
    /// <param name="bits">k, 2 to 64: every difference to a threshold is below 2^(k-1) in absolute value.</param>
    /// <param name="leftOut">How many low bits the comparison leaves out, 0 to k - 2: a number less than 2 to this power below a threshold may count as reaching it, and differences must stay that much below 2^(k-1).</param>
    public static CorrelationRequest ThresholdKeys(int count, int shift, int bits, int leftOut = 0) => Checked(CorrelationKind.ThresholdKeys, count, shift, bits, leftOut);

    /// <summary>Masks and keys for max(x, 0) of so many numbers of two parties.</summary>
    /// <param name="count">How many numbers.</param>
    /// <param name="shift">By how many bits the results are shifted right, 0 to 58.</param>
    /// <param name="bits">k, 2 to 64: every number is below 2^(k-1) in absolute value.</param>
    public static CorrelationRequest ReluKeys(int count, int shift, int bits) => Checked(CorrelationKind.ReluKeys, count, shift, bits);

    /// <summary>Masks and keys for telling where so many numbers of two parties are equal to public ones.</summary>
    /// <param name="count">How many numbers.</param>
    /// <param name="bits">k, 2 to 64: every difference to a public number is below 2^k in absolute value.</param>
    public static CorrelationRequest EqualityKeys(int count, int bits) => Checked(CorrelationKind.EqualityKeys, count, 0, bits);

    /// <summary>Masks that serve a truncation and a comparison of so many numbers.</summary>
    /// <param name="count">How many numbers.</param>
    /// <param name="shift">By how many bits the numbers are shifted right, 1 to 58.</param>
    /// <param name="bits">k, 3 to 64: every number is below 2^(k-2) in absolute value; 61 with Shamir shares.</param>
    public static CorrelationRequest FusedMask(int count, int shift, int bits) => Checked(CorrelationKind.FusedMask, count, shift, bits);

    /// <summary>Masks for so many cubes of numbers that lose a public number of bits first.</summary>
    /// <param name="count">How many numbers.</param>
    /// <param name="bits">How many bits they lose: 0 to 58.</param>
    public static CorrelationRequest PowerMask(int count, int bits) => Checked(CorrelationKind.PowerMask, count, bits);

    /// <summary>A mask for a tensor of weights of so many elements.</summary>
    public static CorrelationRequest WeightMask(int count) => Checked(CorrelationKind.WeightMask, count);

    /// <summary>A fresh m x k matrix and its product with the k x n mask of a tensor of weights.</summary>
    /// <param name="m">Rows of the fresh matrix.</param>
    /// <param name="k">Its columns, and rows of the weights.</param>
    /// <param name="n">Columns of the weights.</param>
    /// <param name="slot">Which of the tensors in the <see cref="WeightMaskPlan"/>, from 0.</param>
    public static CorrelationRequest MaskedMatrix(int m, int k, int n, int slot) => Checked(CorrelationKind.MaskedMatrix, m, k, n, slot);

    /// <summary>Tuples for so many products of a number, truncated by a public number of bits, and a shared bit.</summary>
    /// <param name="count">How many numbers.</param>
    /// <param name="bits">The shift, 1 to 58.</param>
    public static CorrelationRequest TruncatedSelection(int count, int bits) => Checked(CorrelationKind.TruncatedSelection, count, bits);

    /// <summary>A triple for a convolution.</summary>
    /// <param name="shape">Its sizes.</param>
    /// <param name="slots">Where its weights were masked beforehand, which tensor the first group's is; else null.</param>
    internal static CorrelationRequest Convolution(ConvolutionShape shape, int? slots)
    {
        var request = Convolved(slots is null ? CorrelationKind.Convolution : CorrelationKind.MaskedConvolution, shape, slots ?? 0);
        return shape.IsSound && request.IsSound() ? request : throw new ArgumentException($"A convolution of {shape} is not possible or too large for one batch.", nameof(shape));
    }

    /// <summary>Whether a kind's numbers are followed by the sizes of a convolution.</summary>
    internal static bool HasShape(byte kind) => (CorrelationKind)kind is CorrelationKind.Convolution or CorrelationKind.MaskedConvolution;

    /// <summary>Makes a request of numbers that came from outside.</summary>
    /// <returns>The request, or null where the numbers name none.</returns>
    internal static CorrelationRequest? FromNumbers(byte kind, int first, int second, int third, int fourth, ConvolutionShape? shape)
    {
        var request = new CorrelationRequest((CorrelationKind)kind, first, second, third, fourth) { Shape = shape };
        return Enum.IsDefined(request.Kind) && request.IsSound() ? request : null;
    }

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        CorrelationKind.MatrixTriple => $"{Kind}({First} x {Second} x {Third})",
        CorrelationKind.DotProduct or CorrelationKind.SquareSum => $"{Kind}({First} of {Second})",
        CorrelationKind.Convolution or CorrelationKind.MaskedConvolution => $"{Kind}({Shape})",
        CorrelationKind.MaskedMatrix => $"{Kind}({First} x {Second} x {Third} with tensor {Fourth})",
        CorrelationKind.Truncation or CorrelationKind.PowerMask or CorrelationKind.TruncatedSelection => $"{Kind}({First} by {Second} bits)",
        CorrelationKind.ThresholdKeys or CorrelationKind.ReluKeys or CorrelationKind.FusedMask =>
            $"{Kind}({First} of {Third} bits, shifted by {Second})",
        CorrelationKind.EqualityKeys => $"{Kind}({First} of {Third} bits)",
        _ => $"{Kind}({First})",
    };

    /// <summary>The parts in the order in which they are drawn and corrected.</summary>
    internal CorrelationPart[] Parts(WordAlgebra algebra) => Kind switch
    {
        CorrelationKind.ElementwiseTriple => [new(PartRole.Random, First), new(PartRole.Random, First), new(PartRole.Fixed, First)],
        CorrelationKind.MatrixTriple =>
            [new(PartRole.Random, First * Second), new(PartRole.Random, Second * Third), new(PartRole.Fixed, First * Third)],
        CorrelationKind.DotProduct => [new(PartRole.Random, First * Second), new(PartRole.Random, First * Second), new(PartRole.Fixed, First)],
        CorrelationKind.SquareSum => [new(PartRole.Random, First * Second), new(PartRole.Fixed, First)],
        CorrelationKind.WeightMask => [new(PartRole.Random, First)],
        CorrelationKind.MaskedMatrix => [new(PartRole.Random, First * Second), new(PartRole.Fixed, First * Third)],
        CorrelationKind.Convolution => [new(PartRole.Random, First), new(PartRole.Random, Second), new(PartRole.Fixed, Third)],
        CorrelationKind.MaskedConvolution => [new(PartRole.Random, First), new(PartRole.Fixed, Third)],
        CorrelationKind.Square => [new(PartRole.Random, First), new(PartRole.Fixed, First)],
        CorrelationKind.Truncation => [new(PartRole.Random, First), new(PartRole.Fixed, First), new(PartRole.Fixed, First)],
        CorrelationKind.BitTriple => [new(PartRole.RandomBits, First), new(PartRole.RandomBits, First), new(PartRole.FixedBits, First)],
        CorrelationKind.SharedBit => [new(PartRole.RandomBits, PackedBits.WordsFor(First)), new(PartRole.Fixed, First)],
        CorrelationKind.ComparisonMask => [new(PartRole.Random, First), new(PartRole.FixedBits, algebra.Bits * PackedBits.WordsFor(First))],
        CorrelationKind.Selection =>
            [new(PartRole.RandomBits, PackedBits.WordsFor(First)), new(PartRole.Fixed, First), new(PartRole.Random, First), new(PartRole.Fixed, First)],
        CorrelationKind.ThresholdKeys => KeyParts(First * (Second == 0 ? 1 : 2)),
        CorrelationKind.ReluKeys => KeyParts(First * (Second == 0 ? 2 : 3)),
        CorrelationKind.EqualityKeys => [new(PartRole.Random, First), new(PartRole.Own, PointKeys.RootWords), new(PartRole.Common, PointKeys.CommonWords)],
        CorrelationKind.FusedMask =>
            [new(PartRole.Random, First), new(PartRole.Fixed, 2 * First), new(PartRole.FixedBits, Third * PackedBits.WordsFor(First))],
        CorrelationKind.TruncatedSelection =>
        [
            new(PartRole.RandomBits, PackedBits.WordsFor(First)), new(PartRole.Fixed, First), new(PartRole.Random, First),
            .. Enumerable.Repeat(new CorrelationPart(PartRole.Fixed, First), 4),
        ],
        CorrelationKind.PowerMask => [new(PartRole.Random, First), .. Enumerable.Repeat(new CorrelationPart(PartRole.Fixed, First), Second == 0 ? 3 : 6)],
        _ => throw new InvalidOperationException($"A default request asks for nothing; {Kind} is no kind."),
    };

    /// <summary>The keys' sizes: the functions' points have one bit less than the numbers.</summary>
    internal ComparisonKeyLayout Keys => new(First, Third - 1 - Fourth, Kind == CorrelationKind.ReluKeys ? (Second == 0 ? 2 : 3) : 1);

    /// <summary>The sizes of point functions' keys.</summary>
    internal PointKeyLayout PointKeys => new(First, Third);

    /// <summary>Whether the scheme has this kind.</summary>
    internal bool Fits(SharingScheme scheme) => Kind switch
    {
        CorrelationKind.ThresholdKeys or CorrelationKind.ReluKeys or CorrelationKind.EqualityKeys => scheme.Kind == SharingKind.Additive && scheme.Parties == 2,
        CorrelationKind.FusedMask => scheme.Kind == SharingKind.Additive || Third == scheme.Algebra.Bits,
        _ => true,
    };

    private CorrelationPart[] KeyParts(int computed) =>
        [new(PartRole.Random, First), new(PartRole.Own, Keys.RootWords), new(PartRole.Fixed, computed), new(PartRole.Common, Keys.CommonWords)];

    private static CorrelationRequest Checked(CorrelationKind kind, int first, int second = 0, int third = 0, int fourth = 0)
    {
        var request = new CorrelationRequest(kind, first, second, third, fourth);
        return request.IsSound() ? request : throw new ArgumentException($"{request} has a negative or too large dimension, or a shift or a number of bits outside its range.");
    }

    private bool HasSoundNumbers => First is >= 0 and <= MaximumElements && Second >= 0 && Third >= 0 && (Shape is not null) == HasShape((byte)Kind)
        && (Fourth == 0 || (Kind == CorrelationKind.ThresholdKeys && Fourth > 0 && Fourth <= Third - 2) || (Fourth is > 0 and <= MaximumSlot && (Kind is CorrelationKind.MaskedMatrix or CorrelationKind.MaskedConvolution)));

    private bool IsSound() => HasSoundNumbers && Kind switch
    {
        CorrelationKind.Convolution or CorrelationKind.MaskedConvolution => Shape!.IsSound && Convolved(Kind, Shape, Fourth) == this,
        CorrelationKind.MatrixTriple or CorrelationKind.MaskedMatrix => (long)First * Second <= MaximumElements && (long)Second * Third <= MaximumElements
            && (long)First * Third <= MaximumElements && Second <= MaximumElements && Third <= MaximumElements,
        CorrelationKind.DotProduct or CorrelationKind.SquareSum => (long)First * Second <= MaximumElements && Second <= MaximumElements && Third == 0,
        CorrelationKind.Truncation or CorrelationKind.TruncatedSelection => Second is >= 1 and <= 58 && Third == 0,
        CorrelationKind.FusedMask => Second is >= 1 and <= 58 && Third <= 64 && Second <= Third - 2 && (long)First * 64 <= 8L * MaximumElements,
        CorrelationKind.ThresholdKeys or CorrelationKind.ReluKeys => AreKeysSound(),
        CorrelationKind.EqualityKeys => Second == 0 && Third is >= 2 and <= 64 && (long)First * Third * ComparisonKeyLayout.SeedWords <= MaximumElements,
        CorrelationKind.PowerMask => Second <= 58 && Third == 0,
        _ => Second == 0 && Third == 0,
    };

    private static CorrelationRequest Convolved(CorrelationKind kind, ConvolutionShape shape, int slots) =>
        new(kind, shape.ImageLength, shape.WeightLength, shape.ProductLength, slots) { Shape = shape };

    private bool AreKeysSound() =>
        Second <= 58 && Third is >= 2 and <= 64 && (Second == 0 || Second <= Third - 2) && (long)First * Third * (ComparisonKeyLayout.SeedWords + 3) <= MaximumElements;
}
