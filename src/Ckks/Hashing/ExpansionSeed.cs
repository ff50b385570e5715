namespace PrivacyGrains.Ckks.Hashing;

/// <summary>What a uniform polynomial is expanded from. Public once sent.</summary>
/// <param name="Expander">How.</param>
/// <param name="Bytes">64, or none where it is not known.</param>
public readonly record struct ExpansionSeed(SeedExpander Expander, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Whether it is known.</summary>
    public bool IsKnown => !Bytes.IsEmpty;

    /// <summary>SEAL's default expander.</summary>
    public static implicit operator ExpansionSeed(ReadOnlyMemory<byte> bytes) => new(SeedExpander.Blake2xb, bytes);

    /// <summary>SEAL's default expander.</summary>
    public static implicit operator ExpansionSeed(byte[] bytes) => new(SeedExpander.Blake2xb, bytes);
}
