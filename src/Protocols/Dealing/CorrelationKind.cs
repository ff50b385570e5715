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

    /// <summary>A mask r with keys that compare a masked number with any thresholds, and with its parts for a truncation; two parties.</summary>
    ThresholdKeys = 9,

    /// <summary>A mask r with keys that give max(x, 0) of a masked number, shifted right; two parties.</summary>
    ReluKeys = 10,

    /// <summary>A mask r that serves a truncation and a comparison of the same number: r shifted right, its overflow correction, its bits XOR-shared.</summary>
    FusedMask = 11,

    /// <summary>The mask of a tensor of weights: dealt once for a model version and a roster.</summary>
    WeightMask = 13,

    /// <summary>(A, A * B) for a fresh matrix A and the mask B of a tensor of weights.</summary>
    MaskedMatrix = 14,

    /// <summary>(A, B, A * B) for images and weights of a convolution.</summary>
    Convolution = 15,

    /// <summary>(A, A * B) for fresh images and the masks B of a convolution's weights.</summary>
    MaskedConvolution = 16,

    /// <summary>A random element, with the first three powers of what it leaves of a value that it masked and that is then cut by some bits.</summary>
    PowerMask = 20,

    /// <summary>A random bit d shared both ways, with a truncation's parts and their products with d.</summary>
    TruncatedSelection = 21,

    /// <summary>(A, B, c) where c holds the dot product of each row of A with the same row of B.</summary>
    DotProduct = 22,

    /// <summary>(A, c) where c holds the sum of the squares of each row of A.</summary>
    SquareSum = 23,

    /// <summary>A mask r with keys of point functions at r, by which two parties tell where a masked number is equal to public ones.</summary>
    EqualityKeys = 24,
}
