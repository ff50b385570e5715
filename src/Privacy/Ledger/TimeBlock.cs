using System.Collections.Immutable;
using System.Globalization;

namespace PrivacyGrains.Privacy.Ledger;

/// <summary>How long the time blocks are that a budget's rows fall into.</summary>
public enum BlockLength
{
    /// <summary>Calendar days, as <c>2026-11-21</c>.</summary>
    Day = 0,

    /// <summary>Calendar months, as <c>2026-11</c>.</summary>
    Month = 1,

    /// <summary>Quarters of a calendar year, as <c>2026-Q4</c>.</summary>
    Quarter = 2,

    /// <summary>Calendar years, as <c>2026</c>.</summary>
    Year = 3,
}

/// <summary>The names of block lengths in files and messages.</summary>
public static class BlockLengths
{
    /// <summary>The stable name: <c>day</c>, <c>month</c>, <c>quarter</c> or <c>year</c>.</summary>
    /// <param name="length">Any length.</param>
    /// <returns>The name.</returns>
    public static string ToName(this BlockLength length) => length switch
    {
        BlockLength.Day => "day",
        BlockLength.Month => "month",
        BlockLength.Quarter => "quarter",
        _ => "year",
    };

    /// <summary>Reads a name.</summary>
    /// <param name="name">As it came.</param>
    /// <param name="length">The length, or the default.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse(string? name, out BlockLength length)
    {
        (var known, length) = name switch
        {
            "day" => (true, BlockLength.Day),
            "month" => (true, BlockLength.Month),
            "quarter" => (true, BlockLength.Quarter),
            "year" => (true, BlockLength.Year),
            _ => (false, default),
        };
        return known;
    }
}

/// <summary>One stretch of the calendar that rows belong to by their own date. Public.</summary>
/// <remarks>A block's allowance is for the rows of that block, whenever they are asked about: time going by gives nothing back, rows of a later block come with an allowance of their own.</remarks>
public readonly record struct TimeBlock
{
    private TimeBlock(BlockLength length, DateOnly first) => (Length, First) = (length, first);

    /// <summary>How long.</summary>
    public BlockLength Length { get; }

    /// <summary>The first day.</summary>
    public DateOnly First { get; }

    /// <summary>The last day.</summary>
    public DateOnly Last => Length switch
    {
        BlockLength.Day => First,
        BlockLength.Month => First.AddMonths(1).AddDays(-1),
        BlockLength.Quarter => First.AddMonths(3).AddDays(-1),
        _ => First.AddYears(1).AddDays(-1),
    };

    /// <summary>The name, as <c>2026-Q4</c>; it says its length.</summary>
    public string Name => Length switch
    {
        BlockLength.Day => First.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        BlockLength.Month => First.ToString("yyyy-MM", CultureInfo.InvariantCulture),
        BlockLength.Quarter => string.Create(CultureInfo.InvariantCulture, $"{First.Year:D4}-Q{((First.Month - 1) / 3) + 1}"),
        _ => First.Year.ToString("D4", CultureInfo.InvariantCulture),
    };

    /// <summary>The block that a date is in.</summary>
    /// <param name="length">How long.</param>
    /// <param name="date">The row's own date.</param>
    /// <returns>The block.</returns>
    public static TimeBlock Of(BlockLength length, DateOnly date) => new(length, length switch
    {
        BlockLength.Day => date,
        BlockLength.Month => new DateOnly(date.Year, date.Month, 1),
        BlockLength.Quarter => new DateOnly(date.Year, (((date.Month - 1) / 3) * 3) + 1, 1),
        _ => new DateOnly(date.Year, 1, 1),
    });

    /// <summary>Every block that a stretch of dates touches.</summary>
    /// <param name="length">How long each.</param>
    /// <param name="from">The first date.</param>
    /// <param name="to">The last date, not before the first.</param>
    /// <returns>In order, at most <see cref="ChargeRequest.MostBlocks"/>.</returns>
    /// <exception cref="ArgumentException">The last date is before the first, or there are more blocks than one charge may name.</exception>
    public static ImmutableArray<TimeBlock> Covering(BlockLength length, DateOnly from, DateOnly to)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(to, from);
        var blocks = ImmutableArray.CreateBuilder<TimeBlock>();
        for (var block = Of(length, from); ; block = Of(length, block.Last.AddDays(1)))
        {
            blocks.Add(blocks.Count < ChargeRequest.MostBlocks ? block : throw new ArgumentException($"More than {ChargeRequest.MostBlocks} blocks: ask for fewer at once.", nameof(to)));
            if (block.Last >= to)
            {
                return blocks.ToImmutable();
            }
        }
    }

    /// <summary>Reads a name, and refuses any but the canonical one.</summary>
    /// <param name="name">As it came.</param>
    /// <param name="block">The block, or the default.</param>
    /// <returns>Whether it names one.</returns>
    public static bool TryParse(string? name, out TimeBlock block)
    {
        block = default;
        var (length, month) = name switch
        {
            { Length: 4 } => (BlockLength.Year, "01"),
            { Length: 7 } when name[5] == 'Q' && name[6] is >= '1' and <= '4' => (BlockLength.Quarter, $"{((name[6] - '1') * 3) + 1:D2}"),
            { Length: 7 } => (BlockLength.Month, name[5..]),
            { Length: 10 } => (BlockLength.Day, name[5..7]),
            _ => (default, ""),
        };
        if (month.Length == 0 || !DateOnly.TryParseExact($"{name![..4]}-{month}-{(length == BlockLength.Day ? name[8..] : "01")}", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var first))
        {
            return false;
        }

        block = new TimeBlock(length, first);
        return block.First.Year is >= 1900 and <= 2999 && block.Name == name;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
