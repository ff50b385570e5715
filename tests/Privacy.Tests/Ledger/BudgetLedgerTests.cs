using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Ledger;
using static PrivacyGrains.Privacy.Tests.Ledger.LedgerSamples;

namespace PrivacyGrains.Privacy.Tests.Ledger;

public class BudgetLedgerTests
{
    [Fact]
    public void Reserve_SameChargeIdTwice_ChargesOnce()
    {
        var ledger = Open().Then(l => l.Reserve(Charge("c1"), Now));
        var again = ledger.Reserve(Charge("c1"), Now.AddHours(1));

        Assert.Equal((LedgerOutcomeKind.AlreadyDone, LedgerStatus.Reserved), (again.Outcome.Kind, again.Outcome.Status));
        Assert.Null(again.Entry);
        Assert.Equal(Zcdp(0.01), ledger.LossSoFar);

        var committed = ledger.Then(l => l.Commit("c1", Now));
        Assert.Equal(LedgerStatus.Committed, committed.Reserve(Charge("c1"), Now).Outcome.Status);
        Assert.Equal(LedgerOutcomeKind.AlreadyDone, committed.Commit("c1", Now).Outcome.Kind);
    }

    [Fact]
    public void Reserve_SameIdOtherContent_IsRefused()
    {
        var ledger = Open().Then(l => l.Reserve(Charge("c1"), Now)).Then(l => l.ReserveDisclosure(Disclosure("d1"), Now));
        ChargeRequest[] others =
        [
            Charge("c1", rho: 0.02), Charge("c1", purpose: "count"), Charge("c1") with { Analyst = "x" },
            Charge("c1") with { ReleaseBinding = new string('a', 64) }, Charge("d1"),
        ];
        Assert.All(others, other => Assert.Equal(LedgerCodes.ChargeIdReused, ledger.Reserve(other, Now).Outcome.Code));
        Assert.Equal(LedgerCodes.ChargeIdReused, ledger.ReserveDisclosure(Disclosure("c1"), Now).Outcome.Code);
        Assert.Equal(LedgerCodes.ChargeIdReused, ledger.ReserveDisclosure(Disclosure("d1", 2), Now).Outcome.Code);
    }

    [Fact]
    public void Reserve_UpToTheLimit_IsAccepted_AndOneUnitMoreIsRefused()
    {
        var ledger = Open();
        var limit = ledger.Definition.Limit;
        var units = new long[RenyiOrders.Count];
        units[limit.OrderIndex] = limit.LimitUnits;
        var full = Charge("full") with { Loss = RenyiLoss.FromUnits([.. units], 0) };
        ledger = ledger.Then(l => l.Reserve(full, Now));
        units[limit.OrderIndex] = 1;
        var refused = ledger.Reserve(Charge("more") with { Loss = RenyiLoss.FromUnits([.. units], 0) }, Now).Outcome;

        Assert.Equal(LedgerCodes.OverBudget, refused.Code);
        Assert.Equal(8, refused.Remaining!.Limit);
        Assert.InRange(refused.Remaining.Left, 0, 1e-6);
        Assert.True(ledger.ToStatement().LossSoFar <= 8);
    }

    [Fact]
    public void Reserve_OverBudget_SaysWhatIsLeftAndWhatItAsked()
    {
        var ledger = Open(epsilon: 2).Then(l => l.Reserve(Charge("c1", rho: 0.04), Now));
        var refused = ledger.Reserve(Charge("c2", rho: 0.12), Now).Outcome;
        var statement = ledger.ToStatement();

        Assert.Equal(LedgerCodes.OverBudget, refused.Code);
        Assert.Equal(statement.Left, refused.Remaining!.Left);
        Assert.True(refused.Remaining.Asked > refused.Remaining.Left);
        Assert.Equal(2, statement.LossSoFar + statement.Left, 5);
        Assert.Contains(statement.Left.ToString(), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reserve_LossWithoutBound_IsRefusedAtThePresetOrderOnly()
    {
        var ledger = Open();
        var units = Zcdp(0.01).Units;
        var last = RenyiLoss.FromUnits(units.SetItem(RenyiOrders.Count - 1, long.MaxValue), 0);
        ledger = ledger.Then(l => l.Reserve(Charge("high") with { Loss = last }, Now)).Then(l => l.Refund("high", "not sent", Now));
        Assert.Equal(RenyiLoss.Zero, ledger.LossSoFar);

        var preset = RenyiLoss.FromUnits(units.SetItem(ledger.Definition.Limit.OrderIndex, long.MaxValue), 0);
        Assert.Equal(LedgerCodes.OverBudget, ledger.Reserve(Charge("c2") with { Loss = preset }, Now).Outcome.Code);
    }

    [Fact]
    public void Reserve_ChargeWithItsOwnDelta_NeedsASetAsideDelta()
    {
        Assert.Equal(LedgerCodes.OverBudget, Open().Reserve(Charge("c1", delta: 1e-7), Now).Outcome.Code);
        var ledger = Open(mechanismDelta: 2.5e-7).Then(l => l.Reserve(Charge("c1", delta: 1e-7), Now)).Then(l => l.Reserve(Charge("c2", delta: 1e-7), Now));
        Assert.Equal(LedgerCodes.OverBudget, ledger.Reserve(Charge("c3", delta: 1e-7), Now).Outcome.Code);
    }

    [Fact]
    public void Reserve_OtherNeighbours_IsRefused()
    {
        var replace = Charge("c1") with { Neighbours = new Neighbours(NeighbouringRelation.ReplaceOne, PrivacyUnit.Record) };
        var patient = Charge("c1") with { Neighbours = new Neighbours(NeighbouringRelation.AddRemove, PrivacyUnit.Create("patient")) };
        Assert.Equal(LedgerCodes.OtherNeighbours, Open().Reserve(replace, Now).Outcome.Code);
        Assert.Equal(LedgerCodes.OtherNeighbours, Open().Reserve(patient, Now).Outcome.Code);
    }

    [Fact]
    public void Refund_BeforeCommit_GivesBackAll_AndTheIdIsUsedUp()
    {
        var ledger = Open().Then(l => l.Reserve(Charge("c1"), Now)).Then(l => l.Refund("c1", "nobody joined", Now));

        Assert.Equal(RenyiLoss.Zero, ledger.LossSoFar);
        Assert.Equal(0, ledger.ToStatement().LossSoFar);
        Assert.Equal(LedgerCodes.AlreadyRefunded, ledger.Commit("c1", Now).Outcome.Code);
        Assert.Equal(LedgerCodes.AlreadyRefunded, ledger.MarkAborted("c1", "x", Now).Outcome.Code);
        Assert.Equal((LedgerOutcomeKind.AlreadyDone, LedgerStatus.Refunded), Kind(ledger.Refund("c1", "again", Now)));
        Assert.Equal((LedgerOutcomeKind.AlreadyDone, LedgerStatus.Refunded), Kind(ledger.Reserve(Charge("c1"), Now)));
    }

    [Fact]
    public void Refund_AfterCommit_IsRefused_AndAbortedStands()
    {
        var ledger = Open().Then(l => l.Reserve(Charge("c1"), Now));
        Assert.Equal(LedgerCodes.NotCommitted, ledger.MarkAborted("c1", "x", Now).Outcome.Code);
        ledger = ledger.Then(l => l.Commit("c1", Now));
        Assert.Equal(LedgerCodes.AlreadyCommitted, ledger.Refund("c1", "x", Now).Outcome.Code);
        ledger = ledger.Then(l => l.MarkAborted("c1", "session lost", Now));

        Assert.Equal(LedgerCodes.AlreadyCommitted, ledger.Refund("c1", "x", Now).Outcome.Code);
        Assert.Equal((LedgerOutcomeKind.AlreadyDone, LedgerStatus.AbortedCommitted), Kind(ledger.Commit("c1", Now)));
        Assert.Equal((LedgerOutcomeKind.AlreadyDone, LedgerStatus.AbortedCommitted), Kind(ledger.MarkAborted("c1", "y", Now)));
        Assert.Equal(Zcdp(0.01), ledger.LossSoFar);
        Assert.Equal("aborted-committed", ledger.FindCharge("c1")!.Status.ToName());
        Assert.False(ledger.IsCommittedFor("c1", Binding));
    }

    [Fact]
    public void IsCommittedFor_OnlyACommittedChargeOfThisBinding()
    {
        var ledger = Open().Then(l => l.Reserve(Charge("c1"), Now));
        Assert.False(ledger.IsCommittedFor("c1", Binding));
        ledger = ledger.Then(l => l.Commit("c1", Now));
        Assert.True(ledger.IsCommittedFor("c1", Binding));
        Assert.False(ledger.IsCommittedFor("c1", ReleaseBinding.Create("release-1", "session-2", new byte[32], new byte[32])));
        Assert.False(ledger.IsCommittedFor("c2", Binding));
    }

    [Fact]
    public void Disclosure_UpToItsQuota_NeverBeyond_AndNeverWithoutPolicy()
    {
        var ledger = Open().Then(l => l.ReserveDisclosure(Disclosure("d1", 49), Now));
        var refused = ledger.ReserveDisclosure(Disclosure("d2", 2), Now).Outcome;
        Assert.Equal((LedgerCodes.OverQuota, 1.0), (refused.Code, refused.Remaining!.Left));
        Assert.Equal(LedgerCodes.NoDisclosurePolicy, ledger.ReserveDisclosure(Disclosure("d3") with { Recipient = "hospital-3" }, Now).Outcome.Code);
        Assert.Equal(LedgerCodes.NoDisclosurePolicy, ledger.ReserveDisclosure(Disclosure("d3") with { Purpose = "rank" }, Now).Outcome.Code);

        ledger = ledger.Then(l => l.CommitDisclosure("d1", Now));
        Assert.True(ledger.IsCommittedFor("d1", Binding));
        Assert.Equal(LedgerCodes.AlreadyCommitted, ledger.RefundDisclosure("d1", "x", Now).Outcome.Code);
        ledger = ledger.Then(l => l.MarkDisclosureAborted("d1", "session lost", Now));
        Assert.Equal(49, ledger.QuotaUsed("score", "hospital-2"));
        Assert.Equal(0, ledger.ToStatement().LossSoFar);

        ledger = ledger.Then(l => l.ReserveDisclosure(Disclosure("d4"), Now)).Then(l => l.RefundDisclosure("d4", "not sent", Now));
        Assert.Equal(49, ledger.QuotaUsed("score", "hospital-2"));
        Assert.Equal(LedgerCodes.AlreadyRefunded, ledger.CommitDisclosure("d4", Now).Outcome.Code);
    }

    [Fact]
    public void Disclosure_QuotaForAnyRecipient_IsSharedByThoseWithoutTheirOwn()
    {
        var definition = Definition() with { Quotas = [new DisclosureQuota("score", "hospital-2", 50), new DisclosureQuota("score", DisclosureQuota.AnyRecipient, 3)] };
        var ledger = BudgetLedger.Empty.Then(l => l.Open(definition, Now))
            .Then(l => l.ReserveDisclosure(Disclosure("d-1", 40), Now))
            .Then(l => l.ReserveDisclosure(Disclosure("d-2", 2) with { Recipient = "hospital-3" }, Now));

        var refused = ledger.ReserveDisclosure(Disclosure("d-3", 2) with { Recipient = "hospital-4" }, Now).Outcome;
        Assert.Equal((LedgerCodes.OverQuota, 1.0), (refused.Code, refused.Remaining!.Left));
        Assert.Equal((40, 2), (ledger.QuotaUsed("score", "hospital-2"), ledger.QuotaUsed("score", DisclosureQuota.AnyRecipient)));

        var given = ledger.Then(l => l.RefundDisclosure("d-2", "nothing was opened", Now));
        Assert.Equal(0, given.QuotaUsed("score", DisclosureQuota.AnyRecipient));
    }

    [Theory]
    [InlineData("training/detector round 3", true)]
    [InlineData(" training", false)]
    [InlineData("training ", false)]
    [InlineData("training\n", false)]
    public void Reserve_PurposeWithInnerSpaces_IsAName(string purpose, bool good) =>
        Assert.Equal(good, Open().Reserve(Charge("c-1", purpose: purpose), Now).Outcome.Stands);

    [Fact]
    public void EpsilonSoFarAndLeft_AreTheStatementsFigures()
    {
        var ledger = Open().Then(l => l.Reserve(Charge("c-1"), Now));
        var statement = ledger.ToStatement();
        Assert.Equal((statement.LossSoFar, statement.Left), (ledger.EpsilonSoFar, ledger.EpsilonLeft));
        Assert.True(ledger.EpsilonSoFar > 0);
    }

    [Fact]
    public void Requests_BeforeOpen_Malformed_OrUnknown_AreRefusedByCode()
    {
        Assert.Equal(LedgerCodes.NotOpen, BudgetLedger.Empty.Reserve(Charge("c1"), Now).Outcome.Code);
        Assert.Equal(LedgerCodes.NotOpen, BudgetLedger.Empty.Commit("c1", Now).Outcome.Code);
        Assert.Equal(LedgerCodes.UnknownCharge, Open().Commit("c1", Now).Outcome.Code);
        Assert.Equal(LedgerCodes.UnknownCharge, Open().Refund("c1", "x", Now).Outcome.Code);
        Assert.Equal(LedgerCodes.UnknownCharge, Open().CommitDisclosure("c1", Now).Outcome.Code);
        ChargeRequest[] bad = [Charge(""), Charge("a b"), Charge(new string('x', 161)), Charge("c1") with { ReleaseBinding = "00" }, Charge("c1") with { Loss = null! }];
        Assert.All(bad, b => Assert.Equal(LedgerCodes.BadRequest, Open().Reserve(b, Now).Outcome.Code));
        Assert.Equal(LedgerCodes.BadRequest, Open().ReserveDisclosure(Disclosure("d1", 0), Now).Outcome.Code);
        Assert.Equal(LedgerCodes.BadRequest, BudgetLedger.Empty.Open(Definition() with { Party = "" }, Now).Outcome.Code);
    }

    [Fact]
    public void Open_Again_IsDone_AndOtherwiseRefused()
    {
        Assert.Equal(LedgerOutcomeKind.AlreadyDone, Open().Open(Definition(), Now).Outcome.Kind);
        Assert.Equal(LedgerCodes.OpenedOtherwise, Open().Open(Definition(epsilon: 9), Now).Outcome.Code);
        Assert.Equal(LedgerCodes.OpenedOtherwise, Open().Open(Definition() with { Quotas = [] }, Now).Outcome.Code);
    }

    [Fact]
    public void IsBehind_RolledBackOrRewritten_IsSeen()
    {
        var one = Open().Then(l => l.Reserve(Charge("c1"), Now));
        var two = one.Then(l => l.Commit("c1", Now));
        var other = one.Then(l => l.Refund("c1", "x", Now)).Then(l => l.Reserve(Charge("c2"), Now));

        Assert.True(one.IsBehind(two.Head));
        Assert.True(other.IsBehind(two.Head));
        Assert.False(two.IsBehind(one.Head));
        Assert.False(two.IsBehind(two.Head));
        Assert.True(BudgetLedger.Empty.IsBehind(one.Head));
        Assert.Throws<ArgumentException>(() => one.IsBehind(two.Head with { Budget = "other" }));
    }

    [Fact]
    public void Statement_SumsByPurposeAndStatus()
    {
        var ledger = Open()
            .Then(l => l.Reserve(Charge("c1", 0.01), Now)).Then(l => l.Commit("c1", Now))
            .Then(l => l.Reserve(Charge("c2", 0.02), Now)).Then(l => l.Commit("c2", Now))
            .Then(l => l.Reserve(Charge("c3", 0.03, "count"), Now)).Then(l => l.Refund("c3", "x", Now));
        var statement = ledger.ToStatement();
        var order = ledger.Definition.Limit.Order;

        Assert.Equal([("count", LedgerStatus.Refunded, 1), ("training", LedgerStatus.Committed, 2)], statement.Lines.Select(l => (l.Purpose, l.Status, l.Count)));
        Assert.Equal(order * 0.03, statement.Lines[1].Cost, 5);
        Assert.Equal(statement.LossSoFar, statement.ConversionOverhead + statement.Lines[1].Cost, 5);
        Assert.Equal(["c1", "c2", "c3"], statement.Charges.Select(c => c.ChargeId));
    }

    private static (LedgerOutcomeKind Kind, LedgerStatus? Status) Kind(LedgerDecision decision) => (decision.Outcome.Kind, decision.Outcome.Status);
}
