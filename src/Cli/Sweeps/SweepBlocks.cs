using System.Collections.Immutable;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Privacy.Queries.Schemas;

namespace PrivacyGrains.Cli.Sweeps;

/// <summary>The time blocks that all charges of a search name.</summary>
internal static class SweepBlocks
{
    /// <summary>From what the owner declares of the records' days.</summary>
    /// <param name="budget">What errors call the budget.</param>
    /// <param name="period">How long the budget's blocks are; null where it has none.</param>
    /// <param name="dates">The declaration, or null.</param>
    /// <returns>The blocks' names, in order; none where the budget has no periods.</returns>
    /// <exception cref="InputException"><c>dates.missing</c> or <c>dates.malformed</c>.</exception>
    public static ImmutableArray<string> Of(string budget, BlockLength? period, RowDates? dates) =>
        period is not { } length ? []
        : dates is null ? throw new InputException(
            "dates.missing", $"The budget {budget} has an allowance for each {length.ToName()}: declare the days whose records are used, with --from and --to, and with --time the column that tells each record's day.")
        : dates.TryBlocks(length, out var blocks, out var fault) ? blocks.Names
        : throw new InputException("dates.malformed", $"--from and --to: {fault}.");
}
