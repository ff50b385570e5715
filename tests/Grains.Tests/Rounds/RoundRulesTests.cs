using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Grains.Rounds;
using static PrivacyGrains.Grains.Tests.Rounds.Plans;

namespace PrivacyGrains.Grains.Tests.Rounds;

/// <summary>The rules alone: messages are opaque here.</summary>
public class RoundRulesTests
{
    private RoundState _state = RoundState.Empty;
    private DateTimeOffset _now = Noon;

    public RoundRulesTests() => Do(_state.Open(Plan(), new byte[] { 1 }, "operator", _now));

    [Fact]
    public void AllAnswers_InEveryPhase_LeadToTheSum()
    {
        foreach (var phase in InOrder)
        {
            Assert.Equal(phase, _state.Phase);
            Assert.Equal(Hospitals, _state.WaitingFor.Order(StringComparer.Ordinal));
            AnswerAll(phase);
        }

        Assert.True(_state.MayFinish(deadlinePassed: false));
        Do(_state.Complete([1, 2], "d", _now));
        Assert.Equal((RoundPhases.Completed, true, true), (_state.Phase, _state.HasEnded, _state.Result is not null));
        Assert.Equal(Hospitals, _state.Survivors.Order(StringComparer.Ordinal));
        Assert.Equal(InOrder.Order(), _state.Seconds.Keys.Order());
        Assert.Empty(_state.Dropped);
    }

    [Theory]
    [InlineData(RoundPhases.AdvertiseKeys)]
    [InlineData(RoundPhases.ShareKeys)]
    [InlineData(RoundPhases.CollectMaskedInputs)]
    [InlineData(RoundPhases.CheckConsistency)]
    [InlineData(RoundPhases.Unmask)]
    public void DeadlinePassed_OneOfFiveMissing_GoesOnWithoutItAndNamesIt(string missingIn)
    {
        AnswerAllUntil(missingIn);
        Answer(missingIn, Hospitals[..4]);
        Assert.Equal(["hospital-5"], _state.WaitingFor);
        _now += TimeSpan.FromSeconds(10);
        var decision = _state.DeadlinePassed(missingIn, _now);
        if (missingIn == RoundPhases.Unmask)
        {
            Assert.Empty(decision.Entries);
            Assert.False(_state.MayFinish(deadlinePassed: false));
            Assert.True(_state.MayFinish(deadlinePassed: true));
            Do(_state.Complete([], "d", _now));
        }
        else
        {
            Do(decision);
            Assert.Equal(RoundPhaseRules.After(missingIn), _state.Phase);
            Assert.Equal(Hospitals[..4], _state.In.Order(StringComparer.Ordinal));
        }

        Assert.Equal([new DroppedView("hospital-5", missingIn, RoundRules.NoAnswer)], _state.Dropped.AsEnumerable());
        Assert.Equal(10, _state.Seconds[missingIn]);
        Assert.Equal(RoundPhaseRules.Place(missingIn) > 2, _state.Survivors.Contains("hospital-5"));
    }

    [Theory]
    [InlineData(RoundPhases.AdvertiseKeys)]
    [InlineData(RoundPhases.ShareKeys)]
    [InlineData(RoundPhases.CollectMaskedInputs)]
    [InlineData(RoundPhases.CheckConsistency)]
    [InlineData(RoundPhases.Unmask)]
    public void DeadlinePassed_TwoOfFiveMissing_AbortsByName(string missingIn)
    {
        AnswerAllUntil(missingIn);
        Answer(missingIn, Hospitals[..3]);
        Do(_state.DeadlinePassed(missingIn, _now));
        Assert.Equal((RoundPhases.Aborted, "round.too-few"), (_state.Phase, _state.Abort!.Code));
        Assert.Equal($"In {missingIn} 3 of at least 4 answered. Missing: hospital-4, hospital-5.", _state.Abort.Reason);
        Assert.Equal(["hospital-4", "hospital-5"], _state.Dropped.Select(d => d.Party));
    }

    [Theory]
    [InlineData(RoundPhases.AdvertiseKeys)]
    [InlineData(RoundPhases.ShareKeys)]
    [InlineData(RoundPhases.CollectMaskedInputs)]
    [InlineData(RoundPhases.CheckConsistency)]
    [InlineData(RoundPhases.Unmask)]
    public void Withdraw_BelowTheThreshold_AbortsAtOnceByName(string phase)
    {
        AnswerAllUntil(phase);
        Do(_state.Withdraw("hospital-2", "crashed", _now));
        Assert.True(_state.IsOpen);
        Do(_state.Withdraw("hospital-4", "refuses", _now));
        Assert.Equal("round.too-few", _state.Abort!.Code);
        Assert.Equal($"In {phase} 3 of at least 4 are left. Missing: hospital-2, hospital-4.", _state.Abort.Reason);
        Assert.Equal(
            [new DroppedView("hospital-2", phase, "crashed"), new DroppedView("hospital-4", phase, "refuses")],
            _state.Dropped.Where(d => d.Reason != RoundRules.NoAnswer));
    }

    [Fact]
    public void Withdraw_LastOneWaitedFor_ClosesThePhase()
    {
        Answer(RoundPhases.AdvertiseKeys, Hospitals[..4]);
        Do(_state.Withdraw("hospital-5", "crashed", _now));
        Assert.Equal(RoundPhases.ShareKeys, _state.Phase);
        Assert.Equal(Hospitals[..4], _state.In.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Withdraw_AfterTheUploadAndBeforeThePhaseCloses_LeavesTheInputOut()
    {
        AnswerAllUntil(RoundPhases.CollectMaskedInputs);
        Answer(RoundPhases.CollectMaskedInputs, ["hospital-1"]);
        Do(_state.Withdraw("hospital-1", "refuses", _now));
        Answer(RoundPhases.CollectMaskedInputs, Hospitals[1..]);
        Assert.Equal(Hospitals[1..], _state.Survivors.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Withdraw_AfterTheInputsAreFixed_KeepsTheInputIn()
    {
        AnswerAllUntil(RoundPhases.CheckConsistency);
        Do(_state.Withdraw("hospital-1", "crashed", _now));
        Answer(RoundPhases.CheckConsistency, Hospitals[1..]);
        Assert.Equal(RoundPhases.Unmask, _state.Phase);
        Assert.Equal(Hospitals, _state.Survivors.Order(StringComparer.Ordinal));
        Assert.Equal(Hospitals[1..], _state.In.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Withdraw_AfterItsUnmaskingAnswer_CountsTheAnswer()
    {
        AnswerAllUntil(RoundPhases.Unmask);
        Answer(RoundPhases.Unmask, Hospitals[..4]);
        Do(_state.Withdraw("hospital-1", "crashed", _now));
        Do(_state.Withdraw("hospital-5", "crashed", _now));
        Assert.True(_state.MayFinish(deadlinePassed: false));
    }

    [Fact]
    public void Submit_SameBytesAgain_ChangesNothing_EvenInALaterPhase()
    {
        var message = Message("hospital-1", RoundPhases.AdvertiseKeys);
        Do(Submit(message, "a"));
        Assert.Equal((0, null), Outcome(Submit(message, "a")));
        Answer(RoundPhases.AdvertiseKeys, Hospitals[1..]);
        Assert.Equal((0, null), Outcome(Submit(message, "a")));
    }

    [Fact]
    public void Submit_OtherBytes_IsEquivocationAndTheFirstStands()
    {
        Do(Submit(Message("hospital-1", RoundPhases.AdvertiseKeys), "a"));
        Assert.Equal((0, "secagg.equivocation"), Outcome(Submit(Message("hospital-1", RoundPhases.AdvertiseKeys), "b")));
        Answer(RoundPhases.AdvertiseKeys, Hospitals[1..]);
        Assert.Equal((0, "secagg.equivocation"), Outcome(Submit(Message("hospital-1", RoundPhases.AdvertiseKeys), "b")));
        Assert.Equal("a", _state.Messages[(RoundPhases.AdvertiseKeys, "hospital-1")].Digest);
    }

    public static TheoryData<string, string, string> Refused => new()
    {
        { "hospital-1", RoundPhases.ShareKeys, "round.wrong-phase" },
        { "hospital-1", RoundPhases.Unmask, "round.wrong-phase" },
        { "hospital-1", "completed", "round.unknown-phase" },
        { "hospital-1", "", "round.unknown-phase" },
        { "hospital-9", RoundPhases.AdvertiseKeys, "round.not-a-participant" },
        { "hospital-5", RoundPhases.AdvertiseKeys, "round.dropped" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Submit_WhatDoesNotFit_IsRefusedByNameAndChangesNothing(string party, string phase, string code)
    {
        Do(_state.Withdraw("hospital-5", "crashed", _now));
        Assert.Equal((0, code), Outcome(Submit(Message(party, phase), "a")));
    }

    [Fact]
    public void Submit_WhatTheCheckRefuses_IsRefusedUnderItsCode()
    {
        var decision = _state.Submit(Message("hospital-1", RoundPhases.AdvertiseKeys), "a", () => new Refusal("secagg.wrong-signature", "no"), _now);
        Assert.Equal((0, "secagg.wrong-signature"), Outcome(decision));
    }

    [Fact]
    public void Submit_MaskedInput_KeepsDigestAndChargeButNotTheWords()
    {
        AnswerAllUntil(RoundPhases.CollectMaskedInputs);
        var receipt = new ChargeReceipt("hospital-1", "records", "charge-1", "charge", "", "committed", "", 0, 0, 1, "", default);
        Do(Submit(new RoundMessage("hospital-1", RoundPhases.CollectMaskedInputs, new byte[] { 1, 2, 3 }, receipt), "a"));
        var kept = _state.Messages[(RoundPhases.CollectMaskedInputs, "hospital-1")];
        Assert.Equal((0, "charge-1"), (kept.Payload.Length, kept.Charge));
    }

    [Fact]
    public void DeadlinePassed_OfAnEarlierPhase_ChangesNothing()
    {
        AnswerAll(RoundPhases.AdvertiseKeys);
        Assert.Equal((0, null), Outcome(_state.DeadlinePassed(RoundPhases.AdvertiseKeys, _now)));
    }

    [Fact]
    public void AfterTheEnd_NothingChanges()
    {
        Do(_state.Stop("round.cancelled", "the operator said so", "operator", _now));
        Assert.Equal("round.cancelled", _state.Abort!.Code);
        Assert.Equal((0, "round.wrong-phase"), Outcome(Submit(Message("hospital-1", RoundPhases.AdvertiseKeys), "a")));
        Assert.Equal((0, null), Outcome(_state.Withdraw("hospital-1", "", _now)));
        Assert.Equal((0, null), Outcome(_state.Stop("x", "", "", _now)));
        Assert.Equal((0, null), Outcome(_state.Complete([], "", _now)));
        Assert.Equal((0, null), Outcome(_state.DeadlinePassed(RoundPhases.AdvertiseKeys, _now)));
        Do(_state.Settle(_now));
        Assert.Equal((0, null), Outcome(_state.Settle(_now)));
    }

    [Fact]
    public void Open_SamePlanAgain_ChangesNothing_AnotherIsRefused()
    {
        Assert.Equal((0, null), Outcome(_state.Open(Plan() with { Participants = [.. Plan().Participants] }, default, "operator", _now)));
        Assert.Equal((0, "round.started-otherwise"), Outcome(_state.Open(Plan() with { Budget = "other" }, default, "operator", _now)));
    }

    [Fact]
    public void MayHaveCharged_IsWhoBeganToCollect()
    {
        AnswerAllUntil(RoundPhases.ShareKeys);
        Answer(RoundPhases.ShareKeys, Hospitals[..4]);
        Assert.Empty(RoundPlanning.MayHaveCharged(_state.View(1, Noon)));
        Do(_state.DeadlinePassed(RoundPhases.ShareKeys, _now));
        Answer(RoundPhases.CollectMaskedInputs, Hospitals[..2]);
        Do(_state.DeadlinePassed(RoundPhases.CollectMaskedInputs, _now));
        Assert.Equal(Hospitals[..4].AsEnumerable(), RoundPlanning.MayHaveCharged(_state.View(1, Noon)));
    }

    [Fact]
    public void MayHaveCharged_AbortedWhileSharing_IsNobody()
    {
        AnswerAllUntil(RoundPhases.ShareKeys);
        Do(_state.DeadlinePassed(RoundPhases.ShareKeys, _now));
        Assert.Equal(RoundPhases.Aborted, _state.Phase);
        Assert.Empty(RoundPlanning.MayHaveCharged(_state.View(1, Noon)));
    }

    [Fact]
    public void Entries_ThroughTheirJson_GiveTheSameState()
    {
        foreach (var phase in InOrder)
        {
            AnswerAll(phase);
        }

        Do(_state.Complete([1], "d", _now));
        var again = _entries.Aggregate(RoundState.Empty, (state, entry) =>
        {
            var stored = RoundCodec.Instance.Encode(entry);
            return state.Apply(RoundCodec.Instance.Decode("s", new Storage.RecordedEntry(1, stored.Type, stored.Payload, Noon)));
        });
        Assert.True(RoundPlanRules.Same(_state.Start!.Plan, again.Start!.Plan));
        Assert.Equal(_state.Seconds.OrderBy(s => s.Key), again.Seconds.OrderBy(s => s.Key));
        Assert.Equal(_state.Messages.Keys.Order(), again.Messages.Keys.Order());
        Assert.Equal(_state.Survivors, again.Survivors);
    }

    private static readonly string[] InOrder =
        [RoundPhases.AdvertiseKeys, RoundPhases.ShareKeys, RoundPhases.CollectMaskedInputs, RoundPhases.CheckConsistency, RoundPhases.Unmask];

    private readonly List<RoundEntry> _entries = [];

    private static RoundMessage Message(string party, string phase) => new(party, phase, new byte[] { 1 }, null);

    private static (int Entries, string? Code) Outcome(Decision<RoundEntry> decision) => (decision.Entries.Length, decision.Refusal?.Code);

    private Decision<RoundEntry> Submit(RoundMessage message, string digest) => _state.Submit(message, digest, () => null, _now);

    private void Do(Decision<RoundEntry> decision)
    {
        Assert.Null(decision.Refusal);
        Assert.NotEmpty(decision.Entries);
        foreach (var entry in decision.Entries)
        {
            _entries.Add(entry);
            _state = _state.Apply(entry);
        }
    }

    private void Answer(string phase, IEnumerable<string> parties)
    {
        foreach (var party in parties)
        {
            Do(Submit(Message(party, phase), $"{phase} {party}"));
        }
    }

    private void AnswerAll(string phase) => Answer(phase, Hospitals);

    private void AnswerAllUntil(string phase)
    {
        foreach (var earlier in InOrder.TakeWhile(p => p != phase))
        {
            AnswerAll(earlier);
        }
    }
}
