namespace PrivacyGrains.Protocols.FunctionSharing;

/// <summary>Sizes of the keys of a batch of distributed comparison functions.</summary>
/// <remarks>
/// A party's key is two words of its own, the root of its tree, and words that both parties have: for each level two words that correct seeds and control
/// bits and one that corrects each payload word, and a last correction of the payload. They lie level by level, and in a level word by word of the
/// payload, so that a batch is evaluated level by level.
/// </remarks>
/// <param name="Count">Functions in the batch.</param>
/// <param name="Levels">Bits of a point, 1 to 63.</param>
/// <param name="Payload">Words of the function's value, at least 1.</param>
internal readonly record struct ComparisonKeyLayout(int Count, int Levels, int Payload)
{
    /// <summary>Words of one seed.</summary>
    internal const int SeedWords = 2;

    /// <summary>Words of this party's roots.</summary>
    internal int RootWords => checked(SeedWords * Count);

    /// <summary>Words that both parties have.</summary>
    internal int CommonWords => checked(Count * ((Levels * (SeedWords + Payload)) + Payload));

    /// <summary>Blocks that one seed is expanded to for one side: the child, and two payload words each.</summary>
    internal int Blocks => 1 + ((Payload + 1) / 2);

    /// <summary>Where a level's corrections of seeds begin.</summary>
    internal int SeedsAt(int level) => level * Count * (SeedWords + Payload);

    /// <summary>Where a level's corrections of the payload begin, the first word's of all functions, then the second's; at <see cref="Levels"/> the last ones.</summary>
    internal int PayloadAt(int level) => (level * Count * (SeedWords + Payload)) + (level < Levels ? SeedWords * Count : 0);
}
