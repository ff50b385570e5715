using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Tests.Sharing;

namespace PrivacyGrains.Protocols.Tests.Inference;

public sealed class HostileMessageTests
{
    private static InferencePlan Plan(SharingScheme? scheme = null) =>
        InferencePlan.Create(scheme ?? SharingScheme.Additive(3), 2, 2, [PlanLayer.Dense(1, true, 2, 2), PlanLayer.Relu], 16, 8);

    private static InferenceRun Start(SharingScheme? scheme = null, string session = "s-1") =>
        new(Plan(scheme), [1, 2, -3, 1], [([0.5, 1.5], [0.25])], SessionId.Create(session));

    /// <summary>The message from party 1 to party 0 that is under way.</summary>
    private static ReadOnlyMemory<byte> ToFirst(InferenceRun run, int from = 1) =>
        run.Bag.Single(entry => entry.From == from && entry.Message.To == Simulation.Name(0)).Bytes;

    [Fact]
    public void Receive_SameMessageTwice_IsDoubled()
    {
        var run = Start();
        var message = ToFirst(run);
        Assert.IsType<InferenceProgress.Continue>(run.Sides[0].Receive(Simulation.Name(1), message));
        AssertHalt(run, 0, "inference.doubled", Simulation.Name(1), run.Sides[0].Receive(Simulation.Name(1), message));
    }

    [Fact]
    public void Receive_MessageOfAnEarlierRound_IsDoubled()
    {
        var run = Start();
        var message = ToFirst(run);
        var progress = run.Sides[0].Receive(Simulation.Name(1), message);
        Assert.Equal([Simulation.Name(2)], Assert.IsType<InferenceProgress.Continue>(progress).Missing.AsEnumerable());
        progress = run.Sides[0].Receive(Simulation.Name(2), ToFirst(run, 2));
        Assert.Equal(1, Assert.IsType<InferenceProgress.Continue>(progress).Round);
        AssertHalt(run, 0, "inference.doubled", Simulation.Name(1), run.Sides[0].Receive(Simulation.Name(1), message));
    }

    [Fact]
    public void Receive_FromAStrangerOrOneself_IsAStranger()
    {
        var run = Start();
        AssertHalt(run, 0, "inference.stranger", PartyId.Create("mallory"), run.Sides[0].Receive(PartyId.Create("mallory"), ToFirst(run)));
        run = Start();
        AssertHalt(run, 0, "inference.stranger", Simulation.Name(0), run.Sides[0].Receive(Simulation.Name(0), ToFirst(run)));
    }

    [Fact]
    public void Receive_EveryCutAndAnExtraByte_IsMalformed()
    {
        var whole = ToFirst(Start());
        for (var length = 0; length < whole.Length; length += 7)
        {
            var run = Start();
            AssertHalt(run, 0, "inference.malformed", Simulation.Name(1), run.Sides[0].Receive(Simulation.Name(1), ToFirst(run)[..length]));
        }

        var longer = Start();
        byte[] bytes = [.. ToFirst(longer).Span, 0];
        AssertHalt(longer, 0, "inference.malformed", Simulation.Name(1), longer.Sides[0].Receive(Simulation.Name(1), bytes));
    }

    [Fact]
    public void Receive_OfAnotherSessionOrPlan_IsForeign()
    {
        var run = Start();
        AssertHalt(run, 0, "inference.foreign-run", Simulation.Name(1), run.Sides[0].Receive(Simulation.Name(1), ToFirst(Start(session: "s-2"))));
        run = Start();
        var other = new InferenceRun(
            InferencePlan.Create(SharingScheme.Additive(3), 2, 2, [PlanLayer.Dense(1, true, 2, 3), PlanLayer.Relu], 16, 8), [1, 2, -3, 1], [([0.5, 1.5], [0.25])]);
        AssertHalt(run, 0, "inference.foreign-run", Simulation.Name(1), run.Sides[0].Receive(Simulation.Name(1), ToFirst(other)));
    }

    [Fact]
    public void Receive_UnderOtherPublicWeights_IsForeign()
    {
        var plan = InferencePlan.Create(SharingScheme.Additive(2), 2, 2, [PlanLayer.Dense(1, false, 2, 2)], 16, 8);
        var run = new InferenceRun(plan, [1, 2, -3, 1], [([0.5, 1.5], [0.25])]);
        var other = new InferenceRun(plan, [1, 2, -3, 1], [([0.5, 1.6], [0.25])]);
        AssertHalt(run, 0, "inference.foreign-run", Simulation.Name(1), run.Sides[0].Receive(Simulation.Name(1), ToFirst(other)));
    }

    [Fact]
    public void Receive_RoundsAheadOrNegative_IsWrongRound()
    {
        foreach (var round in new[] { 2, 99, -1 })
        {
            var run = Start();
            var bytes = ToFirst(run).ToArray();
            BitConverter.TryWriteBytes(bytes.AsSpan(48), round);
            AssertHalt(run, 0, "inference.wrong-round", Simulation.Name(1), run.Sides[0].Receive(Simulation.Name(1), bytes));
        }
    }

    [Fact]
    public void Receive_ALengthOfAnotherRound_IsWrongLength()
    {
        var run = Start();
        var bytes = ToFirst(run).ToArray();
        BitConverter.TryWriteBytes(bytes.AsSpan(48), 1); // round 0's words under round 1's number
        AssertHalt(run, 0, "inference.wrong-length", Simulation.Name(1), run.Sides[0].Receive(Simulation.Name(1), bytes));
    }

    [Fact]
    public void Receive_AWordOutsideTheField_IsNoElement()
    {
        var run = Start(SharingScheme.Shamir(2, 1));
        var bytes = ToFirst(run).ToArray();
        bytes.AsSpan(bytes.Length - 8).Fill(0xFF);
        AssertHalt(run, 0, "opening.not-an-element", Simulation.Name(1), run.Sides[0].Receive(Simulation.Name(1), bytes));
    }

    [Fact]
    public void Abandon_NamesWhoIsMissing()
    {
        var run = Start();
        run.Sides[0].Receive(Simulation.Name(1), ToFirst(run));
        var halt = Assert.IsType<InferenceProgress.Halt>(run.Sides[0].Abandon());
        Assert.Equal(("inference.missing", Simulation.Name(2)), (halt.Fault.Code, halt.Fault.Party!.Value));
        Assert.IsType<InferenceProgress.Halt>(run.Sides[0].Receive(Simulation.Name(2), ToFirst(run, 2)));
        Assert.IsType<InferenceProgress.Halt>(run.Sides[0].Abandon());
    }

    [Fact]
    public void Receive_AfterTheEnd_IsAFault_AndTheOutputStands()
    {
        var run = Start(SharingScheme.Additive(2));
        var first = ToFirst(run);
        run.Complete();
        var halt = Assert.IsType<InferenceProgress.Halt>(run.Sides[0].Receive(Simulation.Name(1), first));
        Assert.Equal("inference.after-end", halt.Fault.Code);
        Assert.Null(run.Sides[0].Fault);
        Assert.IsType<InferenceProgress.Finish>(run.Sides[0].Abandon());
    }

    [Fact]
    public void Begin_PartsThatDoNotFitThePlan_AreTheCallersBug()
    {
        var plan = Plan();
        var simulation = new Simulation(plan.Scheme).Deal(plan.Preprocessing.Requests);
        var committee = simulation.Committees[0];
        var input = simulation.Split(new ulong[4], 2, 2);
        var weights = LayerWeights.Shared(simulation.Split(new ulong[2], 2, 1)[0], simulation.Split(new ulong[1])[0]);
        var publicWeights = LayerWeights.Public(plan.Scheme, plan.Format, 2, [1, 2], [3]);
        Throws(committee, input[1], [weights], simulation.Correlations[0]);
        Throws(committee, simulation.Split(new ulong[4], 4, 1)[0], [weights], simulation.Correlations[0]);
        Throws(committee, input[0], [], simulation.Correlations[0]);
        Throws(committee, input[0], [publicWeights], simulation.Correlations[0]);
        Throws(committee, input[0], [weights], simulation.Correlations[1]);
        Throws(committee, input[0], [weights], new Simulation(plan.Scheme).Deal(CorrelationRequest.Square(1)).Correlations[0]);
        Throws(new Simulation(SharingScheme.Additive(2)).Committees[0], input[0], [weights], simulation.Correlations[0]);
        var begun = InferenceSide.Begin(plan, Simulation.Session, committee, input[0], [weights], simulation.Correlations[0], SystemRandomSource.Instance);
        Assert.IsType<InferenceProgress.Continue>(begun.First);
        Throws(committee, input[0], [weights], simulation.Correlations[0]); // touched by now

        void Throws(Committee who, ShareTensor share, LayerWeights[] layers, Correlations correlations) =>
            Assert.ThrowsAny<ArgumentException>(() =>
                InferenceSide.Begin(plan, Simulation.Session, who, share, layers, correlations, SystemRandomSource.Instance));
    }

    [Fact]
    public void ToString_OfMessagesAndProgress_TellsNoWord()
    {
        var run = Start();
        var message = run.Bag[0].Message;
        Assert.Equal($"round 0 to {message.To}, {message.Length} bytes", message.ToString());
        Assert.DoesNotContain("RoundMessage {", run.Sides[0].ToString(), StringComparison.Ordinal);
    }

    private static void AssertHalt(InferenceRun run, int side, string code, PartyId party, InferenceProgress progress)
    {
        var halt = Assert.IsType<InferenceProgress.Halt>(progress);
        Assert.Equal((code, party), (halt.Fault.Code, halt.Fault.Party!.Value));
        Assert.Equal(halt.Fault, run.Sides[side].Fault);
        Assert.Equal(progress, run.Sides[side].Receive(Simulation.Name(2), ToFirst(run, run.Plan.Scheme.Parties - 1))); // halted for good
    }
}
