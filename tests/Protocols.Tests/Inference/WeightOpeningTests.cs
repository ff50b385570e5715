using PrivacyGrains.Arithmetic;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sessions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Tests.Sharing;

namespace PrivacyGrains.Protocols.Tests.Inference;

/// <summary>An opening as a session runs it: one round, one message to each peer, in which no word of a weight or of its share stands.</summary>
public sealed class WeightOpeningTests
{
    private static readonly SessionId Session = SessionId.Create("opening-1");
    private static readonly InferencePlan Plan = InferencePlan.Create(SharingScheme.Additive(3), 4, 3, [PlanLayer.Dense(2, true, 4, 4), PlanLayer.Relu, PlanLayer.Dense(1, true, 4, 4)], 16, 8);
    private static readonly WeightMaskPlan Masks = Plan.MaskPlan(new byte[32], new byte[32])!;
    private static readonly double[] Weights = [.. Enumerable.Range(1, 11).Select(i => i / 8.0)];

    [Fact]
    public void Opening_IsOneRound_EndsInTheSameAtAll_AndItsMessagesHoldNoWeightNorShare()
    {
        var (sides, first, shares) = Begin(Masks);
        var words = shares.SelectMany(share => share.Words.ToArray()).Concat(Weights.Select(weight => (ulong)(long)Math.ScaleB(weight, 16))).Select(BitConverter.GetBytes).ToList();
        for (var from = 0; from < sides.Length; from++)
        {
            var messages = Assert.IsType<InferenceProgress.Continue>(first[from]).Outbound;
            Assert.Equal(WeightOpening.BytesPerParty(Masks), messages.Sum(message => (long)message.Length));
            foreach (var message in messages)
            {
                var bytes = message.ToBytes();
                Assert.All(words, word => Assert.True(bytes.AsSpan().IndexOf(word) < 0));
                sides[Array.FindIndex(sides, side => Simulation.Name(side.Committee.Self) == message.To)].Receive(Simulation.Name(from), bytes);
            }
        }

        Assert.Single(sides.Select(side => Convert.ToHexString(side.Opened!.Digest())).Distinct());
        Assert.All(sides, side => Assert.Equal(1, side.Round));
        Assert.All(sides, side => Assert.Empty(side.Missing));
    }

    [Fact]
    public void Message_OfAnotherOpening_OrTwice_OrOfAStranger_IsANamedFault()
    {
        Assert.Equal("inference.foreign-run", Code(sides => sides[0].Receive(Simulation.Name(1), ToFirst(Begin(Plan.MaskPlan(new byte[32], [.. new byte[31], 1])!).First[1]))));
        Assert.Equal("inference.foreign-run", Code(sides => sides[0].Receive(Simulation.Name(1), ToFirst(Begin(Masks, SessionId.Create("opening-2")).First[1]))));
        Assert.Equal("inference.stranger", Code(sides => sides[0].Receive(PartyId.Create("mallory"), new byte[100])));
        var (mine, first, _) = Begin(Masks);
        mine[0].Receive(Simulation.Name(1), ToFirst(first[1]));
        Assert.Equal("inference.doubled", Assert.IsType<InferenceProgress.Halt>(mine[0].Receive(Simulation.Name(1), ToFirst(first[1]))).Fault.Code);
        Assert.Null(mine[0].Opened);
    }

    [Fact]
    public void Fits_IsTheOpenedPlanForAtMostSoManyRecords_WithItsOwnMasks()
    {
        Assert.True(HeldWeights.Fits(Plan, Masks, Plan.WithRows(4).WithMasks(Masks)));
        Assert.True(HeldWeights.Fits(Plan, Masks, Plan.WithRows(1).WithMasks(Masks)));
        Assert.False(HeldWeights.Fits(Plan, Masks, Plan.WithRows(5).WithMasks(Masks)));
        Assert.False(HeldWeights.Fits(Plan, Masks, Plan));
        Assert.False(HeldWeights.Fits(Plan, Masks, Plan.WithMasks(Plan.MaskPlan(new byte[32], [.. new byte[31], 1])!)));
        var other = InferencePlan.Create(SharingScheme.Additive(3), 4, 3, [PlanLayer.Dense(2, true, 4, 4), PlanLayer.Sigmoid, PlanLayer.Dense(1, true, 4, 4)], 16, 8);
        Assert.False(HeldWeights.Fits(Plan, Masks, other.WithMasks(Masks)));
    }

    private static string Code(Func<InferenceSide[], InferenceProgress> step) => Assert.IsType<InferenceProgress.Halt>(step(Begin(Masks).Sides)).Fault.Code;

    private static byte[] ToFirst(InferenceProgress progress) =>
        Assert.IsType<InferenceProgress.Continue>(progress).Outbound.Single(message => message.To == Simulation.Name(0)).ToBytes();

    private static (InferenceSide[] Sides, InferenceProgress[] First, IReadOnlyList<ShareTensor> Shares) Begin(WeightMaskPlan masks, SessionId? session = null)
    {
        var simulation = new Simulation(Plan.Scheme);
        var words = new ulong[Weights.Length];
        FixedPoint.Create(16).Encode(Plan.Scheme.Algebra, Weights, words);
        var shares = SecretSharing.Split(Plan.Scheme, words, TensorShape.Of(Weights.Length), SystemRandomSource.Instance);
        var blobs = WeightMasks.Deal(masks, InferenceRun.MaskSeed);
        var begun = Enumerable.Range(0, 3).Select(party => InferenceSide.BeginOpening(
            Plan, masks, session ?? Session, simulation.Committees[party], shares[party], InferenceLayout.Layers(Plan, shares[party]),
            Correlations.Expand(blobs[party], masks.Preprocessing, masks.Namespace, party).Value)).ToArray();
        return ([.. begun.Select(each => each.Side)], [.. begun.Select(each => each.First)], shares);
    }
}
