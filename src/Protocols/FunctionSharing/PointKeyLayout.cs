namespace PrivacyGrains.Protocols.FunctionSharing;

/// <summary>Sizes of the keys of a batch of distributed point functions with one word as their value.</summary>
/// <remarks>
/// A party's key is two words of its own, the root of its tree, and words that both parties have: two for each level, and two that correct the last block. A block is two words and a value is one, so that the tree ends
/// one level early and its last block holds the values of two neighbouring points. Words lie level by level, and in the last two the left neighbour's of all functions come first.
/// </remarks>
/// <param name="Count">Functions in the batch.</param>
/// <param name="PointBits">Bits of a point, 1 to 64.</param>
internal readonly record struct PointKeyLayout(int Count, int PointBits)
{
    /// <summary>Levels of the tree.</summary>
    internal int Levels => PointBits - 1;

    /// <summary>Words of this party's roots.</summary>
    internal int RootWords => checked(ComparisonKeyLayout.SeedWords * Count);

    /// <summary>Words that both parties have.</summary>
    internal int CommonWords => checked(Count * ComparisonKeyLayout.SeedWords * PointBits);

    /// <summary>Where a level's corrections begin; at <see cref="Levels"/> the last block's.</summary>
    internal int LevelAt(int level) => level * Count * ComparisonKeyLayout.SeedWords;
}
