using System.Text.Json;

namespace PrivacyGrains.EndToEnd.Tests.Demo;

/// <summary>What options change, and what they must not.</summary>
[Collection(DemoCollection.Name)]
public class DemoOptionTests(DemoWorld world)
{
    [Fact]
    public async Task SameSeed_SameSplit_OtherKeysMasksAndNoise()
    {
        var (first, second) = (world.Document, await world.RunAsync(Path.Combine(world.Root, "second"), Path.Combine(world.Root, "second-out")));
        foreach (var same in (string[])["accuracy.pooled", "accuracy.alone", "inference.patients"])
        {
            Assert.Equal(At(first, same).GetRawText(), At(second, same).GetRawText());
        }

        var (members, others) = (first.GetProperty("members"), second.GetProperty("members"));
        for (var i = 0; i < members.GetArrayLength(); i++)
        {
            Assert.Equal(members[i].GetProperty("records").GetInt32(), others[i].GetProperty("records").GetInt32());
            Assert.Equal(members[i].GetProperty("malignantShare").GetDouble(), others[i].GetProperty("malignantShare").GetDouble());
            Assert.NotEqual(members[i].GetProperty("fingerprint").GetString(), others[i].GetProperty("fingerprint").GetString()); // keys
        }

        Assert.NotEqual(At(first, "training.modelDigest").GetString(), At(second, "training.modelDigest").GetString()); // noise: the sums carry no masks
        Assert.NotEqual(At(first, "statistics.mean.value").GetDouble(), At(second, "statistics.mean.value").GetDouble());
        Assert.Equal(At(first, "statistics.mean.truth").GetDouble(), At(second, "statistics.mean.truth").GetDouble());
        Assert.NotEqual(Errors(first), Errors(second)); // masks: a product's last bit hangs on how it was shared
    }

    [Fact]
    public async Task EpsilonNone_IsWithinTwoPointsOfPooled_AndChargesNoTraining()
    {
        var document = await DemoProcess.DocumentAsync(world.Root, "demo", "--json", "--seed", DemoWorld.Seed, "--epsilon", "none", "--out", "none-out");
        Assert.InRange(At(document, "accuracy.joint").GetDouble(), At(document, "accuracy.pooled").GetDouble() - 0.02, 1);
        Assert.Equal(JsonValueKind.Null, At(document, "privacy.epsilon").ValueKind); // no noise is no claim, and not one of zero
        var charged = document.GetProperty("charges").EnumerateArray().Where(c => c.GetProperty("kind").GetString() == "charge").ToList();
        Assert.NotEmpty(charged);
        Assert.DoesNotContain(charged, c => DemoDocumentTests.Id(c).Contains("training", StringComparison.Ordinal));
        Assert.True(At(document, "audit.verified").GetBoolean());
        Assert.DoesNotContain(Directory.EnumerateDirectories(Path.GetTempPath(), "privacygrains-demo-*"), d => File.Exists(Path.Combine(d, "demo.json")) && Directory.GetLastWriteTimeUtc(d) > File.GetLastWriteTimeUtc(world.Report));
    }

    [Fact]
    public async Task WithoutJson_TellsTheStory_ThenTheTables()
    {
        var (exit, output, errors) = await DemoProcess.ToEndAsync(world.Root, "demo", "--seed", DemoWorld.Seed, "--data", world.Data, "--out", Path.Combine(world.Root, "told.html"));
        Assert.Equal((0, ""), (exit, errors));
        Assert.True(File.Exists(Path.Combine(world.Root, "told.html")));
        string[] expected = ["Five hospitals and a dealer join", "hospital-3 dropped out", "the model is registered", "hospital-4 alone has 50 scores", "ledger.over-budget", "every hash and signature is right", "pooled, no privacy", "together, by the ledger", "told.html"];
        var at = -1;
        foreach (var text in expected.Where(e => e != "hospital-4 alone has 50 scores")) // that line is of the run that scored
        {
            var next = output.IndexOf(text, Math.Max(at, 0), StringComparison.Ordinal);
            Assert.True(next > at, $"'{text}' is missing, or too early:\n{output}");
            at = next;
        }
    }

    [Theory]
    [InlineData("demo.bad-epsilon", "--epsilon", "-1")]
    [InlineData("demo.bad-epsilon", "--epsilon", "NaN")]
    [InlineData("demo.bad-epsilon", "--epsilon", "much")]
    [InlineData("demo.bad-epsilon", "--epsilon", "1e-9")]
    [InlineData("command.wrong", "--seed", "x")]
    [InlineData("command.wrong", "--frobnicate")]
    [InlineData("command.wrong", "hospitals")]
    [InlineData("demo.bad-folder", "--data", "a-file")]
    [InlineData("demo.bad-folder", "--data", "a-file/below")]
    [InlineData("demo.foreign-folder", "--data", "foreign")]
    [InlineData("demo.other-options", "--data", "first", "--seed", "8")]
    [InlineData("report.bad-place", "--out", "a-file/below")]
    public async Task WrongInput_OneLineWithItsCode_ExitTwo_NothingChanged(string code, params string[] arguments)
    {
        File.WriteAllText(Path.Combine(world.Root, "a-file"), "mine");
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(world.Root, "foreign")).FullName, "letter.txt"), "mine");
        var before = Contents();

        var (exit, output, errors) = await DemoProcess.ToEndAsync(world.Root, ["demo", .. arguments]);
        Assert.Equal((2, ""), (exit, output));
        Assert.StartsWith($"{code}: ", errors, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', errors);
        Assert.Equal(before, Contents());

        var (again, document, _) = await DemoProcess.ToEndAsync(world.Root, ["demo", .. arguments, "--json"]);
        Assert.Equal((2, code), (again, JsonDocument.Parse(document).RootElement.GetProperty("error").GetProperty("code").GetString()));
    }

    internal static JsonElement At(JsonElement document, string path) => path.Split('.').Aggregate(document, (element, name) => element.GetProperty(name));

    private static string Errors(JsonElement document) =>
        string.Join(' ', At(document, "inference.scores").EnumerateArray().Select(s => s.GetProperty("joint").GetDouble() - s.GetProperty("clear").GetDouble()));

    private string Contents() => string.Join('\n', Directory.EnumerateFileSystemEntries(world.Root, "*", SearchOption.AllDirectories)
        .Where(f => !f.EndsWith("demo.lock", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(f => $"{f} {(File.Exists(f) ? new FileInfo(f).Length : -1)}"));
}
