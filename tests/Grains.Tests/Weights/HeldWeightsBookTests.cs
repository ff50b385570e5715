using PrivacyGrains.Grains.Weights;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Grains.Tests.Weights;

/// <summary>The rules of one party's held weights over their journal, without grains.</summary>
public class HeldWeightsBookTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    internal static readonly InferencePlan Plan = InferencePlan.Create(SharingScheme.Additive(2), 4, 3, [PlanLayer.Dense(2, true, 4, 4), PlanLayer.Relu], 16, 8);
    private static readonly Protocols.Dealing.WeightMaskPlan Masks = Plan.MaskPlan(new byte[32], new byte[32])!;

    internal static WeightsKeep Kept { get; } = new(
        "lenet-1", "clinic", Convert.ToHexStringLower(Masks.Digest()), "holders", Plan.ToBytes(), Masks.ToBytes(), new WeightTermsView(["h-1", "h-3"], 2, Now.AddDays(1).ToUnixTimeSeconds()));

    private static HeldWeightsBook Book => HeldWeightsBook.Empty.Apply(new WeightsKept(Kept, Now));

    [Fact]
    public void Use_UntilTheOwnersNumber_CountsEachSessionOnce_AndTheLastSecondIsOver()
    {
        var book = Taken(Book, Use("s-1"));
        Assert.Empty(book.Use(Use("s-1"), "h-1", Now).Entries); // asked again
        book = Taken(book, Use("s-2"));
        Assert.Equal("inference.weights-used-up", book.Use(Use("s-3"), "h-1", Now).Refusal!.Code);
        Assert.Equal(2, book.View("lenet-1", "h-1").Value!.Used);
        Assert.Null(Book.Check(Use("s-1"), "h-1", Now.AddDays(1).AddSeconds(-1)));
        Assert.Equal("inference.weights-expired", Book.Check(Use("s-1"), "h-1", Now.AddDays(1))!.Code);
    }

    [Fact]
    public void Use_OfAnothers_IsRefusedByWhatIsOther()
    {
        Assert.Equal("inference.weights-not-held", Code(Use("s-1") with { Opening = "lenet-2" }));
        Assert.Equal("inference.weights-other-roster", Code(Use("s-1") with { Holders = "others" }));
        Assert.Equal("inference.weights-other-receiver", Code(Use("s-1") with { Receiver = "h-2" }));
        Assert.Equal("inference.weights-other-plan", Code(Use("s-1") with { Plan = Plan.WithRows(5).WithMasks(Masks).ToBytes() }));
        Assert.Equal("inference.weights-other-plan", Code(Use("s-1") with { Plan = Plan.ToBytes() }));
        Assert.Equal("inference.weights-other-plan", Code(Use("s-1") with { Plan = new byte[] { 1, 2, 3 } }));

        static string Code(WeightsUse use) => Book.Check(use, "h-1", Now)!.Code;
    }

    [Fact]
    public void Withdraw_IsTheOwners_AndForGood()
    {
        Assert.Equal("inference.weights-not-the-owner", Book.Withdraw("lenet-1", "h-3", "h-1", Now).Refusal!.Code);
        Assert.Equal("inference.weights-not-held", Book.Withdraw("lenet-2", "clinic", "h-1", Now).Refusal!.Code);
        var book = Book.Apply(Assert.Single(Book.Withdraw("lenet-1", "clinic", "h-1", Now).Entries));
        Assert.Empty(book.Withdraw("lenet-1", "clinic", "h-1", Now).Entries);
        Assert.Equal("inference.weights-withdrawn", book.Use(Use("s-1"), "h-1", Now).Refusal!.Code);
        Assert.Equal("inference.weights-kept-before", book.Keep(Kept, Now).Refusal!.Code);
        Assert.Empty(book.Files);
        Assert.Single(Book.Files);
    }

    [Fact]
    public void Snapshot_IsTheBook()
    {
        var book = Taken(Book, Use("s-1"));
        var read = HeldWeightsBook.Snapshots.Read(HeldWeightsBook.Snapshots.Write(book));
        Assert.Equal(1, read.View("lenet-1", "h-1").Value!.Used);
        Assert.Empty(read.Use(Use("s-1"), "h-1", Now).Entries);
        Assert.Null(read.Check(Use("s-2"), "h-1", Now));
    }

    internal static WeightsUse Use(string session) => new("lenet-1", session, "h-3", "holders", Plan.WithRows(2).WithMasks(Masks).ToBytes());

    private static HeldWeightsBook Taken(HeldWeightsBook book, WeightsUse use) => book.Apply(Assert.Single(book.Use(use, "h-1", Now).Entries));
}
