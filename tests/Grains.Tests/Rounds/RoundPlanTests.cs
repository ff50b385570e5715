using PrivacyGrains.Grains.Rounds;
using static PrivacyGrains.Grains.Tests.Rounds.Plans;

namespace PrivacyGrains.Grains.Tests.Rounds;

public class RoundPlanTests
{
    public static TheoryData<RoundPlan> Wrong =>
    [
        Plan() with { Session = "Not a session" },
        Plan() with { OwnerKind = "lottery" },
        Plan() with { Number = 2 },
        Plan() with { Participants = [] },
        Plan() with { Participants = [.. Plan().Participants.Reverse()] },
        Plan() with { Participants = [.. Plan().Participants.Select(p => p with { Party = "hospital-1" })] },
        Plan() with { Participants = [.. Plan().Participants.Select(p => p with { VerificationKey = new byte[] { 1 } })] },
        Plan() with { Participants = [.. Plan().Participants.Select(p => p with { VerificationKey = Plan().Participants[0].VerificationKey })] },
        Plan(threshold: 2), Plan(threshold: 6), Plan(cohort: 3), Plan(cohort: 6), Plan(colluders: 3), Plan(colluders: -1), Plan(participants: 2, threshold: 2, cohort: 2),
        Plan() with { VectorLength = 0 },
        Plan() with { VectorLength = RoundPlanRules.MaximumVectorLength + 1 },
        Plan() with { WordBits = 16 },
        Plan() with { ComputationDigest = new string('0', 64) },
        Plan() with { Computation = "" },
        Plan() with { PhaseSeconds = 0 }, Plan() with { PhaseSeconds = -1 }, Plan() with { PhaseSeconds = double.NaN }, Plan() with { PhaseSeconds = 1e9 },
        Plan() with { Epoch = -1 },
    ];

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Check_WrongPlan_IsRefused(RoundPlan plan)
    {
        var refusal = RoundPlanRules.Check(plan, "detector/1") ?? RoundProtocol.ContextOf(plan, "breast").Fault?.ToRefusal();
        Assert.NotNull(refusal);
        Assert.Equal(RefusalKind.Invalid, refusal.Kind);
    }

    [Fact]
    public void Check_RightPlan_GivesARosterThatBindsIt()
    {
        Assert.Null(RoundPlanRules.Check(Plan(), "detector/1"));
        var roster = RoundProtocol.ContextOf(Plan(), "breast").Value.Roster;
        Assert.Equal(Plan().ComputationDigest, Convert.ToHexStringLower(roster.Terms.ComputationDigest.Span));
        Assert.Equal((4, 4, 7L, "breast"), (roster.Terms.ReconstructionThreshold, roster.Terms.MinimumCohort, roster.Terms.Epoch, roster.Terms.Consortium));
        Assert.Equal(Hospitals, roster.Members.Select(m => m.Party.Value));
        Assert.NotEqual(ReceiptRules.BindingOf(Plan(), roster), ReceiptRules.BindingOf(Plan() with { Session = "training.detector.2.abcd" }, roster));
    }

    [Fact]
    public void Next_ParticipantNoLongerAMember_IsLeftOutOrNamed()
    {
        var terms = new RoundTerms("training", "detector", [.. Hospitals], 4, 4, 0, "records", 10);
        var (plan, impossible) = RoundPlanning.Next(terms, 3, n => ($"{n}", 1), Consortium(4), "abcd");
        Assert.Null(impossible);
        Assert.Equal(Hospitals[..4], plan!.Participants.Select(p => p.Party));
        Assert.Equal(("training.detector.3.abcd", "4", 9L), (plan.Session, plan.Computation, plan.Epoch));

        (plan, impossible) = RoundPlanning.Next(terms, 3, n => ($"{n}", 1), Consortium(3), "abcd");
        Assert.Null(plan);
        Assert.StartsWith("No longer members: hospital-4, hospital-5.", impossible, StringComparison.Ordinal);
    }

    private static ConsortiumView Consortium(int members) => new(
        "breast", "Breast", 9, default,
        [.. Plan().Participants.Select((p, i) => new MemberView(p.Party, p.Party, ["data"], i < members ? "member" : "revoked", p.VerificationKey, ""))]);
}
