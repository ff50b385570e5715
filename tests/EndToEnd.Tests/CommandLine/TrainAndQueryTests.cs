using PrivacyGrains.Testing;

namespace PrivacyGrains.EndToEnd.Tests.CommandLine;

[Collection(CommandLineCollection.Name)]
public class TrainAndQueryTests
{
    private const string Schema = """{ "name": "h", "label": "diagnosis", "positive": "M", "negative": "B", "features": [{ "name": "radius", "lower": 0, "upper": 30 }] }""";

    [Fact]
    public async Task ThreePartiesWithResidentAgents_Train_Answer_AndRefuseWhatTheyCannotPay()
    {
        using var folder = new TempFolder();
        await using var up = await UpProcess.StartAsync(folder.Path);
        var residents = new List<ResidentProcess>();
        try
        {
            foreach (var hospital in (string[])["h1", "h2", "h3"])
            {
                residents.Add(await JoinAsync(up, folder.Path, hospital));
            }

            var schema = Path.Combine(folder.Path, "schema.json");
            await File.WriteAllTextAsync(schema, Schema);
            var trained = (await up.RunAsync($"train run detector --schema {schema} --steps 2 --epsilon 4 --json")).Good().Document();
            Assert.Equal(("completed", 2, 1), (trained.GetProperty("status").GetString(), trained.GetProperty("step").GetInt32(), trained.GetProperty("modelVersion").GetInt32()));
            Assert.InRange(trained.GetProperty("epsilonClaim").GetDouble(), 0.1, 4);

            var count = (await up.RunAsync("query count ill --rho 0.5 --where diagnosis=M --json")).Good().Document().GetProperty("answer");
            var error = count.GetProperty("errorBar95").GetDouble();
            Assert.InRange(count.GetProperty("value").GetDouble(), 30 - (8 * error), 30 + (8 * error)); // over 15 deviations
            Assert.Equal(["h1", "h2", "h3"], count.GetProperty("contributors").EnumerateArray().Select(c => c.GetString()));

            var dear = await up.RunAsync("query count dear --rho 500 --json");
            Assert.Equal(1, dear.ExitCode);
            Assert.Contains("block 2026-Q4", dear.Output, StringComparison.Ordinal);
            Assert.Contains("ledger.over-budget", dear.Output, StringComparison.Ordinal);
            foreach (var hospital in (string[])["h1", "h2"])
            {
                Assert.Equal(Enumerable.Repeat(("committed", "2026-Q4"), 3), await ChargesAsync(up, folder.Path, hospital));
            }

            await residents[0].SaysAsync("ill/1: the charge is settled: committed");
            Assert.Equal(0, await residents[0].EndAsync("INT"));
        }
        finally
        {
            foreach (var resident in residents)
            {
                await resident.DisposeAsync();
            }
        }
    }

    private static async Task<ResidentProcess> JoinAsync(UpProcess up, string data, string hospital)
    {
        var (folder, records) = (Path.Combine(data, hospital), Path.Combine(data, $"{hospital}.csv"));
        var invitation = (await up.RunAsync($"party invite {hospital} --json")).Good().Document().GetProperty("invitation").GetString();
        (await CommandRun.OfAsync("join", invitation!, "--folder", folder, "--url", up.Url)).Good();
        (await up.RunAsync($"budget open {hospital}/records --epsilon 40 --delta 1e-5 --level period=quarter,epsilon=20", folder)).Good();
        var days = hospital == "h1" ? ["--time", "day"] : Array.Empty<string>(); // the others state that all their records are of the quarter
        await File.WriteAllLinesAsync(
            records, ["radius,diagnosis,day", .. Enumerable.Range(0, 20).Select(i => i < 10 ? $"{18 + (i % 5)},M,2026-10-05" : $"{8 + (i % 5)},B,2026-12-31"), .. days.Length > 0 ? ["20,M,2026-09-30"] : Array.Empty<string>()]);
        return await ResidentProcess.StartAsync(folder, records, ["--from", "2026-10-01", "--to", "2026-12-31", .. days]);
    }

    private static async Task<IEnumerable<(string Status, string Block)>> ChargesAsync(UpProcess up, string data, string hospital)
    {
        var statement = (await up.RunAsync($"budget statement {hospital}/records --json", Path.Combine(data, hospital))).Good().Document();
        return statement.GetProperty("charges").EnumerateArray().Select(c => (c.GetProperty("status").GetString()!, Assert.Single(c.GetProperty("blocks").EnumerateArray()).GetString()!)).ToList();
    }
}
