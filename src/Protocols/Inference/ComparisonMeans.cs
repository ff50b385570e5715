namespace PrivacyGrains.Protocols.Inference;

/// <summary>By which means a plan compares shared numbers. The numbers enter digests: never reused.</summary>
/// <remarks>
/// Keys of comparison functions answer in one round and cost the dealer 0.4 to 2.5 KB for each number and party; a tree of bit triples takes 6 or 7 rounds and costs a few
/// hundred bits. Only two parties with additive shares have keys: others use trees whatever is chosen.
/// </remarks>
public enum ComparisonMeans
{
    /// <summary>Keys where a step compares at most 4096 numbers, a tree where it compares more.</summary>
    Automatic = 0,

    /// <summary>Keys wherever there are some.</summary>
    FewestRounds = 1,

    /// <summary>Trees only.</summary>
    FewestBytes = 2,
}
