using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using PrivacyGrains.Testing;
using static PrivacyGrains.Learning.Tests.Onnx.OnnxBytes;

namespace PrivacyGrains.EndToEnd.Tests.CommandLine;

/// <summary>An ONNX model in a consortium that runs in a process of its own.</summary>
[Collection(CommandLineCollection.Name)]
public sealed partial class InferConsortiumTests : IDisposable
{
    private const double WantedError = 1.0 / 1024;
    private readonly TempFolder _folder = new();

    private string Data => Path.Combine(_folder.Path, "data");

    private string Model => Path.Combine(_folder.Path, "m.onnx");

    private string Input => Path.Combine(_folder.Path, "m.csv");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Model_WithUrl_PrintsWhatTheLocalRunPrints_AndItsBadInputsAreNamed()
    {
        Write();
        await using var up = await UpProcess.StartAsync(Data);
        var local = (await CommandRun.OfAsync("infer", "--model", Model, "--input", Input, "--json")).Good().Document();
        var joint = (await up.RunAsync($"infer --model {Model} --input {Input} --parties 2 --data {Data} --json")).Good().Document();
        Assert.Equal(local.EnumerateObject().Select(p => p.Name), joint.EnumerateObject().Select(p => p.Name));
        Assert.Equal(Numbers(local, "clearOutputs"), Numbers(joint, "clearOutputs"));
        Assert.InRange(joint.GetProperty("maxAbsError").GetDouble(), 0, WantedError);
        foreach (var cost in (string[])["rounds", "messagesPerParty", "bytesPerParty"])
        {
            Assert.Equal(local.GetProperty("cost").GetProperty(cost).GetInt64(), joint.GetProperty("cost").GetProperty(cost).GetInt64());
        }

        Assert.InRange((await up.RunAsync($"infer --model {Model} --input {Input} --parties 3 --scheme shamir --data {Data} --no-clear --json")).Good().Document().GetProperty("fractionalBits").GetInt32(), 13, 20);
        await FailsAsync(up, "inference.bad-threshold", $"infer --model {Model} --input {Input} --parties 3 --scheme shamir --corruption-threshold 3 --data {Data}");
        await FailsAsync(up, "inference.too-few-parties", $"infer --model {Model} --input {Input} --parties 2 --compute party-1 --data {Data}");
        await FailsAsync(up, "inference.dealer-has-another-role", $"infer --model {Model} --input {Input} --parties 2 --compute party-1,party-2 --dealer party-1 --data {Data}");
        await FailsAsync(up, "party.no-folder", $"infer --model {Model} --input {Input}");
    }

    [Fact]
    public async Task PublicModel_WithUrl_CostsWhatTheLocalRunStates_AndOfTwoPartiesIsHeldAgainstThePlansDigest()
    {
        Write();
        var (plan, other) = (Path.Combine(_folder.Path, "shown.plan"), Path.Combine(_folder.Path, "other.onnx"));
        await File.WriteAllBytesAsync(other, Network(2));
        await using var up = await UpProcess.StartAsync(Data);
        var local = (await CommandRun.OfAsync("infer", "--model", Model, "--input", Input, "--public-model", "--json")).Good().Document();
        foreach (var more in (string[])[string.Empty, "--public-input "])
        {
            var joint = (await up.RunAsync($"infer --model {Model} --input {Input} --parties 2 --public-model {more}--data {Data} --json")).Good().Document();
            Assert.InRange(joint.GetProperty("maxAbsError").GetDouble(), 0, WantedError);
            Assert.Equal(local.GetProperty("cost").GetProperty("bytesPerParty").GetInt64(), joint.GetProperty("cost").GetProperty("bytesPerParty").GetInt64());
        }

        Assert.InRange((await up.RunAsync($"infer --model {Model} --input {Input} --parties 2 --public-input --data {Data} --json")).Good().Document().GetProperty("maxAbsError").GetDouble(), 0, WantedError);

        string Of(string party) => Path.Combine(Data, party);
        (await up.RunAsync("budget open party-1/records --epsilon 3 --delta 1e-6 --quota scores=100", Of("party-1"))).Good();
        (await CommandRun.OfAsync("infer", "plan", "--model", Model, "--rows", "4", "--input-bound", "1", "--public-model", "--out", plan, "--json")).Good();
        var asking = up.RunAsync($"infer ask shown --plan {plan} --weights-from party-2 --features party-1 --rows 4 --compute party-1,party-2 --json", Of("asker"));
        await UntilOpenAsync(up, "shown", Of("party-1"));
        (await up.RunAsync($"infer give shown --input {Input}", Of("party-1"))).Good();
        var refused = await up.RunAsync($"infer give shown --model {other}", Of("party-2"));
        Assert.True(refused.ExitCode == 2 && (refused.Error.Contains("inference.wrong-input: ", StringComparison.Ordinal) || refused.Error.Contains("inference.other-plan: ", StringComparison.Ordinal)), refused.Error);
        (await up.RunAsync($"infer give shown --model {Model}", Of("party-2"))).Good();
        Assert.All(Numbers((await asking).Good().Document(), "outputs").Zip(Numbers(local, "clearOutputs")), pair => Assert.InRange(pair.First - pair.Second, -WantedError, WantedError));
    }

    [Fact]
    public async Task ModelAndRecords_OfTwoParties_AskedByAThird_MeetOnSharesOnly()
    {
        Write();
        var (plan, other) = (Path.Combine(_folder.Path, "m.plan"), Path.Combine(_folder.Path, "other.onnx"));
        await File.WriteAllBytesAsync(other, Network(1, hidden: 3));
        await using var up = await UpProcess.StartAsync(Data);
        (await up.RunAsync($"infer --model {Model} --input {Input} --data {Data} --json")).Good();
        string Of(string party) => Path.Combine(Data, party);
        (await up.RunAsync("budget open party-1/records --epsilon 3 --delta 1e-6 --quota scores=100", Of("party-1"))).Good();
        (await CommandRun.OfAsync("infer", "plan", "--model", Model, "--rows", "4", "--input-bound", "1", "--out", plan, "--json")).Good();

        var asking = up.RunAsync($"infer ask both --plan {plan} --weights-from party-2 --features party-1 --rows 4 --compute party-1,party-2 --json", Of("asker"));
        await UntilOpenAsync(up, "both", Of("party-1"));
        (await up.RunAsync($"infer give both --input {Input}", Of("party-1"))).Good();
        await FailsAsync(up, "inference.other-plan", $"infer give both --model {other}", Of("party-2"));
        await FailsAsync(up, "inference.nothing-to-give", $"infer give both --model {Model}", Of("asker"));
        (await up.RunAsync($"infer give both --model {Model}", Of("party-2"))).Good();

        var wanted = Numbers((await CommandRun.OfAsync("infer", "--model", Model, "--input", Input, "--json")).Good().Document(), "clearOutputs");
        Assert.All(Numbers((await asking).Good().Document(), "outputs").Zip(wanted), pair => Assert.InRange(pair.First - pair.Second, -WantedError, WantedError));
        var ledger = (await up.RunAsync("budget statement party-1/records --json", Of("party-1"))).Good().Document();
        Assert.Equal("committed", Assert.Single(ledger.GetProperty("charges").EnumerateArray()).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Weights_GivenOnce_ServeWhomTheirOwnerNames_OverAKill_UntilTheyAreWithdrawn()
    {
        Write();
        string Of(string party) => Path.Combine(Data, party);
        var wanted = Numbers((await CommandRun.OfAsync("infer", "--model", Model, "--input", Input, "--json")).Good().Document(), "clearOutputs");
        var open = $"infer open classifier-1 --model {Model} --receivers party-1,party-2 --sessions 3 --rows 4 --compute party-1,party-2 --json";
        var up = await UpProcess.StartAsync(Data);
        try
        {
            (await up.RunAsync($"infer --model {Model} --input {Input} --data {Data} --json")).Good(); // parties join
            var opened = (await up.RunAsync(open, Of("asker"))).Good().Document();
            Assert.Equal(1, opened.GetProperty("cost").GetProperty("rounds").GetInt32());
            await ScoresAsync(up, opened);
            await up.EndAsync("KILL", TimeSpan.FromSeconds(10));
            await up.DisposeAsync();
            up = await UpProcess.StartAsync(Data);
            await ScoresAsync(up, opened);
            (await up.RunAsync("budget open party-1/records --epsilon 3 --delta 1e-6 --quota scores=100", Of("party-1"))).Good();
            var asking = up.RunAsync("infer ask of-another --held classifier-1 --features party-1 --rows 4 --json", Of("party-2"));
            await UntilOpenAsync(up, "of-another", Of("party-1"));
            (await up.RunAsync($"infer give of-another --input {Input}", Of("party-1"))).Good();
            Near(wanted, (await asking).Good().Document());
            await FailsAsync(up, "inference.weights-used-up", $"infer --held classifier-1 --input {Input}", Of("party-1"));
            await FailsAsync(up, "inference.weights-other-receiver", $"infer --held classifier-1 --input {Input}", Of("asker"));
            await FailsAsync(up, "inference.unknown", $"infer --held classifier-9 --input {Input}", Of("party-1"));
            await FailsAsync(up, "inference.session-reused", open, Of("asker"));

            Assert.Equal("classifier-1", Assert.Single((await up.RunAsync("infer held --json", Of("party-1"))).Good().Document().GetProperty("items").EnumerateArray()).GetProperty("session").GetString());
            Assert.All((await up.RunAsync("infer held classifier-1 --json", Of("party-1"))).Good().Document().GetProperty("parties").EnumerateArray(), held => Assert.Equal(3, held.GetProperty("used").GetInt32()));
            await FailsAsync(up, "inference.weights-not-the-owner", "infer withdraw classifier-1", Of("party-1"));
            (await up.RunAsync("infer withdraw classifier-1 --json", Of("asker"))).Good();
            await FailsAsync(up, "inference.weights-withdrawn", $"infer --held classifier-1 --input {Input}", Of("party-1"));

            (await up.RunAsync(open.Replace("classifier-1", "classifier-2", StringComparison.Ordinal), Of("asker"))).Good();
            (await up.RunAsync("party epoch --reason restored")).Good();
            await FailsAsync(up, "inference.weights-stale-epoch", $"infer --held classifier-2 --input {Input}", Of("party-1"));
        }
        finally
        {
            await up.DisposeAsync();
        }

        async Task ScoresAsync(UpProcess at, JsonElement opened)
        {
            var scored = (await at.RunAsync($"infer --held classifier-1 --input {Input} --json", Of("party-1"))).Good().Document();
            Near(wanted, scored);
            Assert.Equal(opened.GetProperty("sessionCost").GetProperty("bytesPerParty").GetInt64(), scored.GetProperty("cost").GetProperty("bytesPerParty").GetInt64());
            Assert.Equal(opened.GetProperty("sessionCost").GetProperty("rounds").GetInt32(), scored.GetProperty("cost").GetProperty("rounds").GetInt32());
        }

        static void Near(double[] wanted, JsonElement scored) =>
            Assert.All(Numbers(scored, "outputs").Zip(wanted), pair => Assert.InRange(pair.First - pair.Second, -WantedError, WantedError));
    }

    [Fact]
    public async Task Consortium_KilledWhileSessionsTakeLots_NeverGivesALotTwice()
    {
        Write();
        var run = $"infer --model {Model} --input {Input} --input-bound 1 --data {Data} --no-clear --json";
        var up = await UpProcess.StartAsync(Data);
        try
        {
            (await up.RunAsync(run)).Good();
            (await up.RunAsync($"infer reserve m --model {Model} --rows 4 --input-bound 1 --compute party-1,party-2 --dealer dealer --lots 4 --json")).Good();
            for (var round = 0; round < 2; round++)
            {
                await UntilAsync(async () => (await up.RunAsync("infer stock --json")).Good().Document().GetProperty("items")[0].GetProperty("ready").GetInt32() >= 2);
                var running = Enumerable.Range(0, 3).Select(_ => Task.Run(() => up.RunAsync(run + " --timeout 5"))).ToList();
                await UntilAsync(async () => running.Exists(task => task.IsCompleted) || (await LotsAsync(up)).Count > round);
                await up.EndAsync("KILL", TimeSpan.FromSeconds(10));
                await up.DisposeAsync();
                up = await UpProcess.StartAsync(Data);
                await Task.WhenAll(running);
                Assert.InRange((await up.RunAsync(run.Replace(" --no-clear", string.Empty, StringComparison.Ordinal))).Good().Document().GetProperty("maxAbsError").GetDouble(), 0, WantedError);
            }

            var taken = await LotsAsync(up);
            Assert.True(taken.Count >= 3, $"{taken.Count} lots were taken.");
            Assert.Equal(taken.Count, taken.Distinct().Count());
        }
        finally
        {
            await up.DisposeAsync();
        }
    }

    /// <summary>Party and lot of each taking, as the audit log has them.</summary>
    private async Task<List<string>> LotsAsync(UpProcess up)
    {
        var file = Path.Combine(_folder.Path, $"audit-{Guid.NewGuid():N}.json");
        (await up.RunAsync($"audit export --out {file}")).Good();
        var text = (await File.ReadAllTextAsync(file)).Replace("\\u0022", "\"", StringComparison.Ordinal).Replace("\\\"", "\"", StringComparison.Ordinal);
        return [.. Taken().Matches(text).Select(match => $"{match.Groups[1].Value} at {match.Groups[2].Value}")];
    }

    [GeneratedRegex("stock\\.taken\"[^}]*?(lot\\.[0-9a-f.]+)\"[^}]*?\"actor\":\"([a-z0-9-]+)\"")]
    private static partial Regex Taken();

    private static async Task UntilOpenAsync(UpProcess up, string session, string folder) =>
        await UntilAsync(async () => await up.RunAsync($"infer show {session} --json", folder) is { ExitCode: 0 } shown && shown.Document().GetProperty("status").GetString() == "awaiting-inputs");

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        while (!await isSo())
        {
            Assert.False(patience.IsCancellationRequested, "It never came to be so.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
        }
    }

    private static async Task FailsAsync(UpProcess up, string code, string line, string? folder = null)
    {
        var run = await up.RunAsync(line, folder);
        Assert.True(run.ExitCode is 1 or 2 && run.Error.Contains(code + ": ", StringComparison.Ordinal), $"{run.ExitCode}: {run.Error}");
    }

    private static double[] Numbers(JsonElement document, string name) =>
        [.. document.GetProperty(name).EnumerateArray().SelectMany(row => row.EnumerateArray()).Select(number => number.GetDouble())];

    private void Write()
    {
        File.WriteAllBytes(Model, Network(1));
        File.WriteAllLines(Input, Enumerable.Range(0, 4).Select(row => string.Join(',', Enumerable.Range(0, 5).Select(i => Math.Sin((5 * row) + i).ToString("R", CultureInfo.InvariantCulture)))).Prepend("a,b,c,d,e"));
    }

    private static byte[] Network(int seed, int hidden = 4)
    {
        float[] Weights(int count) => [.. Enumerable.Range(0, count).Select(i => (float)Math.Cos((seed * 31) + i))];
        return PrivacyGrains.Learning.Tests.Onnx.OnnxBytes.Model(
            Floats("w1", [5, hidden], Weights(5 * hidden)), Floats("b1", [hidden], Weights(hidden)), Floats("w2", [hidden, 2], Weights(2 * hidden)), Floats("b2", [2], Weights(2)),
            Node("Gemm", "g1", ["x", "w1", "b1"], "h"), Node("Relu", "r", ["h"], "a"), Node("Gemm", "g2", ["a", "w2", "b2"], "y"), PrivacyGrains.Learning.Tests.Onnx.OnnxBytes.Input("x", -1, 5), Output("y"));
    }
}
