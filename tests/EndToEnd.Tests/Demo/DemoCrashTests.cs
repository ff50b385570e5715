using System.Text.Json;

namespace PrivacyGrains.EndToEnd.Tests.Demo;

/// <summary>The process is killed (SIGKILL) somewhere, and run again over what it left.</summary>
[Collection(DemoCollection.Name)]
public class DemoCrashTests(DemoWorld world)
{
    /// <summary>Where a run is killed: so many milliseconds, drawn from a fixed seed, after it told this.</summary>
    public static TheoryData<string, string[]> Points => new()
    {
        { "early", ["A consortium starts", "is a member", "round 1:"] },
        { "middle", ["drops out of round", "round 4:", "round 7:"] },
        { "late", ["scores-1 beforehand", "An analyst publishes", "What must be refused"] },
    };

    [Theory]
    [MemberData(nameof(Points))]
    public async Task Killed_AndRunAgain_Completes_ChargesStandOnce_AndTheLogVerifies(string name, string[] points)
    {
        var (folder, jitter, published) = (Path.Combine(world.Root, $"killed-{name}"), new Jitter(name), new List<string>());
        foreach (var point in points)
        {
            await using var run = DemoProcess.Start(world.Root, Arguments(folder));
            Assert.True(await run.ToldAsync(point), $"It ended before '{point}':\n{run.Errors}");
            await Task.Delay(jitter.Next(), TimeProvider.System); // between two lines lie the writes
            await run.KillAsync();
            published.AddRange(run.Errors.Split('\n').Where(IsPublished).Select(WithoutTime));
        }

        var document = await DemoProcess.DocumentAsync(world.Root, Arguments(folder));
        Assert.True(document.GetProperty("resumed").GetBoolean());
        Assert.True(DemoOptionTests.At(document, "audit.verified").GetBoolean());
        Assert.InRange(DemoOptionTests.At(document, "accuracy.joint").GetDouble(), 0.86, 1);
        Assert.InRange(DemoOptionTests.At(document, "inference.maxAbsError").GetDouble(), 0, Math.Pow(2, -10));
        Assert.Equal(8, DemoOptionTests.At(document, "training.steps").GetInt32());

        // Each charge is there once, has found its end, and is committed exactly where its round gave a sum with the party in it.
        var charges = document.GetProperty("charges").EnumerateArray().ToDictionary(DemoDocumentTests.Id, c => c.GetProperty("status").GetString()!);
        Assert.All(charges.Values, status => Assert.Contains(status, (string[])["committed", "refunded", "aborted-committed"]));
        foreach (var round in DemoOptionTests.At(document, "training.roundLines").EnumerateArray())
        {
            var (session, survivors) = (round.GetProperty("session").GetString(), round.GetProperty("survivors").EnumerateArray().Select(p => p.GetString()!).ToList());
            var completed = round.GetProperty("outcome").GetString() == "completed";
            var committed = charges.Where(c => c.Key.EndsWith($"/{session}", StringComparison.Ordinal) && c.Value == "committed").Select(c => c.Key.Split('/')[0]);
            Assert.Equal(completed ? survivors.Order() : [], committed.Order());
        }

        // A session that was begun anew has a name, and disclosures, of its own.
        var attempts = DemoOptionTests.At(document, "inference.attempts").GetInt32();
        Assert.Equal($"scores-{attempts}", DemoOptionTests.At(document, "inference.session").GetString());
        Assert.Equal("committed", charges[$"hospital-1/records/scores-{attempts}"]);
        Assert.Equal("committed", charges[$"hospital-2/records/scores-{attempts}"]);

        // Once more: what was published stands to the letter, and nothing is charged again.
        await using var last = DemoProcess.Start(world.Root, Arguments(folder));
        var (exit, again, told) = await last.EndAsync();
        Assert.Equal(0, exit);
        Assert.Equal(document.GetProperty("charges").GetRawText(), JsonDocument.Parse(again).RootElement.GetProperty("charges").GetRawText());
        Assert.Empty(published.Except(told.Split('\n').Where(IsPublished).Select(WithoutTime)));
    }

    private static string[] Arguments(string folder) => ["demo", "--json", "--seed", DemoWorld.Seed, "--data", folder, "--out", folder + "-out"];

    private static bool IsPublished(string line) =>
        line.Contains(" made from the sum of ", StringComparison.Ordinal) || line.Contains("the model is registered", StringComparison.Ordinal) || line.Contains(" (95 %), from ", StringComparison.Ordinal);

    private static string WithoutTime(string line) => line[(line.IndexOf(" s  ", StringComparison.Ordinal) + 4)..];

    /// <summary>Waits of 0 to 400 ms, the same at every run.</summary>
    private sealed class Jitter(string seed)
    {
        private byte[] _state = System.Text.Encoding.UTF8.GetBytes(seed);

        public TimeSpan Next()
        {
            _state = System.Security.Cryptography.SHA256.HashData(_state);
            return TimeSpan.FromMilliseconds(BitConverter.ToUInt16(_state) % 400);
        }
    }
}
