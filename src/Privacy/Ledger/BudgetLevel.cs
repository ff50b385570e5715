using System.Collections.Immutable;

namespace PrivacyGrains.Privacy.Ledger;

/// <summary>One further limit below a data set's own: of analysts, of the rows of a time block, or of both. Each analyst and block that it covers has a filter of its own.</summary>
/// <param name="Analyst">Whose releases count: null for all together; <see cref="EachAnalyst"/> for each alone who has no level by name; or one by name.</param>
/// <param name="Period">How long a block is whose rows have this allowance; null where it is for all rows, and never renews.</param>
/// <param name="Limit">The whole that may be lost of it.</param>
/// <remarks>
/// An analyst's level bounds what that analyst alone learns; analysts who talk are bounded by the levels that they share. A period's level bounds what is learnt from rows
/// of one block; who has rows in several blocks is bounded by the data set's own limit, which no calendar renews.
/// </remarks>
public sealed record BudgetLevel(string? Analyst, BlockLength? Period, BudgetLimit Limit)
{
    /// <summary>The analyst of a level that each analyst without a level by name has for itself alone.</summary>
    public const string EachAnalyst = "*";
}

/// <summary>One filter of a budget: the data set's, an analyst's, a block's, or an analyst's in a block.</summary>
/// <param name="Analyst">The analyst; empty for all together.</param>
/// <param name="Block">The block's name; empty for all rows.</param>
public readonly record struct LevelKey(string Analyst, string Block)
{
    /// <summary>All analysts, all rows.</summary>
    public static LevelKey DataSet { get; } = new("", "");

    /// <summary>As people call it: <c>data set</c>, <c>analyst a</c>, <c>block 2026-Q4</c> or <c>analyst a in 2026-Q4</c>.</summary>
    public override string ToString() => (Analyst, Block) switch
    {
        ("", "") => "data set",
        ("", _) => $"block {Block}",
        (_, "") => $"analyst {Analyst}",
        _ => $"analyst {Analyst} in {Block}",
    };
}

/// <summary>Which levels a charge meets, and what is wrong with a list of them. Pure.</summary>
internal static class BudgetLevels
{
    /// <summary>The most levels of one budget: so that an opening fits an entry.</summary>
    public const int Most = 256;

    /// <summary>How long the blocks of these levels are; null where no level has a period.</summary>
    public static BlockLength? Period(this ImmutableArray<BudgetLevel> levels) => levels.FirstOrDefault(l => l.Period is not null)?.Period;

    /// <summary>The filters below the data set's that a charge is added to.</summary>
    public static IEnumerable<(LevelKey Key, BudgetLimit Limit)> Met(this ImmutableArray<BudgetLevel> levels, string analyst, ImmutableArray<string> blocks)
    {
        foreach (var level in levels)
        {
            if (level.Analyst is { } whose && whose != analyst
                && (whose != BudgetLevel.EachAnalyst || levels.Any(l => l.Analyst == analyst && l.Period == level.Period)))
            {
                continue;
            }

            var who = level.Analyst is null ? "" : analyst;
            if (level.Period is null)
            {
                yield return (new LevelKey(who, ""), level.Limit);
                continue;
            }

            foreach (var block in blocks)
            {
                yield return (new LevelKey(who, block), level.Limit);
            }
        }
    }

    /// <summary>What is wrong with the levels, or null.</summary>
    public static string? Fault(ImmutableArray<BudgetLevel> levels) =>
        levels.IsDefault || levels.Length > Most ? $"a budget has a list of at most {Most} levels (which may be empty)"
        : levels.Any(l => l is null || l.Limit is null || (l.Analyst is not null && !LedgerText.IsName(l.Analyst)) || l is { Period: { } p } && !Enum.IsDefined(p))
            ? "a level has a limit, and names its analyst by 1 to 160 printable ASCII characters without spaces"
        : levels.Any(l => l.Analyst is null && l.Period is null) ? "a level is of an analyst, of a period, or of both; the data set's own limit is the budget's epsilon and delta"
        : levels.Select(l => (l.Analyst, l.Period)).Distinct().Count() != levels.Length ? "two levels of one analyst and period"
        : levels.Where(l => l.Period is not null).Select(l => l.Period).Distinct().Count() > 1 ? "two levels of periods of different length: the blocks of one budget are equally long"
        : null;
}
