using PrivacyGrains.Arithmetic;

namespace PrivacyGrains.Protocols.Sharing;

/// <summary>How a value is divided among parties.</summary>
public enum SharingKind
{
    /// <summary>n-of-n sums over Z_2^64.</summary>
    Additive = 1,

    /// <summary>Points of a random polynomial over F_p, p = 2^61 - 1; party i holds the value at i + 1.</summary>
    Shamir = 2,
}

/// <summary>A sharing scheme with its parameters: checked once, then trusted by every protocol.</summary>
/// <remarks>
/// Sources: additive sharing is folklore (for example Cramer, Damgård, Nielsen, "Secure Multiparty Computation and Secret Sharing", 2015, section 3.2);
/// Shamir, "How to Share a Secret", CACM 1979. Any <see cref="CorruptionThreshold"/> parties together learn nothing about a shared value; any
/// <see cref="ReconstructionThreshold"/> know it. Neither scheme detects a party that changes its share.
/// </remarks>
public sealed record SharingScheme
{
    /// <summary>The most parties that one computation may have.</summary>
    public const int MaximumParties = 64;

    private readonly ulong[] _openingWeights;
    private readonly ulong[] _resharingWeights;

    private SharingScheme(SharingKind kind, int parties, int corruptionThreshold)
    {
        Kind = kind;
        Parties = parties;
        CorruptionThreshold = corruptionThreshold;
        Algebra = kind == SharingKind.Additive ? WordAlgebra.Ring64 : WordAlgebra.Field61;
        (_openingWeights, _resharingWeights) = kind == SharingKind.Additive
            ? ([], [])
            : (Field61Polynomial.LagrangeAtZero(Points(corruptionThreshold + 1)), Field61Polynomial.LagrangeAtZero(Points(parties)));
    }

    /// <summary>Additive or Shamir.</summary>
    public SharingKind Kind { get; }

    /// <summary>n: how many parties hold a share.</summary>
    public int Parties { get; }

    /// <summary>t: so many parties together learn nothing. n - 1 for additive sharing.</summary>
    public int CorruptionThreshold { get; }

    /// <summary>t + 1: so many shares give the value.</summary>
    public int ReconstructionThreshold => CorruptionThreshold + 1;

    /// <summary>Where shares live.</summary>
    public WordAlgebra Algebra { get; }

    /// <summary>Whether products of shares can be brought back to degree t among the parties themselves, without a triple: n >= 2t + 1.</summary>
    public bool ReducesDegree => Kind == SharingKind.Shamir && Parties >= (2 * CorruptionThreshold) + 1;

    /// <summary>Additive sharing over Z_2^64.</summary>
    /// <param name="parties">2 to <see cref="MaximumParties"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number lies outside.</exception>
    public static SharingScheme Additive(int parties)
    {
        RequireParties(parties);
        return new SharingScheme(SharingKind.Additive, parties, parties - 1);
    }

    /// <summary>Shamir sharing over F_p, p = 2^61 - 1.</summary>
    /// <param name="parties">n: 2 to <see cref="MaximumParties"/>.</param>
    /// <param name="corruptionThreshold">t: 1 to n - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number lies outside.</exception>
    public static SharingScheme Shamir(int parties, int corruptionThreshold)
    {
        RequireParties(parties);
        ArgumentOutOfRangeException.ThrowIfLessThan(corruptionThreshold, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(corruptionThreshold, parties);
        return new SharingScheme(SharingKind.Shamir, parties, corruptionThreshold);
    }

    /// <summary>Makes a scheme from numbers that came from outside.</summary>
    /// <returns>The scheme, or null where the numbers name none.</returns>
    internal static SharingScheme? FromNumbers(byte kind, int parties, int corruptionThreshold) => (SharingKind)kind switch
    {
        _ when parties is < 2 or > MaximumParties || corruptionThreshold < 1 || corruptionThreshold >= parties => null,
        SharingKind.Additive when corruptionThreshold == parties - 1 => Additive(parties),
        SharingKind.Shamir => Shamir(parties, corruptionThreshold),
        _ => null,
    };

    /// <summary>The point at which a party holds the polynomial; Shamir only.</summary>
    internal static ulong PointOf(int party) => (ulong)party + 1;

    /// <summary>The first so many points.</summary>
    internal static ulong[] Points(int count) => [.. Enumerable.Range(0, count).Select(PointOf)];

    /// <summary>Lagrange weights of the first t + 1 parties; empty for additive sharing.</summary>
    internal ReadOnlySpan<ulong> OpeningWeights => _openingWeights;

    /// <summary>Lagrange weights of all n parties; empty for additive sharing.</summary>
    internal ReadOnlySpan<ulong> ResharingWeights => _resharingWeights;

    /// <summary>Whether a party's share changes where a public constant is added to the value: party 0 only, or everybody.</summary>
    internal bool AddsConstants(int party) => Kind == SharingKind.Shamir || party == 0;

    /// <inheritdoc/>
    public bool Equals(SharingScheme? other) =>
        other is not null && Kind == other.Kind && Parties == other.Parties && CorruptionThreshold == other.CorruptionThreshold;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Parties, CorruptionThreshold);

    /// <inheritdoc/>
    public override string ToString() => Kind == SharingKind.Additive ? $"additive({Parties})" : $"shamir({Parties}, t={CorruptionThreshold})";

    private static void RequireParties(int parties)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parties, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parties, MaximumParties);
    }
}
