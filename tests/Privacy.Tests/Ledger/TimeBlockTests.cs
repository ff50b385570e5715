using PrivacyGrains.Privacy.Ledger;

namespace PrivacyGrains.Privacy.Tests.Ledger;

public class TimeBlockTests
{
    [Theory]
    [InlineData("2026-Q4", BlockLength.Quarter, "2026-10-01", "2026-12-31")]
    [InlineData("2024-02", BlockLength.Month, "2024-02-01", "2024-02-29")]
    [InlineData("2026", BlockLength.Year, "2026-01-01", "2026-12-31")]
    [InlineData("2026-11-21", BlockLength.Day, "2026-11-21", "2026-11-21")]
    public void TryParse_Name_GivesItsDays(string name, BlockLength length, string first, string last)
    {
        Assert.True(TimeBlock.TryParse(name, out var block));
        Assert.Equal((length, first, last, name), (block.Length, $"{block.First:yyyy-MM-dd}", $"{block.Last:yyyy-MM-dd}", block.Name));
        Assert.Equal(block, TimeBlock.Of(length, block.Last));
        Assert.NotEqual(block, TimeBlock.Of(length, block.Last.AddDays(1)));
    }

    [Theory]
    [InlineData("2026-Q5")]
    [InlineData("2026-Q0")]
    [InlineData("2026-q4")]
    [InlineData("2026-13")]
    [InlineData("2026-1")]
    [InlineData("2026-02-30")]
    [InlineData("1899")]
    [InlineData("20x6")]
    [InlineData(" 2026")]
    [InlineData("")]
    [InlineData(null)]
    public void TryParse_NoBlock_IsRefused(string? name) => Assert.False(TimeBlock.TryParse(name, out _));

    [Fact]
    public void Covering_AStretch_NamesEachBlockThatItTouchesOnce()
    {
        Assert.Equal(["2025-Q4", "2026-Q1", "2026-Q2"], TimeBlock.Covering(BlockLength.Quarter, new(2025, 12, 31), new(2026, 4, 1)).Select(b => b.Name));
        Assert.Equal(["2026"], TimeBlock.Covering(BlockLength.Year, new(2026, 1, 1), new(2026, 12, 31)).Select(b => b.Name));
        Assert.Equal(366, TimeBlock.Covering(BlockLength.Day, new(2024, 1, 1), new(2024, 12, 31)).Length);
        Assert.Throws<ArgumentException>(() => TimeBlock.Covering(BlockLength.Day, new(2024, 1, 1), new(2025, 1, 1)));
        Assert.ThrowsAny<ArgumentException>(() => TimeBlock.Covering(BlockLength.Day, new(2024, 1, 2), new(2024, 1, 1)));
    }
}
