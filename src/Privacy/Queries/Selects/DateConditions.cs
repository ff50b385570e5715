using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Privacy.Queries.Language;
using PrivacyGrains.Privacy.Queries.Schemas;

namespace PrivacyGrains.Privacy.Queries.Selects;

/// <summary>Comparisons of dates, and which time blocks a condition may touch.</summary>
/// <remarks>
/// Cells and literals are stretches of the calendar. A cell fulfils a comparison where its whole stretch does: <c>=</c> within the literal's, <c>&lt;</c> before it, <c>&lt;=</c> not after its end, and so on; <c>&lt;&gt;</c> is the opposite
/// of <c>=</c>. So each comparison is a set of days, and a cell passes where it lies within. A row of a block passes only if the block meets that set, and fails only if the block is not within it; for conditions of
/// several parts that holds part by part, so <see cref="Touched"/> leaves out no block with rows that pass.
/// </remarks>
internal static class DateConditions
{
    /// <summary>The stretch that a literal names; it was checked.</summary>
    public static TimeBlock Of(Literal literal) => TimeBlock.TryParse(literal.Text, out var stretch) ? stretch : throw new ArgumentException("The condition was not checked.", nameof(literal));

    /// <summary>Whether a cell fulfils a comparison.</summary>
    public static bool IsWithin(TimeBlock cell, ComparisonKind kind, TimeBlock literal) => kind switch
    {
        ComparisonKind.Equal => cell.First >= literal.First && cell.Last <= literal.Last,
        ComparisonKind.NotEqual => !IsWithin(cell, ComparisonKind.Equal, literal),
        ComparisonKind.Less => cell.Last < literal.First,
        ComparisonKind.AtMost => cell.Last <= literal.Last,
        ComparisonKind.Greater => cell.First > literal.Last,
        _ => cell.First >= literal.First,
    };

    /// <summary>The blocks of which a row may pass, in order, within the column's declared stretch; without one, from 1900 to 2999.</summary>
    public static IEnumerable<TimeBlock> Touched(Condition? condition, ColumnSchema column, BlockLength length)
    {
        var (from, to) = (new DateOnly(1900, 1, 1), new DateOnly(2999, 12, 31));
        if (TimeBlock.TryParse(column.First, out var first) && TimeBlock.TryParse(column.Last, out var last))
        {
            (from, to) = (first.First, last.Last);
        }

        var may = condition is null ? static _ => true : May(condition, column.Name, opposite: false);
        for (var block = TimeBlock.Of(length, from); block.First <= to; block = TimeBlock.Of(length, block.Last.AddDays(1)))
        {
            if (may(block))
            {
                yield return block;
            }
        }
    }

    // Whether a row of a block may fulfil the condition, or its opposite. Literals are read once: there are many blocks.
    private static Func<TimeBlock, bool> May(Condition condition, string column, bool opposite)
    {
        switch (condition)
        {
            case Negation n:
                return May(n.Inner, column, !opposite);
            case Junction j:
                Func<TimeBlock, bool>[] parts = [.. j.Parts.Select(p => May(p, column, opposite))];
                return j.All != opposite ? block => Array.TrueForAll(parts, p => p(block)) : block => Array.Exists(parts, p => p(block));
            case Comparison c when c.Column == column:
                var literal = Of(c.Value);
                return block => May(c.Kind, block, literal, opposite);
            case Membership m when m.Column == column:
                TimeBlock[] among = [.. m.Values.Select(Of)];
                return opposite
                    ? block => Array.TrueForAll(among, each => May(ComparisonKind.Equal, block, each, true))
                    : block => Array.Exists(among, each => May(ComparisonKind.Equal, block, each, false));
            default:
                return static _ => true; // about another column
        }
    }

    private static bool May(ComparisonKind kind, TimeBlock block, TimeBlock literal, bool opposite) => kind == ComparisonKind.NotEqual
        ? May(ComparisonKind.Equal, block, literal, !opposite)
        : opposite ? !IsWithin(block, kind, literal) : Meets(block, kind, literal);

    private static bool Meets(TimeBlock block, ComparisonKind kind, TimeBlock literal) => kind switch
    {
        ComparisonKind.Equal => block.First <= literal.Last && block.Last >= literal.First,
        ComparisonKind.Less => block.First < literal.First,
        ComparisonKind.AtMost => block.First <= literal.Last,
        ComparisonKind.Greater => block.Last > literal.Last,
        _ => block.Last >= literal.First,
    };
}
