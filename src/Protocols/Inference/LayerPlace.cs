using System.Collections.Immutable;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Inference;

/// <summary>What holds for a whole plan.</summary>
/// <param name="Scheme">How values are shared.</param>
/// <param name="Format">The fixed-point format of all values between layers.</param>
/// <param name="Comparisons">How numbers are compared.</param>
/// <param name="MaskDigest">Names the masks under which secret weights were opened beforehand; empty where they were not.</param>
internal sealed record PlanSetting(SharingScheme Scheme, FixedPoint Format, ComparisonMeans Comparisons = ComparisonMeans.Automatic, ReadOnlyMemory<byte> MaskDigest = default)
{
    /// <summary>Where the plan is to choose, so many comparisons in one step are the most that get keys: a few MB.</summary>
    public const int KeyLimit = 4096;

    public int FractionalBits => Format.FractionalBits;

    /// <summary>The value of the last bit.</summary>
    public double Ulp => Format.Ulp;

    /// <summary>What an absolute value with so many fractional bits must stay below, for truncation and comparison to hold.</summary>
    public double Limit(int fractionalBits) => Math.ScaleB(1.0, Scheme.Algebra.HeadroomBits - fractionalBits);

    /// <summary>Whether so many comparisons in one step get keys of comparison functions.</summary>
    public bool UsesKeys(int count) => Scheme is { Kind: SharingKind.Additive, Parties: 2 }
        && (Comparisons == ComparisonMeans.FewestRounds || (Comparisons == ComparisonMeans.Automatic && count <= KeyLimit));

    /// <summary>How so many numbers are compared with each other or with thresholds.</summary>
    /// <param name="bound">No number, and no difference of what is compared, is greater in absolute value.</param>
    /// <param name="fractionalBits">Of the numbers as they are opened.</param>
    /// <param name="count">The most comparisons in one step.</param>
    public Functions.ComparisonReach Reach(double bound, int fractionalBits, int count) => new(BitsFor(bound, fractionalBits, 0), UsesKeys(count));

    /// <summary>k, how many bits of the ring matter for numbers of this bound and so many fractional bits: all |x| are below 2^(k-2). 61 in F_p.</summary>
    /// <param name="bound">No |x| is greater.</param>
    /// <param name="fractionalBits">Of the numbers as they are opened.</param>
    /// <param name="shift">By how many bits they are shifted right after it.</param>
    public int BitsFor(double bound, int fractionalBits, int shift) => Scheme.Kind == SharingKind.Shamir
        ? Scheme.Algebra.Bits
        : Math.Clamp(Math.ILogB(Math.Max(Math.ScaleB(bound, fractionalBits), 1)) + 3, shift + 3, 64);

    /// <summary>Vectors and matrices beyond this are cut into batches.</summary>
    public static bool TooLarge(long elements) => elements > CorrelationRequest.MaximumElements / 16;

    /// <summary>The range of a truncated value: less than an ulp wider on both sides, but in the ring, which rounds down or up, not below zero where the value is not.</summary>
    public PlanValue Truncated(PlanValue value) => value with
    {
        Lower = Scheme.Kind == SharingKind.Additive && value.Lower >= 0 ? Math.Max(value.Lower - Ulp, 0) : value.Lower - Ulp,
        Upper = value.Upper + Ulp,
    };

    /// <summary>The sentence that refuses a value whose range, with so many fractional bits, leaves the headroom; or null.</summary>
    public string? RangeTrouble(string what, double bound, int fractionalBits) => bound < Limit(fractionalBits)
        ? null
        : $"{what} may reach {bound:G4}; with {fractionalBits} fractional bits it must stay below {Limit(fractionalBits):G4} in {Scheme}.";
}

/// <summary>A layer's value, or the sentence that refuses its inputs.</summary>
internal readonly record struct PlanOutcome(PlanValue? Value, string? Trouble)
{
    public static implicit operator PlanOutcome(PlanValue value) => new(value, null);

    public static implicit operator PlanOutcome(string trouble) => new(null, trouble);
}

/// <summary>Where a layer stands: what it takes and what it makes.</summary>
/// <param name="Setting">What holds for the whole plan.</param>
/// <param name="Inputs">What it takes.</param>
/// <param name="Output">What it makes.</param>
/// <param name="MaskSlots">Which masked tensors its secret weights are, one or more in a row from this on; null where they are not opened under masks beforehand.</param>
internal sealed record LayerPlace(PlanSetting Setting, ImmutableArray<PlanValue> Inputs, PlanValue Output, int? MaskSlots = null)
{
    public SharingScheme Scheme => Setting.Scheme;

    public PlanValue Input => Inputs[0];
}

/// <summary>What one party has at hand while it runs a layer.</summary>
/// <param name="Committee">Who computes.</param>
/// <param name="Weights">The layer's, or null where it has none.</param>
/// <param name="Correlations">This party's; a layer takes all of its own before its first round ends.</param>
/// <param name="Random">This party's own uniform bytes.</param>
internal sealed record LayerRun(Committee Committee, LayerWeights? Weights, Correlations Correlations, IRandomSource Random);
