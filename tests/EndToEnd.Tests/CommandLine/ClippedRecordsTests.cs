using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Client.Inferences;
using PrivacyGrains.Learning.Onnx;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.EndToEnd.Tests.CommandLine;

/// <summary>A network whose worst case leaves the ring, so that the planner clips; some records reach the clip and others do not.</summary>
public sealed class ClippedRecordsTests
{
    private const int Width = 8;

    // Twelve times x doubled, then Hadamard matrices, whose worst case grows eightfold and whose values on average by the root of eight.
    private static readonly OnnxNetwork Deep = new(
        Width,
        [
            .. Enumerable.Repeat<NetworkLayer>(Layer((i, j) => i == j ? 2 : 0), 12),
            .. Enumerable.Repeat<NetworkLayer>(Layer((i, j) => int.IsEvenInteger(System.Numerics.BitOperations.PopCount((uint)(i & j))) ? 1 : -1), 7),
        ]);

    public static TheoryData<int, bool> Sides => new() { { 2, false }, { 3, false }, { 3, true } };

    [Theory]
    [MemberData(nameof(Sides))]
    public void ARecordThatReachesAPlannersClip_IsTold_AndTheOthersAreExact(int parties, bool shamir)
    {
        var scheme = shamir ? SharingScheme.Shamir(parties, 1) : SharingScheme.Additive(parties);
        double[][] records = [Same(1), Same(1.0 / 256), Same(0), Same(-1)];
        var result = LocalInference.Run(Deep, records, scheme, new LocalInferenceOptions { InputBound = 1 }, SystemRandomSource.Instance, CancellationToken.None);
        Assert.Equal([0, 3], result.ClippedRecords);
        Assert.All(result.Outputs, row => Assert.Equal(Width, row.Count));
        foreach (var row in new[] { 1, 2 })
        {
            Assert.All(result.Outputs[row].Zip(result.ClearOutputs![row]), pair => Assert.Equal(pair.Second, pair.First, 1e-2));
        }

        Assert.True(Math.Abs(result.Outputs[0][0] - result.ClearOutputs![0][0]) > 1000, "the first record was clipped");
        var plan = NetworkPlanning.Plan(Deep, scheme, 4, 1, null, publicModel: false).Plan;
        Assert.True(plan.TellsClips);
        Assert.Equal(plan.Digest(), Protocols.Inference.InferencePlan.Parse(plan.ToBytes()).Value.Digest());
    }

    [Fact]
    public void ANetworkThatNeedsNoClip_HasNoBitForOne()
    {
        var shallow = new OnnxNetwork(Width, [Layer((i, j) => i == j ? 2 : 0)]);
        Assert.False(NetworkPlanning.Plan(shallow, SharingScheme.Additive(2), 4, 1, null, publicModel: false).Plan.TellsClips);
        Assert.Empty(LocalInference.Run(shallow, [Same(1)], SharingScheme.Additive(2), new LocalInferenceOptions(), SystemRandomSource.Instance, CancellationToken.None).ClippedRecords);
    }

    private static double[] Same(double value) => [.. Enumerable.Repeat(value, Width)];

    private static DenseNetworkLayer Layer(Func<int, int, double> weight) =>
        new(Width, Width, [.. Enumerable.Range(0, Width * Width).Select(at => weight(at / Width, at % Width))], [.. Enumerable.Repeat(0.0, Width)]);
}
