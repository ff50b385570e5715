using System.Text.Json;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Tests.Sharing;
using PrivacyGrains.Protocols.Truncation;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Tests.Dealing;

/// <summary>The dealer's blobs, and a multiplication, a truncation and dot products on them, against an implementation in Python.</summary>
public sealed class DealKnownAnswers
{
    private static readonly CorrelationRequest[] Requests =
    [
        CorrelationRequest.ElementwiseTriple(3), CorrelationRequest.Truncation(4, 16), CorrelationRequest.MatrixTriple(2, 3, 1), CorrelationRequest.Square(2),
        CorrelationRequest.BitTriple(2), CorrelationRequest.SharedBit(70), CorrelationRequest.ComparisonMask(65), CorrelationRequest.Selection(5),
        CorrelationRequest.DotProduct(2, 3), CorrelationRequest.SquareSum(2, 3),
    ];

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, 7)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Deal_SeedsAndCorrections_AreThePythonOnes(int index)
    {
        using var vectors = Vectors.Read("dealing/v1/deals.json");
        var c = vectors.RootElement[index];
        var blobs = Deal(c, out _);
        for (var party = 0; party < blobs.Length; party++)
        {
            var reader = new WireReader(blobs[party], "mpc.correlations", 1);
            reader.Text();
            reader.Bytes();
            Assert.Equal(party, reader.Int32());
            Assert.Equal(c.GetProperty("seeds")[party].GetString(), Convert.ToHexStringLower(reader.Bytes()));
            Assert.Equal(Words(c.GetProperty("corrections")[party]), reader.Words(int.MaxValue));
            Assert.True(reader.Finish());
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void MultiplicationAndTruncation_Transcripts_AreThePythonOnes(int index)
    {
        using var vectors = Vectors.Read("dealing/v1/deals.json");
        var c = vectors.RootElement[index];
        var blobs = Deal(c, out var plan);
        var run = new Simulation(plan.Scheme);
        Correlations[] correlations = [.. blobs.Select((blob, party) => Correlations.Expand(blob, plan, Simulation.Session, party).Value)];

        var multiplication = c.GetProperty("multiplication");
        var (xs, ys) = (Shares(plan.Scheme, multiplication, "x"), Shares(plan.Scheme, multiplication, "y"));
        var products = run.Run(i => Same(
            BeaverMultiplication.Begin(run.Committees[i], xs[i], ys[i], correlations[i].TakeElementwiseTriple(3)), multiplication.GetProperty("outbound")[i], run, i));
        Assert.Equal(Rows(multiplication, "product"), products.Select(share => share.Words.ToArray()));

        var truncation = c.GetProperty("truncation");
        var zs = Shares(plan.Scheme, truncation, "x");
        var results = run.Run(i => Same(
            MaskedTruncation.Begin(run.Committees[i], zs[i], correlations[i].TakeTruncation(4, 16)), truncation.GetProperty("outbound")[i], run, i));
        Assert.Equal(Rows(truncation, "result"), results.Select(share => share.Words.ToArray()));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void DotProducts_Transcripts_AreThePythonOnes(int index)
    {
        using var vectors = Vectors.Read("dealing/v1/deals.json");
        var c = vectors.RootElement[index];
        var blobs = Deal(c, out var plan);
        var run = new Simulation(plan.Scheme);
        var element = c.GetProperty("dotProducts");
        var (xs, ys) = (Shares(plan.Scheme, element, "x"), Shares(plan.Scheme, element, "y"));
        var sums = run.Run(i => Same(
            DotProducts.Begin(run.Committees[i], xs[i].Reshape(TensorShape.Of(2, 3)), ys[i].Reshape(TensorShape.Of(2, 3)), TakeDots(blobs[i], plan, i)),
            element.GetProperty("outbound")[i], run, i));
        Assert.Equal(Rows(element, "product"), sums.Select(share => share.Words.ToArray()));
    }

    // All batches before it are taken first: the streams have one order.
    private static DotProductTriple TakeDots(byte[] blob, PreprocessingPlan plan, int party)
    {
        using var own = Correlations.Expand(blob, plan, Simulation.Session, party).Value;
        own.TakeElementwiseTriple(3);
        own.TakeTruncation(4, 16);
        own.TakeMatrixTriple(2, 3, 1);
        own.TakeSquare(2);
        own.TakeBitTriple(2);
        own.TakeSharedBit(70);
        own.TakeComparisonMask(65);
        own.TakeSelection(5);
        return own.TakeDotProduct(2, 3);
    }

    private static AwaitingPeers<ShareTensor> Same(AwaitingPeers<ShareTensor> state, JsonElement outbound, Simulation run, int self)
    {
        Assert.Equal(Words(outbound), state.OutboundTo(run.Committees[self].Peers.First()).ToArray());
        return state;
    }

    private static byte[][] Deal(JsonElement c, out PreprocessingPlan plan)
    {
        var (n, t) = (c.GetProperty("parties").GetInt32(), c.GetProperty("corruptionThreshold").GetInt32());
        plan = PreprocessingPlan.Create(c.GetProperty("kind").GetString() == "additive" ? SharingScheme.Additive(n) : SharingScheme.Shamir(n, t), Requests);
        using var root = new AesCtrRandomSource(c.Hex("root"));
        return [.. Dealer.Deal(plan, Simulation.Session, root)];
    }

    private static ShareTensor[] Shares(SharingScheme scheme, JsonElement element, string property) =>
        [.. Rows(element, property).Select((words, party) => ShareTensor.Create(scheme, party, TensorShape.Of(words.Length), words))];

    private static ulong[][] Rows(JsonElement element, string property) => [.. element.GetProperty(property).EnumerateArray().Select(Words)];

    private static ulong[] Words(JsonElement row) => [.. row.EnumerateArray().Select(word => ulong.Parse(word.GetString()!))];
}
