using System.Collections.Immutable;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.Sessions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Tests.Rosters;

namespace PrivacyGrains.Protocols.Tests.Sessions;

/// <summary>What a joint inference is, in one form that everybody signs; and how its inputs lie in the plan's tensors.</summary>
public sealed class InferenceStatementTests : IDisposable
{
    private static readonly SessionId Session = SessionId.Create("scores-1");
    private readonly Parties _parties = new(5); // a, b compute and give features; c gives weights and receives; d deals; e gives one column more
    private readonly AgreementKey _receiverKey = AgreementKey.Create();

    private static InferencePlan Plan { get; } = InferencePlan.Create(SharingScheme.Additive(2), 2, 3, [PlanLayer.Dense(2, true, 4, 4), PlanLayer.Relu, PlanLayer.Dense(1, true, 4, 4)], 16, 8);

    private PartyId A => _parties.Names[0];

    private PartyId B => _parties.Names[1];

    private PartyId C => _parties.Names[2];

    private PartyId D => _parties.Names[3];

    private InferenceStatement Statement => new()
    {
        Plan = Plan.ToBytes(),
        ComputeParties = [A, B],
        Dealer = D,
        Inputs = [new("features.0", A, 2, true), new("features.1", B, 1, true), new("weights", C, 0, false)],
        Receiver = C,
        ReceiverKey = _receiverKey.PublicKey,
        Disclosure = "scores",
        Budget = "records",
    };

    public void Dispose()
    {
        _parties.Dispose();
        _receiverKey.Dispose();
    }

    [Fact]
    public void Digest_ChangesWithEveryPart()
    {
        using var other = AgreementKey.Create();
        var s = Statement;
        InferenceStatement[] changed =
        [
            s with { Plan = InferencePlan.Create(SharingScheme.Additive(2), 3, 3, [PlanLayer.Dense(1, true, 4, 4)], 16, 8).ToBytes() },
            s with { ComputeParties = [A, C] },
            s with { Dealer = _parties.Names[4] },
            s with { Inputs = s.Inputs.SetItem(0, s.Inputs[0] with { Columns = 1 }) },
            s with { Inputs = s.Inputs.SetItem(0, s.Inputs[0] with { Counted = false }) },
            s with { Inputs = s.Inputs.SetItem(0, s.Inputs[0] with { Party = B }) },
            s with { Inputs = s.Inputs.SetItem(0, s.Inputs[0] with { Slot = "features.9" }) },
            s with { Inputs = s.Inputs.SetItem(2, s.Inputs[2] with { PublicDigest = new string('0', 64) }) },
            s with { Inputs = s.Inputs.SetItem(2, s.Inputs[2] with { PublicDigest = new string('1', 64) }) },
            s with { Receiver = B },
            s with { ReceiverKey = other.PublicKey },
            s with { Disclosure = "other" },
            s with { Budget = "other" },
            s with { Opening = new WeightTerms([A, B], 5, 9) },
            s with { Opening = new WeightTerms([A], 5, 9) },
            s with { Opening = new WeightTerms([A, B], 6, 9) },
            s with { Opening = new WeightTerms([A, B], 5, 8) },
            s with { Held = new HeldWeights(SessionId.Create("opening-1"), 3) },
            s with { Held = new HeldWeights(SessionId.Create("opening-2"), 3) },
            s with { Held = new HeldWeights(SessionId.Create("opening-1"), 4) },
        ];

        Assert.Equal(changed.Length + 1, changed.Append(s).Select(each => Convert.ToHexString(each.Digest())).Distinct().Count());
        Assert.Equal(s.Digest(), Statement.Digest());
    }

    [Fact]
    public void MakeRoster_NamesEverybodyWithTheirRoles_AndHoldsTheDigest()
    {
        var roster = Statement.MakeRoster("c", 3, Session, _parties.PublicKeys).Value;

        Assert.Equal(4, roster.Members.Length);
        Assert.Equal(RosterRoles.Compute | RosterRoles.Contributor, roster.Find(A)!.Roles);
        Assert.Equal(RosterRoles.Contributor | RosterRoles.Receiver, roster.Find(C)!.Roles);
        Assert.Equal(RosterRoles.Dealer, roster.Find(D)!.Roles);
        Assert.Equal(Statement.Digest(), roster.Terms.ComputationDigest.ToArray());
        Assert.Equal(Session, roster.Terms.Session);
    }

    [Fact]
    public void MakeRoster_OfPartsThatDoNotFit_IsANamedFault()
    {
        var s = Statement;
        Assert.Equal("inference.dealer-has-another-role", Fault(s with { Dealer = A }));
        Assert.Equal("inference.dealer-has-another-role", Fault(s with { Dealer = C }));
        Assert.Equal("inference.invalid-parties", Fault(s with { ComputeParties = [B, A] }));
        Assert.Equal("inference.invalid-parties", Fault(s with { ComputeParties = [A, A] }));
        Assert.Equal("inference.invalid-parties", Fault(s with { ComputeParties = [A] }));
        Assert.Equal("inference.invalid-inputs", Fault(s with { Inputs = s.Inputs.Add(s.Inputs[0]) }));
        Assert.Equal("roster.unknown-member", Fault(s with { Receiver = PartyId.Create("nobody") }));

        string Fault(InferenceStatement statement) => statement.MakeRoster("c", 3, Session, _parties.PublicKeys).Fault!.Code;
    }

    [Fact]
    public void ReceiversConsent_HoldsForThisSessionAndStatementOnly()
    {
        var consent = Statement.SignAsReceiver(Session, _parties.Key(C));
        var key = _parties.PublicKeys[C];

        Assert.Null(Statement.VerifyReceiver(Session, key, consent));
        Assert.Equal("inference.wrong-receiver-signature", Statement.VerifyReceiver(SessionId.Create("scores-2"), key, consent)!.Code);
        Assert.Equal("inference.wrong-receiver-signature", (Statement with { Budget = "other" }).VerifyReceiver(Session, key, consent)!.Code);
        Assert.Equal("inference.wrong-receiver-signature", Statement.VerifyReceiver(Session, _parties.PublicKeys[A], consent)!.Code);
        Assert.Equal("inference.wrong-receiver-signature", Statement.VerifyReceiver(Session, key, [])!.Code);
    }

    [Fact]
    public void Layout_WhoseInputsDoNotFillThePlan_IsANamedFault()
    {
        var s = Statement;
        Assert.Null(InferenceLayout.Check(Plan, s));
        Assert.Equal("inference.wrong-columns", InferenceLayout.Check(Plan, s with { Inputs = s.Inputs.RemoveAt(1) })!.Code);
        Assert.Equal("inference.no-weights", InferenceLayout.Check(Plan, s with { Inputs = s.Inputs.RemoveAt(2) })!.Code);
        Assert.Equal("inference.uncounted-features", InferenceLayout.Check(Plan, s with { Inputs = s.Inputs.SetItem(0, s.Inputs[0] with { Counted = false }) })!.Code);
        Assert.Equal("inference.masked-weights", InferenceLayout.Check(Plan.WithMasks(Plan.MaskPlan(new byte[32], new byte[32])!), s)!.Code);
        Assert.Equal("inference.wrong-parties", InferenceLayout.Check(Plan, s with { ComputeParties = [A, B, C] })!.Code);
        var open = InferencePlan.Create(SharingScheme.Additive(2), 2, 3, [PlanLayer.Dense(1, false, 4, 4)], 16, 8);
        Assert.Equal("inference.public-weights", InferenceLayout.Check(open, s)!.Code);
    }

    [Fact]
    public void Layout_OfAnOpeningOrOfHeldWeights_HasWeightsAloneOrNone()
    {
        var s = Statement;
        var opening = s with { Opening = new WeightTerms([A, B], 5, 9), Inputs = [new("weights", C, 0, false)] };
        Assert.Null(InferenceLayout.Check(Plan, opening));
        Assert.Equal("inference.no-weights", InferenceLayout.Check(Plan, opening with { Inputs = s.Inputs })!.Code);
        Assert.Equal("inference.no-weights", InferenceLayout.Check(Plan, opening with { Inputs = [new("weights", A, 0, false)] })!.Code); // not the asker's
        Assert.Equal("inference.invalid-terms", InferenceLayout.Check(Plan, opening with { Opening = new WeightTerms([B, A], 5, 9) })!.Code);
        Assert.Equal("inference.invalid-terms", InferenceLayout.Check(Plan, opening with { Opening = new WeightTerms([], 5, 9) })!.Code);
        Assert.Equal("inference.masked-weights", InferenceLayout.Check(Plan.WithMasks(Plan.MaskPlan(new byte[32], new byte[32])!), opening)!.Code);

        var held = s with { Held = new HeldWeights(Session, 3), Inputs = s.Inputs.RemoveAt(2) };
        Assert.Null(InferenceLayout.Check(Plan.WithMasks(Plan.MaskPlan(new byte[32], new byte[32])!), held));
        Assert.Equal("inference.unmasked-weights", InferenceLayout.Check(Plan, held)!.Code);
        Assert.Equal("inference.no-weights", InferenceLayout.Check(Plan.WithMasks(Plan.MaskPlan(new byte[32], new byte[32])!), held with { Inputs = s.Inputs })!.Code);
    }

    [Fact]
    public void Masks_OfTwoOpenings_OfTheSameModelByTheSameMembers_Differ()
    {
        var first = Statement.MakeRoster("c", 3, Session, _parties.PublicKeys).Value;
        var second = Statement.MakeRoster("c", 3, SessionId.Create("scores-2"), _parties.PublicKeys).Value;
        Assert.NotEqual(HeldWeights.MasksOf(Plan, first)!.Digest(), HeldWeights.MasksOf(Plan, second)!.Digest());
        Assert.Equal(HeldWeights.HoldersOf(first), HeldWeights.HoldersOf(second));
        Assert.Equal(HeldWeights.HoldersOf(first), HeldWeights.HoldersOf(Statement.MakeRoster("c", 4, Session, _parties.PublicKeys).Value)); // a member has joined
        Assert.NotEqual(HeldWeights.HoldersOf(first), HeldWeights.HoldersOf(Statement.MakeRoster("d", 3, Session, _parties.PublicKeys).Value));
        Assert.NotEqual(HeldWeights.HoldersOf(first), HeldWeights.HoldersOf((Statement with { Dealer = _parties.Names[4] }).MakeRoster("c", 3, Session, _parties.PublicKeys).Value));
    }

    [Fact]
    public void SplitThenAssemble_PutsColumnsAndLayersWhereThePlanWantsThem()
    {
        var s = Statement;
        double[] left = [1, 2, /**/ 4, 5], right = [3, /**/ 6];
        double[] weights = [.. Enumerable.Range(1, 11).Select(i => i / 8.0)]; // 3 x 2, 2, 2 x 1, 1
        ImmutableArray<ShareTensor>[] split =
        [
            InferenceLayout.Split(Plan, s, s.Inputs[0], left, SystemRandomSource.Instance),
            InferenceLayout.Split(Plan, s, s.Inputs[1], right, SystemRandomSource.Instance),
            InferenceLayout.Split(Plan, s, s.Inputs[2], weights, SystemRandomSource.Instance),
        ];
        var sides = Enumerable.Range(0, 2).Select(side => InferenceLayout.Assemble(
            Plan, s, s.Inputs.Select((input, i) => (input.Slot, split[i][side])).ToDictionary(pair => pair.Slot, pair => pair.Item2, StringComparer.Ordinal))).ToArray();

        Assert.Equal([1, 2, 3, 4, 5, 6], Opened([.. sides.Select(side => side.Features)]));
        Assert.Equal(weights[..6], Opened([.. sides.Select(side => side.Layers[0].SecretWeights!)]));
        Assert.Equal(weights[6..8], Opened([.. sides.Select(side => side.Layers[0].SecretBias!)]));
        Assert.Equal(weights[8..10], Opened([.. sides.Select(side => side.Layers[1].SecretWeights!)]));
        Assert.Equal(weights[10..], Opened([.. sides.Select(side => side.Layers[1].SecretBias!)]));
    }

    [Fact]
    public void Share_OfAnotherShape_SideOrScheme_IsAFaultThatNamesItsGiver()
    {
        var s = Statement;
        var shares = InferenceLayout.Split(Plan, s, s.Inputs[0], [1, 2, 3, 4], SystemRandomSource.Instance);
        var shorter = SecretSharing.Split(Plan.Scheme, new ulong[3], TensorShape.Of(3), SystemRandomSource.Instance);
        var turned = SecretSharing.Split(Plan.Scheme, new ulong[4], TensorShape.Of(4), SystemRandomSource.Instance);
        var other = SecretSharing.Split(SharingScheme.Additive(3), new ulong[4], TensorShape.Of(2, 2), SystemRandomSource.Instance);

        Assert.Null(InferenceLayout.CheckShare(Plan, s.Inputs[0], 0, shares[0]));
        Assert.All([shares[1], shorter[0], turned[0], other[0]], share =>
            Assert.Equal(("inference.wrong-shape", (PartyId?)A), (InferenceLayout.CheckShare(Plan, s.Inputs[0], 0, share)!.Code, InferenceLayout.CheckShare(Plan, s.Inputs[0], 0, share)!.Party)));
    }

    [Fact]
    public void Transcript_SignedByAnotherSide_OrForAnotherOutput_IsAFault()
    {
        var roster = Statement.MakeRoster("c", 3, Session, _parties.PublicKeys).Value;
        byte[] hash = [1, 2, 3], output = [4, 5];
        var signature = SessionPurposes.SignTranscript(roster, hash, output, _parties.Key(A));

        Assert.Null(SessionPurposes.VerifyTranscript(roster, A, hash, output, signature));
        Assert.NotNull(SessionPurposes.VerifyTranscript(roster, B, hash, output, signature));
        Assert.NotNull(SessionPurposes.VerifyTranscript(roster, A, [1, 2, 4], output, signature));
        Assert.NotNull(SessionPurposes.VerifyTranscript(roster, A, hash, [4], signature));
        Assert.NotNull(SessionPurposes.VerifyTranscript(roster, PartyId.Create("nobody"), hash, output, signature));
    }

    private static double[] Opened(IReadOnlyList<ShareTensor> shares)
    {
        var words = SecretSharing.Reconstruct(shares).Value;
        var values = new double[words.Length];
        Plan.Format.Decode(Plan.Scheme.Algebra, words, values);
        return values;
    }
}
