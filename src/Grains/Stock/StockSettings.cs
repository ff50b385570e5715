namespace PrivacyGrains.Grains.Stock;

/// <summary>Which stock the keeper may lay in by itself, for plans that are used again and that no operator reserved. Read on the coordinator.</summary>
/// <remarks>An operator's reserves are beside these limits: what was asked for by name is kept whole.</remarks>
public sealed record StockSettings
{
    /// <summary>Whether it does at all; false ends what it keeps.</summary>
    public bool ByItself { get; init; } = true;

    /// <summary>The most bytes that such lots may take at any one party, ready and ordered together.</summary>
    public long BytesPerParty { get; init; } = 1L << 30;

    /// <summary>The most plans that it keeps at once.</summary>
    public int Pools { get; init; } = 16;

    /// <summary>A plan that a second session asks for within this time is used again.</summary>
    public TimeSpan Within { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A plan that no session asked for in this time is kept no longer, and what lies there of it is thrown away.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromHours(1);

    /// <summary>What is wrong with the settings: each a sentence.</summary>
    /// <param name="section">The section that they stand in, for the sentences.</param>
    public IEnumerable<string> Faults(string section)
    {
        if (BytesPerParty < 0)
        {
            yield return $"{section}:BytesPerParty is {BytesPerParty}: say how many bytes such stock may take at a party, 0 or more.";
        }

        if (Pools is < 0 or > 200)
        {
            yield return $"{section}:Pools is {Pools}: say 0 to 200.";
        }

        if (Within <= TimeSpan.Zero || Within > TimeSpan.FromDays(1))
        {
            yield return $"{section}:Within is {Within}: say more than none and at most a day.";
        }

        if (Idle < Within || Idle > TimeSpan.FromDays(30))
        {
            yield return $"{section}:Idle is {Idle}: say at least Within ({Within}) and at most 30 days.";
        }
    }
}
