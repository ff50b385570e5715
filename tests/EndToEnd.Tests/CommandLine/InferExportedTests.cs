using System.Text.Json;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Client.Inferences;
using PrivacyGrains.Learning.Onnx;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.EndToEnd.Tests.CommandLine;

/// <summary>Files that PyTorch wrote (tests/vectors/onnx/generate.py), with its own outputs as the truth.</summary>
public sealed class InferExportedTests
{
    private const double WantedError = 1.0 / 1024;

    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder(), "*.onnx").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Outputs_AreThoseOfPyTorch_InEveryScheme(string name)
    {
        var (network, records, wanted) = Read(name);
        var scale = Math.Max(1, wanted.Max(row => row.Max(Math.Abs)));
        foreach (var scheme in (SharingScheme[])[SharingScheme.Additive(2), SharingScheme.Shamir(3, 1), SharingScheme.Additive(5)])
        {
            var result = LocalInference.Run(network, records, scheme, new LocalInferenceOptions(), SystemRandomSource.Instance, CancellationToken.None);
            Assert.All(result.Outputs.SelectMany(row => row).Zip(wanted.SelectMany(row => row)), pair => Assert.InRange(pair.First - pair.Second, -WantedError * scale, WantedError * scale));
            Assert.All(result.ClearOutputs!.SelectMany(row => row).Zip(wanted.SelectMany(row => row)), pair => Assert.InRange(pair.First - pair.Second, -1e-5 * scale, 1e-5 * scale));
        }
    }

    [Theory]
    [InlineData("residual")]
    [InlineData("classifier")]
    [InlineData("lenet")]
    public void PublicModel_GivesTheSame_AndCostsLess(string name)
    {
        var (network, records, wanted) = Read(name);
        var options = new LocalInferenceOptions { PublicModel = true, ComparesWithClear = false };
        var result = LocalInference.Run(network, records, SharingScheme.Additive(3), options, SystemRandomSource.Instance, CancellationToken.None);
        Assert.Null(result.ClearOutputs);
        Assert.All(result.Outputs.SelectMany(row => row).Zip(wanted.SelectMany(row => row)), pair => Assert.InRange(pair.First - pair.Second, -WantedError, WantedError));
        var secret = NetworkPlanning.Plan(network, SharingScheme.Additive(3), 3, 8, null, publicModel: false).Plan;
        var known = NetworkPlanning.Plan(network, SharingScheme.Additive(3), 3, 8, null, publicModel: true).Plan;
        Assert.True(known.BytesPerParty < secret.BytesPerParty && known.Rounds < secret.Rounds);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Plan_WithoutAnInput_StatesEveryLayer_AndParsesBack(string name)
    {
        var document = (await CommandRun.OfAsync("infer", "--model", Path.Combine(Folder(), $"{name}.onnx"), "--plan", "--rows", "100", "--input-bound", "4", "--parties", "3", "--json")).Good().Document();
        var (network, _, _) = Read(name);
        var planned = NetworkPlanning.Plan(network, SharingScheme.Additive(3), 100, 4, null, publicModel: false);
        Assert.Equal(planned.Plan.Steps.Length, document.GetProperty("layers").GetArrayLength());
        Assert.Equal(100, document.GetProperty("records").GetInt32());
        Assert.Equal(planned.Plan.Rows, document.GetProperty("recordsPerBatch").GetInt32());
        Assert.True(document.GetProperty("rounds").GetInt64() >= planned.Plan.Rounds);
        Assert.True(document.GetProperty("peakBytesPerParty").GetInt64() > 0);
        Assert.True(InferencePlan.Parse(planned.Plan.ToBytes()).Try(out var read, out var fault), fault?.ToString());
        Assert.Equal(planned.Plan.Digest(), read.Digest());
    }

    [Fact]
    public void DeepNetwork_WhoseWorstCaseLeavesTheRing_IsClippedFarBeyondItsValues()
    {
        const int Width = 16;
        using var random = new AesCtrRandomSource(new byte[16]);
        double[] Numbers(int count, double bound)
        {
            var bytes = new byte[8 * count];
            random.Fill(bytes);
            return [.. Enumerable.Range(0, count).Select(i => Math.ScaleB(BitConverter.ToInt64(bytes, 8 * i), -63) * bound)];
        }

        var network = new OnnxNetwork(Width, [.. Enumerable.Range(0, 24).SelectMany(_ => (NetworkLayer[])
            [new DenseNetworkLayer(Width, Width, [.. Numbers(Width * Width, 0.6)], [.. Numbers(Width, 0.1)]), new FunctionNetworkLayer(NetworkFunction.Relu)])]);
        var result = LocalInference.Run(network, [Numbers(Width, 1), Numbers(Width, 1)], SharingScheme.Additive(2), new LocalInferenceOptions(), SystemRandomSource.Instance, CancellationToken.None);
        Assert.True(result.FractionalBits >= 16 && result.MaxAbsError < WantedError, $"{result.FractionalBits} bits, {result.MaxAbsError}");
    }

    private static (OnnxNetwork Network, double[][] Records, double[][] Wanted) Read(string name)
    {
        Assert.True(OnnxNetwork.TryRead(File.ReadAllBytes(Path.Combine(Folder(), $"{name}.onnx")), out var network, out var fault), fault?.ToString());
        using var truth = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder(), $"{name}.json")));
        double[][] Rows(string property) => [.. truth.RootElement.GetProperty(property).EnumerateArray().Select(row => row.EnumerateArray().Select(number => number.GetDouble()).ToArray())];
        return (network, Rows("input"), Rows("outputs"));
    }

    internal static string Folder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PrivacyGrains.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder!.FullName, "tests", "vectors", "onnx", "v1");
    }
}
