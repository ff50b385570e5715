using System.Collections.Immutable;
using PrivacyGrains.Grains.Computation;
using PrivacyGrains.Grains.Dealing;
using PrivacyGrains.Grains.Inference;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Grains.Tests.Inference;

/// <summary>The rules of sessions, sides and dealers over their journals, without grains.</summary>
public class InferenceBookTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static InferenceTerms Terms { get; } = new(
        3, new byte[] { 1 }, ["h-1", "h-2"], "dealer", [new InputSlot("features.0", "h-1", ["a"], true), new InputSlot("weights", "clinic", [], false)], "clinic", new byte[] { 2 },
        new byte[] { 3 }, "scores", "records", 30);

    private static InferenceCreated Created { get; } = new(Terms, new byte[] { 4 }, new InferenceCost(12, 12, 100, 50), "clinic", Now);

    [Fact]
    public void Session_GoesFromPreparingToCompleted_AndSaysWhomItWaitsFor()
    {
        var book = Taken(InferenceBook.Empty, b => b.Create(Created));
        Assert.Equal(("preparing", "h-1, h-2, dealer"), State(book));
        book = Taken(book, b => b.Offer(Offers, Now));
        Assert.Equal(("awaiting-inputs", "features.0 of h-1, weights of clinic"), State(book));
        book = Taken(book, b => b.Accept(Shares("features.0", "h-1"), "d1", Now));
        Assert.Equal(("awaiting-inputs", "weights of clinic"), State(book));
        Assert.Empty(Entries(book.Begin(Now)));
        book = Taken(book, b => b.Accept(Shares("weights", "clinic"), "d2", Now));
        book = Taken(book, b => b.Begin(Now));
        Assert.Equal(("computing", "h-1, h-2"), State(book));
        book = Taken(book, b => b.End(Outcome("h-2"), Now));
        Assert.Equal(("computing", "h-1"), State(book));
        book = Taken(book, b => b.End(Outcome("h-1"), Now));
        Assert.Equal(("completed", ""), State(book));
        Assert.Empty(Entries(book.Abort("inference.timeout", "late", Now)));
        Assert.Empty(Entries(book.End(Outcome("h-1", "computation.lost"), Now)));
    }

    [Fact]
    public void Create_SameTermsAgain_WritesNothing_AndOthersAreRefused()
    {
        var book = Taken(InferenceBook.Empty, b => b.Create(Created));
        Assert.Empty(Entries(book.Create(Created with { At = Now.AddHours(1) })));
        Assert.Equal("inference.session-reused", book.Create(Created with { Terms = Terms with { Budget = "other" } }).Refusal!.Code);
    }

    [Fact]
    public void Give_ByAnother_Twice_TooEarly_OrWithOtherCounts_IsRefusedByName()
    {
        var preparing = Taken(InferenceBook.Empty, b => b.Create(Created));
        var book = Taken(preparing, b => b.Offer(Offers, Now));
        Assert.Equal("inference.unknown", InferenceBook.Empty.MayGive(Shares("features.0", "h-1"), "d")!.Code);
        Assert.Equal("inference.not-ready", preparing.MayGive(Shares("features.0", "h-1"), "d")!.Code);
        Assert.Equal("inference.foreign-slot", book.MayGive(Shares("features.0", "h-2"), "d")!.Code);
        Assert.Equal("inference.unknown-slot", book.MayGive(Shares("features.7", "h-1"), "d")!.Code);
        Assert.Equal("inference.wrong-share-count", book.MayGive(Shares("features.0", "h-1") with { Shares = [new byte[1]] }, "d")!.Code);
        book = Taken(book, b => b.Accept(Shares("features.0", "h-1"), "d", Now));
        Assert.Null(book.MayGive(Shares("features.0", "h-1"), "d"));
        Assert.Empty(Entries(book.Accept(Shares("features.0", "h-1"), "d", Now)));
        Assert.Equal("inference.input-given", book.MayGive(Shares("features.0", "h-1"), "e")!.Code);
        book = Taken(book, b => b.Abort("inference.timeout", "late", Now));
        Assert.Equal("inference.over", book.MayGive(Shares("weights", "clinic"), "d")!.Code);
    }

    [Fact]
    public void FaultOfOneSide_EndsTheSession_AndAStrangersEndIsPassedOver()
    {
        var book = Taken(Taken(InferenceBook.Empty, b => b.Create(Created)), b => b.Offer(Offers, Now));
        Assert.Empty(Entries(book.End(Outcome("h-9"), Now)));
        book = Taken(book, b => b.End(Outcome("h-1", "computation.lost"), Now));
        Assert.Equal("aborted", book.Status);
        Assert.Equal("computation.lost", book.Aborted!.Code);
        Assert.StartsWith("h-1 ", book.Aborted.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryEntry_ReadBackFromItsStoredForm_IsTheSameState()
    {
        InferenceEntry[] entries =
        [
            Created, new SidesOffered(Offers, Now), new InputAccepted("features.0", "d1", Now), new InputAccepted("weights", "d2", Now), new ComputingBegun(Now),
            new CorrelationsSupplied("lot.1.a", Now), new CorrelationsSupplied(null, Now), new SideEnded(Outcome("h-1"), Now), new InferenceAborted("inference.timeout", "late", Now),
        ];
        var (live, stored) = (InferenceBook.Empty, InferenceBook.Empty);
        foreach (var entry in entries)
        {
            live = live.Apply(entry);
            var (type, payload) = InferenceEntries.Codec.Encode(entry);
            stored = stored.Apply(InferenceEntries.Codec.Decode("s", new RecordedEntry(live.Version, type, payload, Now)));
            Assert.Equal(State(live), State(stored));
            Assert.Equal(live.Version, stored.Version);
            Assert.NotEmpty(InferenceBook.Audit("s", live.Version, entry).Kind);
        }

        Assert.Equal(live.Created!.Terms.Plan.ToArray(), stored.Created!.Terms.Plan.ToArray());
        Assert.Equal(live.Sides["h-1"].SealedOutput.ToArray(), stored.Sides["h-1"].SealedOutput.ToArray());
    }

    [Fact]
    public void Side_PreparesTakesAndEndsOnce()
    {
        var book = ComputationBook.Empty;
        Assert.Equal("computation.already-begun", book.Take("c", Now).Refusal!.Code);
        book = Taken(book, b => b.Prepare("r", Now));
        Assert.True(book.IsUnfinished);
        Assert.Equal("computation.already-begun", book.Prepare("r", Now).Refusal!.Code);
        book = Taken(book, b => b.Take("c", Now));
        Assert.Equal("computation.already-begun", book.Take("c", Now).Refusal!.Code);
        book = Taken(book, b => b.End(ComputationBook.Lost, Now));
        Assert.False(book.IsUnfinished);
        Assert.Equal(ComputationBook.Lost, book.End(ComputationBook.Completed, Now).Refusal!.Code);
        Assert.Equal(ComputationBook.Lost, book.Prepare("r", Now).Refusal!.Code);

        static ComputationBook Taken(ComputationBook book, Func<ComputationBook, Decision<ComputationEntry>> decide) => Entries(decide(book)).Aggregate(book, (b, e) => b.Apply(e));
    }

    [Fact]
    public void Side_TakesALotOnce_AndWhatIsDealtInItsPlaceOnce()
    {
        var book = Taken(ComputationBook.Empty, b => b.Prepare("r", Now));
        book = Stored(Taken(book, b => b.TakeLot("lot.1.a", Now)), book.TakeLot("lot.1.a", Now));
        Assert.True(book.FromStock);
        Assert.Equal("computation.already-begun", book.TakeLot("lot.2.b", Now).Refusal!.Code);
        book = Taken(book, b => b.Take("dealt", Now)); // not every side got the lot
        Assert.False(book.FromStock);
        Assert.Equal("computation.already-begun", book.Take("again", Now).Refusal!.Code);
        Assert.Equal("computation.already-begun", book.TakeLot("lot.2.b", Now).Refusal!.Code);

        static ComputationBook Taken(ComputationBook book, Func<ComputationBook, Decision<ComputationEntry>> decide) => Entries(decide(book)).Aggregate(book, (b, e) => b.Apply(e));

        static ComputationBook Stored(ComputationBook live, Decision<ComputationEntry> decision)
        {
            var (type, payload) = ComputationBook.Codec.Encode(decision.Entries[0]);
            Assert.Equal(decision.Entries[0], ComputationBook.Codec.Decode("s", new RecordedEntry(1, type, payload, Now)));
            return live;
        }
    }

    [Fact]
    public void Dealer_TakesACounterForEachSessionOnce_AndNeverTwiceTheSame()
    {
        var book = DealerBook.Empty;
        foreach (var session in (string[])["s-1", "s-2", "s-3"])
        {
            book = Entries(book.Deal(session, "p", Now)).Aggregate(book, (b, e) => b.Apply(e));
        }

        Assert.Equal(3, book.Counter);
        Assert.Equal("dealer.already-dealt", book.Deal("s-2", "p", Now).Refusal!.Code);
    }

    private static ImmutableArray<SideOffer> Offers { get; } = [new SideOffer("h-1", new byte[] { 1 }, new byte[] { 2 }), new SideOffer("h-2", new byte[] { 1 }, new byte[] { 2 })];

    private static SlotShares Shares(string slot, string party) => new(slot, party, [new byte[] { 1 }, new byte[] { 2 }], null);

    private static SideOutcome Outcome(string party, string? fault = null) => new(party, new byte[] { 7 }, new byte[] { 8 }, "ab", fault, null, fault, 10, 12, 0.5);

    private static (string Status, string WaitingFor) State(InferenceBook book) => (book.Status, string.Join(", ", book.WaitingFor));

    private static InferenceBook Taken(InferenceBook book, Func<InferenceBook, Decision<InferenceEntry>> decide) => Entries(decide(book)).Aggregate(book, (b, e) => b.Apply(e));

    private static IReadOnlyList<T> Entries<T>(Decision<T> decision)
        where T : class
    {
        Assert.Null(decision.Refusal);
        return [.. decision.Entries];
    }
}
