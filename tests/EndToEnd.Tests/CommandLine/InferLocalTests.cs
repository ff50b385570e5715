using System.Text.Json;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client.Inferences;
using PrivacyGrains.Learning.Data;
using PrivacyGrains.Learning.Models;
using PrivacyGrains.Learning.Onnx;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Testing;
using static PrivacyGrains.Learning.Tests.Onnx.OnnxBytes;

namespace PrivacyGrains.EndToEnd.Tests.CommandLine;

[Collection(CommandLineCollection.Name)]
public sealed class InferLocalTests : IDisposable
{
    private const double WantedError = 1.0 / 1024;
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<int, int, string, int[]> Networks => new()
    {
        { 1, 2, "additive", [5, 1] },
        { 2, 2, "additive", [12, 16, 8, 3] },
        { 3, 3, "additive", [30, 20, 1] },
        { 4, 3, "shamir", [12, 16, 8, 3] },
        { 5, 5, "shamir", [7, 9, 2] },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task RandomNetwork_IsWithin2ToTheMinus10_OfThePlainOne(int seed, int parties, string scheme, int[] widths)
    {
        var (model, input, wanted) = await RandomAsync(seed, widths);
        var document = (await CommandRun.OfAsync("infer", "--model", model, "--input", input, "--parties", $"{parties}", "--scheme", scheme, "--json")).Good().Document();
        var (outputs, clear) = (Numbers(document, "outputs"), Numbers(document, "clearOutputs"));
        Assert.Equal(wanted.Length, outputs.Length);
        Assert.All(clear.Zip(wanted), pair => Assert.Equal(pair.Second, pair.First, 1e-9));
        Assert.All(outputs.Zip(wanted), pair => Assert.InRange(pair.First - pair.Second, -WantedError, WantedError));
        Assert.Equal(outputs.Zip(clear, (a, b) => Math.Abs(a - b)).Max(), document.GetProperty("maxAbsError").GetDouble());
        foreach (var (part, name) in (ReadOnlySpan<(string, string)>)[("cost", "rounds"), ("cost", "bytesPerParty"), ("cost", "preprocessingBytes"), ("seconds", "offline"), ("seconds", "online")])
        {
            Assert.True(document.GetProperty(part).GetProperty(name).GetDouble() > 0, name);
        }
    }

    [Fact]
    public async Task Cost_IsThatOfThePlan()
    {
        var (model, input, _) = await RandomAsync(9, [30, 4, 1], rows: 569);
        foreach (var scheme in (string[])["additive", "shamir"])
        {
            string[] args = ["infer", "--model", model, "--input", input, "--parties", "3", "--scheme", scheme, "--json"];
            var cost = (await CommandRun.OfAsync(args)).Good().Document().GetProperty("cost");
            var plan = (await CommandRun.OfAsync([.. args, "--plan"])).Good().Document();
            foreach (var name in (string[])["rounds", "messagesPerParty", "bytesPerParty", "preprocessingBytes"])
            {
                Assert.Equal(plan.GetProperty(name).GetInt64(), cost.GetProperty(name).GetInt64());
            }
        }
    }

    [Fact]
    public void Batch_TooLargeForOnePlan_IsCut_AndEveryRecordIsAnswered()
    {
        const int Width = OnnxNetwork.MaximumWidth; // five records are more than one plan's correlations
        var network = new OnnxNetwork(Width, [new DenseNetworkLayer(Width, 1, [.. Enumerable.Repeat(1.0 / 1024, Width)], [0.5])]);
        double[][] records = [.. Enumerable.Range(1, 5).Select(record => Enumerable.Repeat(record / 8.0, Width).ToArray())];
        var result = LocalInference.Run(network, records, SharingScheme.Additive(2), new LocalInferenceOptions(), SystemRandomSource.Instance, CancellationToken.None);
        Assert.Equal([128.5, 256.5, 384.5, 512.5, 640.5], result.Outputs.Select(output => Math.Round(Assert.Single(output), 3)));
        Assert.Equal(1 + 4, result.Cost.Rounds); // the weights once; a product and a truncation, twice
        var batch = NetworkPlanning.Plan(network, SharingScheme.Additive(2), 5, 1, null, publicModel: false).Plan;
        Assert.InRange(result.Cost.BytesPerParty, 8L * 6 * Width, (8L * 6 * Width) + 1000); // five records and the weights, each opened once
        Assert.True(2 * batch.BytesPerParty > result.Cost.BytesPerParty);
    }

    [Fact]
    public async Task WithoutJson_ItIsATable_AndSaysThatNothingIsSecret()
    {
        var (model, input, _) = await RandomAsync(1, [3, 2]);
        var run = (await CommandRun.OfAsync("infer", "--model", model, "--input", input)).Good();
        Assert.Contains("output 2", run.Output, StringComparison.Ordinal);
        Assert.Contains("nothing is secret", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--parties 1", "inference.bad-parties")]
    [InlineData("--parties 65", "inference.bad-parties")]
    [InlineData("--parties 2 --scheme shamir", "inference.bad-parties")]
    [InlineData("--parties 3 --scheme shamir --corruption-threshold 3", "inference.bad-threshold")]
    [InlineData("--parties 3 --corruption-threshold 1", "inference.bad-threshold")]
    [InlineData("--scheme rsa", "command.wrong")]
    [InlineData("--input-bound 0.0001", "inference.out-of-range")]
    [InlineData("--input-bound NaN", "inference.bad-bound")]
    [InlineData("--input-bound 1e300", "inference.out-of-range")]
    [InlineData("--fractional-bits 40", "inference.bad-fractional-bits")]
    [InlineData("--fractional-bits 5", "inference.out-of-range")]
    [InlineData("--input NOT-THERE", "csv.missing-file")]
    [InlineData("--model NOT-THERE", "onnx.missing-file")]
    [InlineData("--input nan.csv", "csv.not-a-number")]
    [InlineData("--input wide.csv", "inference.wrong-columns")]
    [InlineData("--input none.csv", "inference.no-records")]
    [InlineData("--model cut.onnx", "onnx.malformed")]
    [InlineData("--model lstm.onnx", "onnx.unsupported-operator")]
    public async Task WrongInput_IsAnsweredBy2_AndItsName(string line, string code)
    {
        var (model, input, _) = await RandomAsync(1, [2, 2, 1]);
        await File.WriteAllTextAsync(PathOf("nan.csv"), "a,b\n1,NaN\n");
        await File.WriteAllTextAsync(PathOf("wide.csv"), "a,b,c\n1,2,3\n");
        await File.WriteAllTextAsync(PathOf("none.csv"), "a,b\n");
        await File.WriteAllBytesAsync(PathOf("cut.onnx"), (await File.ReadAllBytesAsync(model))[..^5]);
        await File.WriteAllBytesAsync(PathOf("lstm.onnx"), Model(Input("x", -1, 2), Output("y"), Node("LSTM", "c", ["x"], "y")));
        var args = line.Split(' ').Select(word => word.Contains('.', StringComparison.Ordinal) && char.IsLetter(word[0]) ? PathOf(word) : word).ToList();
        args = [.. args.Contains("--model") ? [] : (string[])["--model", model], .. args.Contains("--input") ? [] : (string[])["--input", input], .. args];
        var run = await CommandRun.OfAsync(["infer", .. args, "--json"]);
        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Equal(code, run.Document().GetProperty("error").GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("LOGISTIC", 1)]
    [InlineData("SOFTMAX", 3)]
    [InlineData("NONE", 3)]
    public async Task ScikitLearnsClassifier_GivesItsProbabilities_AndLeavesTheLabelOut(string transform, int rows)
    {
        float[] weights = [.. Enumerable.Range(0, 2 * rows).Select(i => 0.3f * (i - 2))];
        float[] offsets = [.. Enumerable.Range(0, rows).Select(i => 0.1f * i)];
        byte[][] norm = transform == "NONE" ? [Node("Identity", "i", ["p"], "q")] : [MlNode("Normalizer", ["p"], ["q"], Attribute("norm", "L1"))];
        await File.WriteAllBytesAsync(PathOf("sk.onnx"), Model([
            Input("x", -1, 2), ValueInfo(12, "label", 7, -1), Output("probabilities"), MlNode("Scaler", ["x"], ["s"], Attribute("offset", [1f, -1]), Attribute("scale", [0.5f, 2])),
            MlNode("LinearClassifier", ["s"], ["label", "p"], Attribute("coefficients", weights), Attribute("intercepts", offsets), Attribute("post_transform", transform)), .. norm, MlNode("ZipMap", ["q"], ["probabilities"])]));
        await File.WriteAllTextAsync(PathOf("sk.csv"), "a,b\n1.5,-0.75\n-2,0.5\n");
        var document = (await CommandRun.OfAsync("infer", "--model", PathOf("sk.onnx"), "--input", PathOf("sk.csv"), "--json")).Good().Document();
        double[] wanted = [.. ((double[][])[[1.5, -0.75], [-2, 0.5]]).SelectMany(x =>
        {
            double[] z = [.. Enumerable.Range(0, rows).Select(r => offsets[r] + (weights[2 * r] * (x[0] - 1) * 0.5) + (weights[(2 * r) + 1] * (x[1] + 1) * 2))];
            return transform == "LOGISTIC" ? [1 - (1 / (1 + Math.Exp(-z[0]))), 1 / (1 + Math.Exp(-z[0]))]
                : transform == "SOFTMAX" ? z.Select(v => Math.Exp(v) / z.Sum(Math.Exp)) : z;
        })];
        Assert.All(Numbers(document, "clearOutputs").Zip(wanted, (a, b) => a - b), difference => Assert.InRange(difference, -1e-6, 1e-6));
        Assert.All(Numbers(document, "outputs").Zip(wanted, (a, b) => a - b), difference => Assert.InRange(difference, -WantedError, WantedError));
    }

    [Fact]
    public async Task ModelOfOurOwnTraining_TakesItsFeaturesByName()
    {
        var model = LogisticModel.Create(Standardisation.Of([new FeatureRange("age", 0, 100), new FeatureRange("dose", -5, 5)]), [0.75, -1.25, 0.5]);
        await File.WriteAllBytesAsync(PathOf("own.safetensors"), LogisticModelFile.Write(model));
        await File.WriteAllTextAsync(PathOf("own.csv"), "dose,id,age\n2.5,1,30\n-7,2,80\n");
        var document = (await CommandRun.OfAsync("infer", "--model", PathOf("own.safetensors"), "--input", PathOf("own.csv"), "--parties", "3", "--scheme", "shamir", "--json")).Good().Document();
        double[] wanted = [.. ((double[][])[[30, 2.5], [80, -7]]).Select(row => model.Scale.Apply(row)).Select(x => 1 / (1 + Math.Exp(-((0.75 * x[0]) - (1.25 * x[1]) + 0.5))))];
        Assert.All(Numbers(document, "outputs").Zip(wanted, (a, b) => a - b), difference => Assert.InRange(difference, -WantedError, WantedError));
        await File.WriteAllTextAsync(PathOf("own.csv"), "dose,id\n2.5,1\n");
        Assert.Equal("csv.unknown-column", (await CommandRun.OfAsync("infer", "--model", PathOf("own.safetensors"), "--input", PathOf("own.csv"), "--json")).Document().GetProperty("error").GetProperty("code").GetString());
        await File.WriteAllTextAsync(PathOf("own.safetensors"), "{}");
        Assert.Equal("model.malformed", (await CommandRun.OfAsync("infer", "--model", PathOf("own.safetensors"), "--plan", "--json")).Document().GetProperty("error").GetProperty("code").GetString());
    }

    private string PathOf(string name) => Path.Combine(_folder.Path, name);

    // Gemm and ReLU in turn, a sigmoid at the end; the truth is computed here, from the numbers as the files have them.
    private async Task<(string Model, string Input, double[] Wanted)> RandomAsync(int seed, int[] widths, int rows = 20)
    {
        var random = new AesCtrRandomSource([(byte)seed, .. new byte[15]]);
        var value = Enumerable.Range(0, rows * widths[0]).Select(_ => (double)Uniform(random, 2)).ToArray();
        var lines = value.Chunk(widths[0]).Select(record => string.Join(',', record.Select(v => v.ToString("R"))));
        await File.WriteAllLinesAsync(PathOf("x.csv"), lines.Prepend(string.Join(',', Enumerable.Range(0, widths[0]).Select(i => $"f{i}"))));
        var graph = new List<byte[]> { Input("v0", -1, widths[0]), Output("y") };
        for (var layer = 1; layer < widths.Length; layer++)
        {
            var (inputs, outputs) = (widths[layer - 1], widths[layer]);
            float[] weights = [.. Enumerable.Range(0, inputs * outputs).Select(_ => Uniform(random, 1.5f / MathF.Sqrt(inputs)))];
            float[] bias = [.. Enumerable.Range(0, outputs).Select(_ => Uniform(random, 0.5f))];
            var last = layer == widths.Length - 1;
            graph.AddRange([Floats($"w{layer}", [inputs, outputs], weights), Floats($"b{layer}", [outputs], bias)]);
            graph.Add(Node("Gemm", $"g{layer}", [$"v{layer - 1}", $"w{layer}", $"b{layer}"], $"h{layer}"));
            graph.Add(Node(last ? "Sigmoid" : "Relu", $"a{layer}", [$"h{layer}"], last ? "y" : $"v{layer}"));
            value = [.. value.Chunk(inputs).SelectMany(x => Enumerable.Range(0, outputs).Select(j => bias[j] + x.Select((v, i) => v * weights[(i * outputs) + j]).Sum()))
                .Select(v => last ? 1 / (1 + Math.Exp(-v)) : Math.Max(v, 0))];
        }

        await File.WriteAllBytesAsync(PathOf("m.onnx"), Model([.. graph]));
        return (PathOf("m.onnx"), PathOf("x.csv"), value);
    }

    private static float Uniform(IRandomSource random, float bound)
    {
        var bytes = new byte[4];
        random.Fill(bytes);
        return ((BitConverter.ToUInt32(bytes) / (float)uint.MaxValue * 2) - 1) * bound;
    }

    private static double[] Numbers(JsonElement document, string name) =>
        [.. document.GetProperty(name).EnumerateArray().SelectMany(row => row.EnumerateArray()).Select(number => number.GetDouble())];
}
