using System.Globalization;
using PrivacyGrains.Client.Csv;
using PrivacyGrains.Learning.Models;
using PrivacyGrains.Testing;

namespace PrivacyGrains.EndToEnd.Tests.CommandLine;

/// <summary>A model owner and a client at the command line, against a running consortium.</summary>
[Collection(CommandLineCollection.Name)]
public sealed class ScoreTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Score_OfEncryptedRows_IsTheModelsInTheClear_OurOwnAndOnnx()
    {
        await using var up = await UpProcess.StartAsync(_folder.Path);
        var (model, rows) = await FittedAsync();
        var registered = (await up.RunAsync($"score register risk {model} --rows-per-credential 5000 --input {rows} --json")).Good().Document();
        Assert.Equal("sigmoid", registered.GetProperty("link").GetString());
        Assert.Equal(1, registered.GetProperty("loss").GetProperty("labelAgreement").GetDouble());
        var digest = registered.GetProperty("digest").GetString();

        var scored = (await up.RunAsync($"score --encrypted --model risk --input {rows} --digest {digest} --json")).Good().Document();
        Assert.True(LogisticModelFile.TryRead(await File.ReadAllBytesAsync(model), out var clear, out _));
        var expected = CsvTable.Read(rows).Numbers("a", "b").Select(row => clear.Score(clear.Scale.Apply(row)));
        Assert.All(scored.GetProperty("scores").EnumerateArray().Zip(expected), pair => Assert.Equal(pair.Second, pair.First[0].GetDouble(), 1e-5));
        Assert.Equal(4096, scored.GetProperty("rowsCounted").GetInt64());

        Assert.StartsWith("scoring.other-model", (await up.RunAsync($"score --encrypted --model risk --input {rows} --digest {new string('0', 64)}")).Error, StringComparison.Ordinal);
        Assert.StartsWith("scoring.quota-used-up", (await up.RunAsync($"score --encrypted --model risk --input {rows}")).Error.Split('\n')[^2], StringComparison.Ordinal);
        await up.RunAsync("score allow risk operator 20000");
        var keys = Path.Combine(_folder.Path, "k.json");
        (await up.RunAsync($"score keys make {keys} --model risk --layout packed")).Good();
        var one = Write("one.csv", "a,b\n9,1\n");
        var file = Path.Combine(_folder.Path, "scores.csv");
        (await up.RunAsync($"score --encrypted --keys {keys} --input {one} --out {file}")).Good();
        Assert.Equal(clear.Score(clear.Scale.Apply([9, 1])), double.Parse((await File.ReadAllLinesAsync(file))[1], CultureInfo.InvariantCulture), 1e-5);

        var onnx = Path.Combine(InferExportedTests.Folder(), "classifier.onnx");
        var inputs = Write("c.csv", "p,q,r,s,t,u,v,w\n0.5,-0.25,1,-1,0.75,0,-0.5,0.125\n-1,0.5,0,0.25,0.125,-0.75,1,-0.5\n");
        var network = (await up.RunAsync($"score register net {onnx} --rows-per-credential 1000000 --input {inputs} --activation-degree 5 --json")).Good().Document();
        Assert.Equal("softmax", network.GetProperty("link").GetString());
        var lost = network.GetProperty("loss").GetProperty("largestDifference").GetDouble();
        var clearly = (await CommandRun.OfAsync("infer", "--model", onnx, "--input", inputs, "--parties", "2", "--json")).Good().Document().GetProperty("clearOutputs");
        var answers = (await up.RunAsync($"score --encrypted --model net --input {inputs} --json")).Good().Document().GetProperty("scores");
        foreach (var (answer, clearRow) in answers.EnumerateArray().Zip(clearly.EnumerateArray()))
        {
            // A softmax's outputs move by less than its inputs do.
            Assert.All(answer.EnumerateArray().Zip(clearRow.EnumerateArray()), pair => Assert.Equal(pair.Second.GetDouble(), pair.First.GetDouble(), lost + 1e-4));
        }
    }

    private async Task<(string Model, string Rows)> FittedAsync()
    {
        var schema = Write("s.json", """{"name":"s","label":"y","positive":"yes","negative":"no","features":[{"name":"a","lower":0,"upper":10},{"name":"b","lower":-2,"upper":2}]}""");
        var rows = Write("d.csv", "y,a,b\nyes,9,1\nyes,8,-1\nno,8,-2\nno,1,0.5\nno,2,1\nyes,6,2\nno,12,-3\n");
        var model = Path.Combine(_folder.Path, "m.safetensors");
        (await CommandRun.OfAsync("train", "fit", "--data", rows, "--schema", schema, "--out", model, "--ridge", "0.01")).Good();
        return (model, rows);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.Path, name);
        File.WriteAllText(path, text);
        return path;
    }
}
