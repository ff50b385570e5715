using FsCheck;
using FsCheck.Fluent;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Privacy.Queries;
using PrivacyGrains.Privacy.Queries.Schemas;
using PrivacyGrains.Privacy.Queries.Selects;

namespace PrivacyGrains.Privacy.Tests.Queries.Selects;

public sealed class TimeBlockQueryTests
{
    private const string Columns = """{ "name": "cell", "type": "text", "keys": ["A", "B"] }""";
    private static readonly TableSchema Open = SelectSamples.Schema($$"""{ "timeColumn": "day", "columns": [ { "name": "day", "type": "date" }, {{Columns}} ] }""");
    private static readonly TableSchema Year = SelectSamples.Schema($$"""{ "timeColumn": "day", "columns": [ { "name": "day", "type": "date", "first": "2026-Q1", "last": "2026-12-31" }, {{Columns}} ] }""");

    [Theory]
    [InlineData("day = '2026-Q1'", "2026-Q1")]
    [InlineData("day BETWEEN '2026-02-01' AND '2026-05-31'", "2026-Q1, 2026-Q2")]
    [InlineData("day >= '2026-04-01' AND day < '2026-07-01'", "2026-Q2")]
    [InlineData("day > '2026-Q1' AND day <= '2026-Q3'", "2026-Q2, 2026-Q3")]
    [InlineData("day IN ('2026-01-15', '2026-10') AND cell = 'A'", "2026-Q1, 2026-Q4")]
    [InlineData("day = 2025", "2025-Q1, 2025-Q2, 2025-Q3, 2025-Q4")]
    [InlineData("NOT (day < '2026-04-01' OR day > '2026-06-30')", "2026-Q2")]
    [InlineData("day >= '2026-01-01' AND NOT (day > '2026-12-31') AND day NOT IN ('2026-Q2')", "2026-Q1, 2026-Q3, 2026-Q4")]
    [InlineData("day = '2026-Q1' AND day <> '2026-02-03'", "2026-Q1")]
    [InlineData("day = '2026-Q1' OR (cell = 'B' AND day = '2026-12-24')", "2026-Q1, 2026-Q4")]
    public void TryBlocks_AreThoseThatTheConditionTouches(string condition, string expected)
    {
        var query = SelectSamples.Query($"SELECT COUNT(*) FROM data WHERE {condition}", Open);
        Assert.True(query.TryBlocks(BlockLength.Quarter, out var blocks, out var fault), fault?.Message);
        Assert.Equal(expected, blocks.ToString());
    }

    [Theory]
    [InlineData("", "2026-Q1, 2026-Q2, 2026-Q3, 2026-Q4")]
    [InlineData("WHERE cell = 'A'", "2026-Q1, 2026-Q2, 2026-Q3, 2026-Q4")]
    [InlineData("WHERE day = '2026-Q1' OR cell = 'A'", "2026-Q1, 2026-Q2, 2026-Q3, 2026-Q4")]
    [InlineData("WHERE day > '2026-06-30'", "2026-Q3, 2026-Q4")]
    public void TryBlocks_WithoutACondition_AreTheDeclaredRange(string where, string expected)
    {
        Assert.True(SelectSamples.Query($"SELECT COUNT(*) FROM data {where}", Year).TryBlocks(BlockLength.Quarter, out var blocks, out _));
        Assert.Equal(expected, blocks.ToString());
    }

    [Theory]
    [InlineData("", "query.unbounded-time", "add a condition as day = '2026-Q4'")]
    [InlineData("WHERE day >= '2026-Q1'", "query.unbounded-time", "a first and a last in the schema")]
    [InlineData("WHERE day = '2026-Q1' OR cell = 'A'", "query.unbounded-time", "at most 366")]
    [InlineData("WHERE day = '2026-Q1' AND day = '2026-Q2'", "query.no-blocks", "condition on day")]
    public void TryBlocks_NoneOrTooMany_SaysWhatToAdd(string where, string code, string words)
    {
        Assert.False(SelectSamples.Query($"SELECT COUNT(*) FROM data {where}", Open).TryBlocks(BlockLength.Quarter, out _, out var fault));
        Assert.Equal(code, fault.Code);
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TryBlocks_NoTimeColumn_SaysSo()
    {
        Assert.False(SelectSamples.Query("SELECT COUNT(*) FROM data").TryBlocks(BlockLength.Month, out _, out var fault));
        Assert.Equal("query.no-time-column", fault.Code);
    }

    [Theory]
    [InlineData("", "2026-Q1, 2026-Q2")]
    [InlineData("WHERE day = '2026-Q2'", "2026-Q2")]
    [InlineData("WHERE day >= '2026-05-01' OR cell = 'A'", "2026-Q1, 2026-Q2")]
    [InlineData("WHERE day BETWEEN '2025' AND '2026-02'", "2026-Q1")]
    [InlineData("WHERE day = '2026-Q3'", null)]
    public void Among_DeclaredBlocks_AreThoseThatTheConditionTouches_AlsoWhereItBoundsNothing(string where, string? expected)
    {
        Assert.True(new RowDates(new(2026, 2, 1), new(2026, 4, 1), "day").TryBlocks(BlockLength.Quarter, out var declared, out _));
        Assert.Equal(expected, SelectSamples.Query($"SELECT COUNT(*) FROM data {where}", Open).Among(declared)?.ToString());
        Assert.Throws<ArgumentException>(() => SelectSamples.Query("SELECT COUNT(*) FROM data").Among(declared));
    }

    /// <summary>The property that charges rest on: a row that passes a condition is of a block that is charged, however the condition is built and however coarse the row's date.</summary>
    [Fact]
    public void TryBlocks_LeaveOutNoRowThatPasses()
    {
        var gen = from condition in Conditions(3)
                  from days in Gen.ArrayOf(Gen.Choose(0, 729), 12)
                  from coarse in Gen.Choose(0, 2)
                  select (condition, days, coarse);
        Prop.ForAll(gen.ToArbitrary(), given =>
        {
            var query = SelectSamples.Query($"SELECT COUNT(*) FROM data WHERE (day BETWEEN '2025' AND '2026') AND ({given.condition})", Open);
            var table = SelectSamples.Table("day,cell", given.days.Select(d => $"{TimeBlock.Of((BlockLength)given.coarse, new DateOnly(2025, 1, 1).AddDays(d))},A"));
            var whole = Count(query, table, null);
            var charged = query.TryBlocks(BlockLength.Quarter, out var blocks, out var fault) ? Count(query, table, blocks) : fault.Code == "query.no-blocks" ? 0 : -1;
            return whole == charged;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void TryTake_RowsOutsideTheBlocks_AreNotUsed()
    {
        var table = SelectSamples.Table("day,cell", ["2026-01-05,A", "2026-03-31T23:59:59,A", "2026-04-01,A", "2025-12-31,A", "2026-Q1,A"]);
        Assert.True(BlockSet.TryParse(["2026-Q1"], BlockLength.Quarter, out var blocks, out _));
        Assert.Equal(3, Count(SelectSamples.Query("SELECT COUNT(*) FROM data", Open), table, blocks));
    }

    [Theory]
    [InlineData("2026-13-01", "table.not-a-date", "Row 2, column day")]
    [InlineData("yesterday", "table.not-a-date", "2026-Q4")]
    [InlineData("1812-06-24", "table.not-a-date", "Row 2")]
    [InlineData("2026", "table.date-too-wide", "longer than the budget's quarter")]
    public void TryTake_CellOfNoBlock_IsNamed(string cell, string code, string words)
    {
        var table = SelectSamples.Table("day,cell", ["2026-01-05,A", $"{cell},A"]);
        Assert.True(BlockSet.TryParse(["2026-Q1"], BlockLength.Quarter, out var blocks, out _));
        Assert.False(BoundedRows.TryTake(table, SelectSamples.Query("SELECT COUNT(*) FROM data", Open), new TestRandom(1).Source, out _, out var fault, blocks));
        Assert.Equal(code, fault.Code);
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "name": "day", "type": "date", "first": "2026-Q1" }""", "one of first and last")]
    [InlineData("""{ "name": "day", "type": "date", "first": "2026-Q2", "last": "2026-Q1" }""", "first not after last")]
    [InlineData("""{ "name": "day", "type": "date", "first": "spring", "last": "2026" }""", "first not after last")]
    [InlineData("""{ "name": "day", "type": "text", "first": "2025", "last": "2026" }""", "no first and last")]
    [InlineData("""{ "name": "day", "type": "date", "low": 1, "high": 2 }""", "no low and high")]
    [InlineData("""{ "name": "day", "type": "text" }""", "timeColumn: names a column of type date, which 'day' is not")]
    public void Schema_BadDates_AreRefusedByField(string column, string words)
    {
        Assert.False(TableSchema.TryParse(System.Text.Encoding.UTF8.GetBytes($$"""{ "timeColumn": "day", "columns": [ {{column}} ] }"""), out _, out var fault));
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Query_ADateComparedWithSomethingElse_IsRefused() =>
        Assert.Contains("day is a date; compare it with '2026-11-21', '2026-11', '2026-Q4' or '2026', not with 'spring'", SelectSamples.Refusal("SELECT COUNT(*) FROM data WHERE day = 'spring'", Open).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("2026-Q5", "'2026-Q5' names no quarter: write it as 2026-Q4.")]
    [InlineData("2026-11", "names no quarter")]
    public void BlockSet_WrongNames_SayHowToWriteThem(string name, string words)
    {
        Assert.False(BlockSet.TryParse([name], BlockLength.Quarter, out _, out var fault));
        Assert.Contains(words, fault, StringComparison.Ordinal);
        Assert.False(BlockSet.TryParse([], BlockLength.Quarter, out _, out fault));
        Assert.True(BlockSet.TryParse(["2026-Q4", "2026-Q1", "2026-Q4"], BlockLength.Quarter, out var set, out _));
        Assert.Equal("2026-Q1, 2026-Q4", set.ToString());
    }

    private static int Count(SelectQuery query, Table table, BlockSet? blocks)
    {
        Assert.True(BoundedRows.TryTake(table, query, new TestRandom(1).Source, out var rows, out var fault, blocks), fault?.Message);
        return rows.Rows.Count;
    }

    private static Gen<string> Conditions(int depth)
    {
        var literal = from day in Gen.Choose(0, 729)
                      from length in Gen.Choose(0, 3)
                      select TimeBlock.Of((BlockLength)length, new DateOnly(2025, 1, 1).AddDays(day)).Name;
        var leaf = from sign in Gen.Elements("=", "<>", "<", "<=", ">", ">=")
                   from value in literal
                   select $"day {sign} '{value}'";
        var among = from no in Gen.Elements("", "NOT ")
                    from values in Gen.ArrayOf(literal, 3)
                    select $"day {no}IN ({string.Join(", ", values.Select(v => $"'{v}'"))})";
        var other = Gen.Elements("cell = 'A'", "cell <> 'A'");
        var leaves = Gen.OneOf(leaf, among, other);
        return depth == 0 ? leaves : Gen.OneOf(
            leaves,
            Conditions(depth - 1).Select(c => $"NOT ({c})"),
            from left in Conditions(depth - 1) from right in Conditions(depth - 1) from word in Gen.Elements("AND", "OR") select $"({left}) {word} ({right})");
    }
}
