using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Privacy.Queries;
using PrivacyGrains.Privacy.Queries.Schemas;

namespace PrivacyGrains.Privacy.Tests.Queries.Schemas;

public class RowDatesTests
{
    private static readonly RowDates Quarter = new(new(2026, 1, 1), new(2026, 3, 31), "admitted");

    [Theory]
    [InlineData("2026-01-01", "2026-03-31", BlockLength.Quarter, "2026-Q1")]
    [InlineData("2026-03-31", "2026-04-01", BlockLength.Quarter, "2026-Q1 2026-Q2")]
    [InlineData("2026-02-10", "2026-02-11", BlockLength.Quarter, "2026-Q1")]
    [InlineData("2025-12-31", "2026-02-01", BlockLength.Month, "2025-12 2026-01 2026-02")]
    [InlineData("2026-01-01", "2026-01-02", BlockLength.Day, "2026-01-01 2026-01-02")]
    public void TryBlocks_EveryBlockThatTheDaysTouch_IsNamedInWhole_InTheLedgersOrder(string from, string to, BlockLength length, string names)
    {
        Assert.True(new RowDates(DateOnly.Parse(from, null), DateOnly.Parse(to, null)).TryBlocks(length, out var blocks, out _));
        Assert.Equal(names.Split(' '), blocks.Names);
    }

    [Theory]
    [InlineData("2026-03-31", "2026-01-01", BlockLength.Quarter, "before the first")]
    [InlineData("1899-12-31", "2026-01-01", BlockLength.Year, "1900 to 2999")]
    [InlineData("2026-01-01", "3000-01-01", BlockLength.Year, "1900 to 2999")]
    [InlineData("2024-01-01", "2025-01-01", BlockLength.Day, "366 blocks of a day")]
    public void TryBlocks_DaysThatNoChargeCanName_AreRefused(string from, string to, BlockLength length, string words)
    {
        Assert.False(new RowDates(DateOnly.Parse(from, null), DateOnly.Parse(to, null)).TryBlocks(length, out var blocks, out var fault));
        Assert.Contains(words, fault, StringComparison.Ordinal);
        Assert.Null(blocks);
    }

    [Fact]
    public void TryBlocks_DoesNotDependOnTheRows_AndTrySelect_TakesTheDeclaredDaysAlone()
    {
        var table = Of("2025-12-31", "2026-01-01", "2026-03-31T23:59:59+02:00", "2026-04-01", "2026-02-01 08:00", "2026-02", "2026-Q1", "2025");
        Assert.True(Quarter.TrySelect(table, out var rows, out _));
        Assert.Equal(["1", "2", "4", "5", "6"], Enumerable.Range(0, rows.RowCount).Select(r => rows.Text(r, 1)));

        Assert.True(Quarter.TrySelect(Of("2020-01-01"), out rows, out _));
        Assert.Equal(0, rows.RowCount);
        Assert.True(Quarter.TryBlocks(BlockLength.Quarter, out var blocks, out _));
        Assert.Equal("2026-Q1", $"{blocks}");
    }

    [Fact]
    public void TrySelect_NoColumn_TakesAllRows()
    {
        var table = Of("whenever", "");
        Assert.True((Quarter with { Column = "" }).TrySelect(table, out var rows, out _));
        Assert.Same(table, rows);
    }

    [Theory]
    [InlineData("21.11.2026", "table.not-a-date")]
    [InlineData("2026-02-30", "table.not-a-date")]
    [InlineData("", "table.not-a-date")]
    [InlineData("2026", "table.date-too-wide")]
    public void TrySelect_CellThatTellsNoDeclaredOrOtherDay_IsRefusedWhereverItStands(string cell, string code)
    {
        Assert.False(Quarter.TrySelect(Of("2020-01-01", cell), out _, out var fault));
        Assert.Equal((code, 2, "admitted"), (fault.Code, fault.Row, fault.Column));
    }

    [Fact]
    public void TrySelect_UnknownColumn_IsRefused()
    {
        Assert.False((Quarter with { Column = "discharged" }).TrySelect(Of("2026-01-01"), out _, out var fault));
        Assert.Equal(("table.unknown-column", "discharged"), (fault.Code, fault.Column));
    }

    private static Table Of(params string[] days) =>
        Table.TryCreate(["admitted", "number"], days.Select((d, i) => (IReadOnlyList<string>)[d, $"{i}"]), out var table, out var fault) ? table : throw new ArgumentException(fault.Message);
}
