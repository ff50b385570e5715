using System.Collections.Immutable;
using System.Text;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Ledger;
using static PrivacyGrains.Privacy.Tests.Ledger.LedgerSamples;

namespace PrivacyGrains.Privacy.Tests.Ledger;

public class BudgetLevelTests
{
    private const double Rho = 0.01;

    [Fact]
    public void Reserve_PeriodFull_IsRefused_AndANewBlocksRowsHaveTheirOwnAllowance()
    {
        var ledger = Fill(Open(Level(null, BlockLength.Quarter, 1)), "alice", "2026-Q3", out var count);

        var refused = ledger.Reserve(In("more", "bob", "2026-Q3"), Now.AddYears(1)); // time going by gives nothing back
        Assert.Equal(LedgerCodes.OverBudget, refused.Outcome.Code);
        Assert.Equal(new LevelKey("", "2026-Q3"), refused.Outcome.Remaining!.Level);
        Assert.Contains("of the block 2026-Q3, and 0", refused.Outcome.Message, StringComparison.Ordinal);
        Assert.Contains("of 1 is left", refused.Outcome.Message, StringComparison.Ordinal);

        var renewed = Fill(ledger, "alice", "2026-Q4", out var again);
        Assert.True(count > 1 && again == count);
        Assert.Equal(LedgerCodes.OverBudget, renewed.Reserve(In("both", "alice", "2026-Q4", "2027-Q1"), Now).Outcome.Code); // one full block is enough
        Assert.True(renewed.Reserve(In("next", "alice", "2027-Q1"), Now).Outcome.Stands);
        Assert.Equal(["data set", "block 2026-Q3", "block 2026-Q4"], renewed.ToStatement().Levels.Select(l => l.Level.ToString()));
        Assert.All(renewed.ToStatement().Levels, l => Assert.True(l.LossSoFar <= l.Limit.Epsilon.Value && l.Left >= 0 && l.Share is > 0 and <= 1));
    }

    [Fact]
    public void Reserve_OverSeveralBlocks_IsChargedToEach_AndGivenBackToEach()
    {
        var ledger = Open(Level(null, BlockLength.Month, 1)).Then(l => l.Reserve(In("c", "alice", "2026-10", "2026-11"), Now));
        Assert.Equal(3, ledger.ToStatement().Levels.Count(l => l.LossSoFar > 0));
        Assert.Equal(Alone(1, 1e-6), Assert.Single(ledger.Levels, l => l.Level.Block == "2026-10").LossSoFar);

        var back = ledger.Then(l => l.Refund("c", "not needed", Now));
        Assert.All(back.ToStatement().Levels, l => Assert.Equal(0, l.LossSoFar));
    }

    [Fact]
    public void Reserve_SameChargeIdOverOtherBlocks_IsRefusedAsOtherContent()
    {
        var ledger = Open(Level(null, BlockLength.Quarter, 1)).Then(l => l.Reserve(In("c", "alice", "2026-Q4"), Now));
        Assert.Equal(LedgerOutcomeKind.AlreadyDone, ledger.Reserve(In("c", "alice", "2026-Q4"), Now).Outcome.Kind);
        Assert.Equal(LedgerCodes.ChargeIdReused, ledger.Reserve(In("c", "alice", "2026-Q3"), Now).Outcome.Code);
        Assert.Equal(LedgerCodes.ChargeIdReused, ledger.Reserve(In("c", "alice", "2026-Q3", "2026-Q4"), Now).Outcome.Code);
    }

    [Fact]
    public void Reserve_AnalystFull_IsRefused_OthersHaveTheirOwn_WhoIsNamedHasTheNamedLimit()
    {
        var ledger = Open(Level("*", null, 1), Level("carol", null, 2));
        ledger = Fill(ledger, "alice", null, out var alice);
        Assert.Equal(new LevelKey("alice", ""), ledger.Reserve(In("x", "alice"), Now).Outcome.Remaining!.Level);
        ledger = Fill(ledger, "bob", null, out var bob);
        ledger = Fill(ledger, "carol", null, out var carol);
        Assert.Equal(alice, bob);
        Assert.True(carol > 2 * alice);
    }

    [Fact]
    public void Reserve_AnalystWithinAPeriod_HasAnAllowanceForEachBlock()
    {
        var ledger = Open(Level("*", BlockLength.Year, 1), Level(null, BlockLength.Year, 2));
        ledger = Fill(ledger, "alice", "2026", out _);
        Assert.Equal("analyst alice in 2026", ledger.Reserve(In("x", "alice", "2026"), Now).Outcome.Remaining!.Level.ToString());
        Assert.True(ledger.Reserve(In("x", "alice", "2027"), Now).Outcome.Stands);
        ledger = Enumerable.Range(0, 8).Aggregate(ledger, (filled, i) => Fill(filled, $"analyst-{i}", "2026", out _));
        Assert.Equal("block 2026", ledger.Reserve(In("x", "erin", "2026"), Now).Outcome.Remaining!.Level.ToString());
    }

    [Fact]
    public void Reserve_DataSetFull_IsRefused_WhateverALevelHasLeft()
    {
        var ledger = Open(2, Level("*", null, 100), Level(null, BlockLength.Day, 100));
        var refused = Fill(ledger, "alice", "2026-11-20", out _).Reserve(In("x", "bob", "2026-11-21"), Now);
        Assert.Equal((LedgerCodes.OverBudget, LevelKey.DataSet), (refused.Outcome.Code, refused.Outcome.Remaining!.Level));
    }

    [Fact]
    public void Reserve_SeveralLevelsFull_NamesThem_AndChangesNone()
    {
        var ledger = Open(Level(null, BlockLength.Day, 1), Level("*", null, 1));
        var refused = ledger.Reserve(In("x", "alice", "2026-11-20", "2026-11-21", "2026-11-22") with { Loss = Zcdp(50) }, Now);
        Assert.Null(refused.Entry);
        Assert.Contains("data set", refused.Outcome.Message, StringComparison.Ordinal);
        Assert.Contains("So do 2 more levels.", refused.Outcome.Message, StringComparison.Ordinal);
        Assert.Single(ledger.ToStatement().Levels);
    }

    [Theory]
    [InlineData(true, new string[0])]
    [InlineData(true, new[] { "2026-11" })]
    [InlineData(true, new[] { "2026-Q4", "2026-Q3" })]
    [InlineData(true, new[] { "2026-Q3", "2026-Q3" })]
    [InlineData(true, new[] { "now" })]
    [InlineData(false, new[] { "2026-Q4" })]
    public void Reserve_BlocksThatAreNotTheBudgets_IsRefused(bool hasPeriod, string[] blocks)
    {
        var ledger = hasPeriod ? Open(Level(null, BlockLength.Quarter, 1)) : Open();
        Assert.Equal(LedgerCodes.BadRequest, ledger.Reserve(In("c", "alice", blocks), Now).Outcome.Code);
    }

    [Fact]
    public void Open_LevelsThatContradict_IsRefused()
    {
        Assert.All<ImmutableArray<BudgetLevel>>(
            [
                [Level(null, null, 1)],
                [Level("alice", null, 1), Level("alice", null, 2)],
                [Level(null, BlockLength.Day, 1), Level("*", BlockLength.Month, 1)],
                [Level("two words", null, 1)],
                [Level("alice", null, 1) with { Limit = null! }],
                [.. Enumerable.Range(0, 257).Select(i => Level($"a{i}", null, 1))],
                default,
            ],
            levels => Assert.Equal(LedgerCodes.BadRequest, BudgetLedger.Empty.Open(Definition() with { Levels = levels }, Now).Outcome.Code));
        Assert.Equal(LedgerCodes.OpenedOtherwise, Open(Level("a", null, 1)).Open(Definition(), Now).Outcome.Code);
    }

    [Fact]
    public void Levels_AreOfAVersionedEntry_ThatReadsBack_AndVerifies()
    {
        var ledger = Open(Level("*", BlockLength.Quarter, 1), Level("alice", null, 3));
        var opened = Definition(20) with { Levels = ledger.Definition.Levels };
        var (first, second) = (BudgetLedger.Empty.Open(opened, Now).Entry!, ledger.Reserve(In("c", "alice", "2026-Q4") with { Plan = "{}" }, Now).Entry!);
        Assert.All(new[] { first, second }, entry =>
        {
            var bytes = LedgerEntryCodec.Encode(entry);
            Assert.Contains(".v2\"", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
            Assert.True(LedgerEntryCodec.TryDecode(bytes, out var back) && LedgerEntryCodec.Encode(back).AsSpan().SequenceEqual(bytes));
        });
        Assert.True(LedgerChain.Verify([first, second]).IsOk);
        var replayed = BudgetLedger.Replay([first, second]);
        Assert.Equal(opened, replayed.Definition);
        Assert.Equal("{}", replayed.FindCharge("c")!.Request.Plan);
        Assert.False(LedgerChain.Verify([first, ((ChargeReservedInBlocks)second) with { Blocks = ["2026-Q3"] }]).IsOk);
    }

    [Fact]
    public void Replay_JournalOfTheFirstVersion_ReadsAsItDid()
    {
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "vectors", "ledger-v1.jsonl"));
        var entries = lines.Select(line => LedgerEntryCodec.TryDecode(Encoding.UTF8.GetBytes(line), out var entry) ? entry : throw new InvalidDataException(line)).ToList();
        var ledger = BudgetLedger.Replay(entries);
        Assert.True(LedgerChain.Verify(entries).IsOk);
        Assert.Equal((6L, BudgetLedger.Empty.Open(Definition(8, 1e-5), Now).Entry!.Hash), (ledger.Version, entries[0].Hash));
        Assert.Equal(LedgerStatus.Committed, ledger.FindCharge("c-1")!.Status);
        Assert.Equal(Alone(8, 1e-5), ledger.EpsilonSoFar);
        Assert.Equal(entries[1].Hash, BudgetLedger.Replay(entries.Take(1)).Reserve(Charge("c-1"), Now).Entry!.Hash); // what needs nothing new is written as before
    }

    [Fact]
    public void Reserve_SamePlanWhoseLossIsBoundOtherwiseLater_IsTheSameCharge()
    {
        var ledger = Open().Then(l => l.Reserve(Charge("c") with { Plan = "{1}" }, Now));
        Assert.Equal(LedgerOutcomeKind.AlreadyDone, ledger.Reserve(Charge("c", rho: 0.009) with { Plan = "{1}" }, Now).Outcome.Kind);
        Assert.Equal(LedgerCodes.ChargeIdReused, ledger.Reserve(Charge("c") with { Plan = "{2}" }, Now).Outcome.Code);
    }

    private static BudgetLevel Level(string? analyst, BlockLength? period, double epsilon) =>
        new(analyst, period, BudgetLimit.Create(Epsilon.Create(epsilon), Delta.Create(1e-6)));

    private static BudgetLedger Open(params BudgetLevel[] levels) => Open(20, levels);

    private static BudgetLedger Open(double epsilon, params BudgetLevel[] levels) =>
        BudgetLedger.Empty.Then(l => l.Open(Definition(epsilon) with { Levels = [.. levels] }, Now));

    private static ChargeRequest In(string id, string analyst, params string[] blocks) => Charge(id, Rho) with { Analyst = analyst, Blocks = [.. blocks] };

    private static BudgetLedger Fill(BudgetLedger ledger, string analyst, string? block, out int count)
    {
        for (count = 0; ledger.Reserve(In($"{analyst}-{block}-{count}", analyst, block is null ? [] : [block]), Now).Entry is { } entry; count++)
        {
            ledger = ledger.Apply(entry);
        }

        return ledger;
    }

    private static double Alone(double epsilon, double delta)
    {
        var limit = BudgetLimit.Create(Epsilon.Create(epsilon), Delta.Create(delta));
        return LossUnits.ToShowUp(limit.EpsilonUnits(Zcdp(Rho).Units[limit.OrderIndex]));
    }
}
