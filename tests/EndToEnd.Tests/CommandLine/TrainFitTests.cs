using System.Globalization;
using PrivacyGrains.Learning.Models;
using PrivacyGrains.Testing;

namespace PrivacyGrains.EndToEnd.Tests.CommandLine;

[Collection(CommandLineCollection.Name)]
public sealed class TrainFitTests : IDisposable
{
    private const string Schema = """
        {"name":"s","label":"y","positive":"yes","negative":"no","features":[{"name":"a","lower":0,"upper":10}]}
        """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Fit_WritesAModel_AndSaysHowGoodItIs()
    {
        var (schema, data) = (Write("s.json", Schema), Write("d.csv", "y,a\nyes,9\nyes,8\nno,8\nno,1\nno,2\nyes,1\n"));
        var test = Write("t.csv", "y,a\nyes,10\nno,0\n");
        var model = In("m.safetensors");
        var document = (await CommandRun.OfAsync("train", "fit", "--data", data, "--schema", schema, "--out", model, "--test", test, "--scores", In("scores.csv"), "--json")).Good().Document();
        Assert.True(LogisticModelFile.TryRead(await File.ReadAllBytesAsync(model), out var fitted, out _));
        Assert.True(fitted.Weights[0] > 0);
        Assert.Equal(LogisticModelFile.Digest(fitted), document.GetProperty("digest").GetString());
        Assert.Equal((4.0 / 6, 1.0, 1.0), (document.GetProperty("accuracy").GetDouble(), document.GetProperty("testAccuracy").GetDouble(), document.GetProperty("testRanking").GetDouble()));
        string[] scores = ["score", .. ((double[])[1, -1]).Select(x => fitted.Score([x]).ToString("R", CultureInfo.InvariantCulture))];
        Assert.Equal(scores, await File.ReadAllLinesAsync(In("scores.csv")));
        Assert.Equal("none", document.GetProperty("privacy").GetString());
        Assert.Contains("no privacy claim", (await CommandRun.OfAsync("train", "fit", "--data", data, "--schema", schema, "--out", model)).Good().Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("y,a\nyes,9\nno,1\n", "0", "training.bad-ridge")]
    [InlineData("y,a\nyes,9\nno,1\n", "NaN", "training.bad-ridge")]
    [InlineData("y,a\nyes,high\n", "1", "row 1")]
    [InlineData("y,a\nperhaps,1\n", "1", "table.unknown-label")]
    [InlineData("y,b\nyes,1\n", "1", "column a")]
    [InlineData("y,a\n", "1", "table.empty")]
    public async Task Fit_WrongInput_SaysWhatToChange(string rows, string ridge, string said)
    {
        var run = await CommandRun.OfAsync("train", "fit", "--data", Write("d.csv", rows), "--schema", Write("s.json", Schema), "--out", In("m"), "--ridge", ridge);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(said, run.Error, StringComparison.OrdinalIgnoreCase);
        Assert.False(File.Exists(In("m")));
    }

    [Fact]
    public async Task Scores_WithoutTestRows_IsRefused() =>
        Assert.Contains("training.no-test", (await CommandRun.OfAsync("train", "fit", "--data", "d", "--schema", "s", "--out", "m", "--scores", "x")).Error, StringComparison.Ordinal);

    private string Write(string name, string text)
    {
        File.WriteAllText(In(name), text);
        return In(name);
    }

    private string In(string name) => Path.Combine(_folder.Path, name);
}
