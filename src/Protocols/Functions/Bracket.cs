using System.Collections.Immutable;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>One level of a tournament: which columns stand in one group, and who is compared with whom. Public.</summary>
/// <remarks>In a group of m each pair is compared, m (m - 1) / 2 comparisons; the winner's bit of each but the last is the AND of its m - 1 results.</remarks>
internal sealed class Bracket
{
    private const int Wide = 16;
    private const int MostForWide = 1 << 15;

    private Bracket(int columns, int groups)
    {
        Columns = columns;
        Groups = groups;
        var pairs = ImmutableArray.CreateBuilder<(int Left, int Right)>();
        var candidates = ImmutableArray.CreateBuilder<(int Column, int Last, int Group)>();
        for (var group = 0; group < groups; group++)
        {
            var (first, last) = (Start(group), Start(group + 1) - 1);
            for (var left = first; left < last; left++)
            {
                candidates.Add((left, last, group));
                for (var right = left + 1; right <= last; right++)
                {
                    pairs.Add((left, right));
                }
            }
        }

        Pairs = pairs.ToImmutable();
        Candidates = candidates.ToImmutable();
    }

    /// <summary>Columns before the level.</summary>
    internal int Columns { get; }

    /// <summary>Columns after it.</summary>
    internal int Groups { get; }

    /// <summary>Who is compared, the lower column first.</summary>
    internal ImmutableArray<(int Left, int Right)> Pairs { get; }

    /// <summary>Every column but the last of its group, with that last one and the group.</summary>
    internal ImmutableArray<(int Column, int Last, int Group)> Candidates { get; }

    /// <summary>The levels for so many rows: wide groups, and so few rounds, where the numbers are few; pairs, and so few comparisons, where they are many.</summary>
    internal static ImmutableArray<Bracket> Levels(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        var group = (long)rows * columns <= MostForWide ? Wide : 2;
        var levels = ImmutableArray.CreateBuilder<Bracket>();
        for (var left = columns; left > 1; left = levels[^1].Groups)
        {
            levels.Add(new Bracket(left, (left + group - 1) / group));
        }

        return levels.ToImmutable();
    }

    /// <summary>All columns in one group.</summary>
    internal static Bracket Whole(int columns) => new(columns, 1);

    /// <summary>AND gates per row, level by level of the trees that join every candidate's results.</summary>
    internal IEnumerable<int> Gates()
    {
        int[] left = [.. Candidates.Select(c => Start(c.Group + 1) - Start(c.Group) - 1)];
        while (left.Any(n => n > 1))
        {
            yield return left.Sum(n => n / 2);
            left = [.. left.Select(n => (n + 1) / 2)];
        }
    }

    /// <summary>The last column of a group, who needs no bit: it has won where no other has.</summary>
    internal int LastOf(int group) => Start(group + 1) - 1;

    // Groups of equal size, or one more in the first.
    private int Start(int group) => (group * (Columns / Groups)) + Math.Min(group, Columns % Groups);
}
