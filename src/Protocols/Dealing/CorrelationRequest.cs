using PrivacyGrains.Arithmetic;

namespace PrivacyGrains.Protocols.Dealing;

/// <summary>The kinds of correlated randomness that a dealer makes. The numbers enter digests: never reused.</summary>
public enum CorrelationKind
{
    /// <summary>(a, b, a * b), element by element.</summary>
    ElementwiseTriple = 1,

    /// <summary>(A, B, A * B) for matrices.</summary>
    MatrixTriple = 2,

    /// <summary>(a, a^2), element by element.</summary>
    Square = 3,

    /// <summary>(r, r shifted right, its overflow correction).</summary>
    Truncation = 4,

    /// <summary>(a, b, a AND b) on packed bits, XOR-shared.</summary>
    BitTriple = 5,

    /// <summary>A random bit shared both by XOR and arithmetically.</summary>
    SharedBit = 6,

    /// <summary>A random element with its bits XOR-shared.</summary>
    ComparisonMask = 7,

    /// <summary>A random bit d shared both ways, with (a, a * d).</summary>
    Selection = 8,
}

/// <summary>One batch of correlated randomness that a plan needs.</summary>
/// <remarks>Public. Every batch serves one step of one session and is never used again.</remarks>
public readonly record struct CorrelationRequest
{
    /// <summary>The most elements in one batch.</summary>
    public const int MaximumElements = 1 << 26;

    private CorrelationRequest(CorrelationKind kind, int first, int second = 0, int third = 0)
    {
        Kind = kind;
        First = first;
        Second = second;
        Third = third;
    }

    /// <summary>What to make.</summary>
    public CorrelationKind Kind { get; }

    /// <summary>How many elements (or words of packed bits); m of a matrix triple.</summary>
    public int First { get; }

    /// <summary>k of a matrix triple; the shift of a truncation; else zero.</summary>
    public int Second { get; }

    /// <summary>n of a matrix triple; else zero.</summary>
    public int Third { get; }

    /// <summary>Triples for so many products.</summary>
    public static CorrelationRequest ElementwiseTriple(int count) => Checked(CorrelationKind.ElementwiseTriple, count);

    /// <summary>One triple for an m x k by k x n product.</summary>
    public static CorrelationRequest MatrixTriple(int m, int k, int n) => Checked(CorrelationKind.MatrixTriple, m, k, n);

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

    /// <summary>Makes a request of numbers that came from outside.</summary>
    /// <returns>The request, or null where the numbers name none.</returns>
    internal static CorrelationRequest? FromNumbers(byte kind, int first, int second, int third)
    {
        var request = new CorrelationRequest((CorrelationKind)kind, first, second, third);
        return Enum.IsDefined(request.Kind) && request.IsSound() ? request : null;
    }

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        CorrelationKind.MatrixTriple => $"{Kind}({First} x {Second} x {Third})",
        CorrelationKind.Truncation => $"{Kind}({First} by {Second} bits)",
        _ => $"{Kind}({First})",
    };

    /// <summary>The parts in the order in which they are drawn and corrected.</summary>
    internal CorrelationPart[] Parts(WordAlgebra algebra) => Kind switch
    {
        CorrelationKind.ElementwiseTriple => [new(PartRole.Random, First), new(PartRole.Random, First), new(PartRole.Fixed, First)],
        CorrelationKind.MatrixTriple =>
            [new(PartRole.Random, First * Second), new(PartRole.Random, Second * Third), new(PartRole.Fixed, First * Third)],
        CorrelationKind.Square => [new(PartRole.Random, First), new(PartRole.Fixed, First)],
        CorrelationKind.Truncation => [new(PartRole.Random, First), new(PartRole.Fixed, First), new(PartRole.Fixed, First)],
        CorrelationKind.BitTriple => [new(PartRole.RandomBits, First), new(PartRole.RandomBits, First), new(PartRole.FixedBits, First)],
        CorrelationKind.SharedBit => [new(PartRole.RandomBits, PackedBits.WordsFor(First)), new(PartRole.Fixed, First)],
        CorrelationKind.ComparisonMask => [new(PartRole.Random, First), new(PartRole.FixedBits, algebra.Bits * PackedBits.WordsFor(First))],
        CorrelationKind.Selection =>
            [new(PartRole.RandomBits, PackedBits.WordsFor(First)), new(PartRole.Fixed, First), new(PartRole.Random, First), new(PartRole.Fixed, First)],
        _ => throw new InvalidOperationException($"A default request asks for nothing; {Kind} is no kind."),
    };

    private static CorrelationRequest Checked(CorrelationKind kind, int first, int second = 0, int third = 0)
    {
        var request = new CorrelationRequest(kind, first, second, third);
        return request.IsSound() ? request : throw new ArgumentException($"{request} has a negative or too large dimension, or a shift outside 1 to 58.");
    }

    private bool IsSound() => First >= 0 && Second >= 0 && Third >= 0 && First <= MaximumElements && Kind switch
    {
        CorrelationKind.MatrixTriple => (long)First * Second <= MaximumElements && (long)Second * Third <= MaximumElements
            && (long)First * Third <= MaximumElements && Second <= MaximumElements && Third <= MaximumElements,
        CorrelationKind.Truncation => Second is >= 1 and <= 58 && Third == 0,
        _ => Second == 0 && Third == 0,
    };
}

/// <summary>How a part of a correlation comes about.</summary>
internal enum PartRole
{
    /// <summary>A uniform element: whatever the seeds give.</summary>
    Random,

    /// <summary>An element that the dealer computed: the seeds give all shares but the corrected ones.</summary>
    Fixed,

    /// <summary>Uniform XOR-shared bits.</summary>
    RandomBits,

    /// <summary>XOR-shared bits that the dealer computed.</summary>
    FixedBits,
}

/// <summary>One vector of a correlation.</summary>
internal readonly record struct CorrelationPart(PartRole Role, int Words);
