using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace PrivacyGrains.Privacy.Ledger;

/// <summary>The time blocks whose rows a release is about: one or more, equally long, each once, in order. Public.</summary>
/// <remarks>Chosen from what is public (a query's text, a schema, an operator's word), never from which dates occur in the data: the names stand in the ledger for everybody to read. Rows outside the set are not used.</remarks>
public sealed class BlockSet
{
    private BlockSet(ImmutableArray<TimeBlock> blocks) => (Blocks, Names) = (blocks, [.. blocks.Select(b => b.Name)]);

    /// <summary>The blocks, in order.</summary>
    public ImmutableArray<TimeBlock> Blocks { get; }

    /// <summary>Their names, as a charge has them: in ordinal order, which is the calendar's.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>How long each is.</summary>
    public BlockLength Length => Blocks[0].Length;

    /// <summary>Takes blocks.</summary>
    /// <param name="blocks">One to <see cref="ChargeRequest.MostBlocks"/>, of one length; in any order, repeats count once.</param>
    /// <returns>The set.</returns>
    /// <exception cref="ArgumentException">There is none, there are too many, or they differ in length.</exception>
    public static BlockSet Of(IEnumerable<TimeBlock> blocks)
    {
        ImmutableArray<TimeBlock> sorted = [.. blocks.Distinct().OrderBy(b => b.First)];
        return sorted.Length is >= 1 and <= ChargeRequest.MostBlocks && sorted.All(b => b.Length == sorted[0].Length)
            ? new BlockSet(sorted)
            : throw new ArgumentException($"A release is about 1 to {ChargeRequest.MostBlocks} blocks of one length.", nameof(blocks));
    }

    /// <summary>Reads names that came from outside.</summary>
    /// <param name="names">As <c>2026-Q4</c>.</param>
    /// <param name="length">How long the budget's blocks are.</param>
    /// <param name="set">The set, or null.</param>
    /// <param name="fault">What to change, in one line; or null.</param>
    /// <returns>Whether they name blocks of that length.</returns>
    public static bool TryParse(IEnumerable<string> names, BlockLength length, [NotNullWhen(true)] out BlockSet? set, [NotNullWhen(false)] out string? fault)
    {
        ArgumentNullException.ThrowIfNull(names);
        (set, fault) = (null, null);
        var blocks = new HashSet<TimeBlock>();
        foreach (var name in names)
        {
            if (!TimeBlock.TryParse(name, out var block) || block.Length != length)
            {
                fault = $"'{name}' names no {length.ToName()}: write it as {TimeBlock.Of(length, new DateOnly(2026, 11, 21))}.";
                return false;
            }

            blocks.Add(block);
        }

        fault = blocks.Count is >= 1 and <= ChargeRequest.MostBlocks ? null : $"{blocks.Count} blocks: name 1 to {ChargeRequest.MostBlocks}.";
        set = fault is null ? Of(blocks) : null;
        return set is not null;
    }

    /// <summary>Whether a stretch of the calendar lies within one of the blocks.</summary>
    /// <param name="stretch">As a row's cell names it: a day, or a longer stretch where that is all the row says.</param>
    public bool Contains(TimeBlock stretch) => TimeBlock.Of(Length, stretch.First) is var block && stretch.Last <= block.Last && Names.BinarySearch(block.Name, StringComparer.Ordinal) >= 0;

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", Names);
}
