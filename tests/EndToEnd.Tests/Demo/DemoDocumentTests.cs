using System.Text.Json;

namespace PrivacyGrains.EndToEnd.Tests.Demo;

/// <summary>What one run says: its bounds hold, and its parts agree with each other.</summary>
[Collection(DemoCollection.Name)]
public class DemoDocumentTests(DemoWorld world)
{
    private static readonly string[] Hospitals = ["hospital-1", "hospital-2", "hospital-3", "hospital-4", "hospital-5"];

    private JsonElement Document => world.Document;

    [Fact]
    public void Accuracy_JointModelWithNoise_IsAboveNinetyPercent_OnFiftyPatients()
    {
        var accuracy = Document.GetProperty("accuracy");
        Assert.InRange(accuracy.GetProperty("joint").GetDouble(), 0.9, 1);
        Assert.InRange(accuracy.GetProperty("pooled").GetDouble(), 0.9, 1);
        Assert.Equal(5, accuracy.GetProperty("alone").GetArrayLength());
        Assert.Equal(50, Document.GetProperty("inference").GetProperty("patients").GetInt32());
    }

    [Fact]
    public void Inference_JointScores_AreWithinTheBound_AndCostWhatThePlanSays()
    {
        var inference = Document.GetProperty("inference");
        Assert.InRange(inference.GetProperty("maxAbsError").GetDouble(), double.Epsilon, Math.Pow(2, -10)); // shares are rounded, so none is exact
        var largest = inference.GetProperty("scores").EnumerateArray().Max(s => Math.Abs(s.GetProperty("joint").GetDouble() - s.GetProperty("clear").GetDouble()));
        Assert.Equal(largest, inference.GetProperty("maxAbsError").GetDouble());
        Assert.Equal((3, 15_656), (inference.GetProperty("roundsPerParty").GetInt32(), inference.GetProperty("bytesPerParty").GetInt64()));
        Assert.True(inference.GetProperty("seconds").GetDouble() > 0);
    }

    [Fact]
    public void Training_OneHospitalDropsOutOfOneRound_AndIsBackInTheNext()
    {
        var training = Document.GetProperty("training");
        var gone = training.GetProperty("dropouts").EnumerateArray().First();
        var rounds = training.GetProperty("roundLines").EnumerateArray().ToList();
        Assert.True(training.GetProperty("dropped").GetInt32() >= 1);
        Assert.Equal(rounds.Count, training.GetProperty("rounds").GetInt32());
        Assert.True(training.GetProperty("seconds").GetDouble() > 0);

        var (party, number) = (gone.GetProperty("party").GetString(), gone.GetProperty("round").GetInt32());
        Assert.Equal(("hospital-3", "collect-masked-inputs"), (party, gone.GetProperty("phase").GetString()));
        Assert.Equal(Hospitals.Except([party]), Survivors(rounds[number - 1]));
        Assert.Contains(party, Survivors(rounds.Skip(number).First(r => r.GetProperty("outcome").GetString() == "completed")));
    }

    [Fact]
    public void Charges_StandWhereTheRoundHasTheParty_AndOnlyThere()
    {
        var charges = Document.GetProperty("charges").EnumerateArray().ToList();
        Assert.Equal(charges.Count, charges.Select(Id).Distinct().Count());
        Assert.All(charges, c => Assert.Contains(c.GetProperty("status").GetString(), (string[])["committed", "refunded", "aborted-committed"]));
        Assert.True(JsonElement.DeepEquals(Document.GetProperty("charges"), Document.GetProperty("privacy").GetProperty("charges")));

        foreach (var round in Document.GetProperty("training").GetProperty("roundLines").EnumerateArray().Where(r => r.GetProperty("outcome").GetString() == "completed"))
        {
            var session = round.GetProperty("session").GetString();
            var paid = charges.Where(c => Id(c).EndsWith($"/{session}", StringComparison.Ordinal) && c.GetProperty("status").GetString() == "committed").Select(c => c.GetProperty("party").GetString()!);
            Assert.Equal(Survivors(round).Order(), paid.Order());
        }

        var disclosed = charges.Where(c => c.GetProperty("kind").GetString() == "disclosure").ToList();
        Assert.Equal(["hospital-1", "hospital-2"], disclosed.Select(c => c.GetProperty("party").GetString()!).Order());
        Assert.All(disclosed, c => Assert.Equal(50, c.GetProperty("count").GetInt64()));
    }

    [Fact]
    public void Privacy_TheTrainingsClaim_IsAtMostEight_AndTheLedgerWithinItsLimit()
    {
        var privacy = Document.GetProperty("privacy");
        Assert.InRange(privacy.GetProperty("epsilon").GetDouble(), 1, 8);
        Assert.Equal(1e-5, privacy.GetProperty("delta").GetDouble());
        Assert.InRange(privacy.GetProperty("ledgerEpsilon").GetDouble(), privacy.GetProperty("epsilon").GetDouble(), privacy.GetProperty("limit").GetDouble());
    }

    [Fact]
    public void Refusals_OverBudgetAndOverQuota_AreExplained()
    {
        var refusals = Document.GetProperty("refusals").EnumerateArray().ToDictionary(r => r.GetProperty("code").GetString()!, r => r.GetProperty("message").GetString()!);
        Assert.Contains("is left", refusals["ledger.over-budget"], StringComparison.Ordinal);
        Assert.Contains("are left", refusals["ledger.over-quota"], StringComparison.Ordinal);
        Assert.Contains("key.other-party", refusals.Keys);
        Assert.Contains("key.invalid", refusals.Keys);
    }

    [Fact]
    public void Audit_TheLogAndEveryLedger_Verify()
    {
        var audit = Document.GetProperty("audit");
        Assert.True(audit.GetProperty("verified").GetBoolean());
        Assert.True(audit.GetProperty("entries").GetInt64() > 50);
        Assert.Equal(5, audit.GetProperty("ledgers").GetInt32());
    }

    [Fact]
    public void Folder_EachParty_HasItsOwnKeysAndJournal()
    {
        foreach (var party in Hospitals.Append("dealer"))
        {
            Assert.True(File.Exists(Path.Combine(world.Data, party, "keys", "signing.pem")), party);
            Assert.True(Directory.EnumerateFiles(Path.Combine(world.Data, party), "*", SearchOption.AllDirectories).Any(f => f.Contains("journal", StringComparison.Ordinal)), party);
        }

        Assert.Equal(6, Hospitals.Append("dealer").Select(p => File.ReadAllText(Path.Combine(world.Data, p, "keys", "signing.pem"))).Distinct().Count());
    }

    internal static string Id(JsonElement charge) => charge.GetProperty("id").GetString()!;

    private static IEnumerable<string> Survivors(JsonElement round) => round.GetProperty("survivors").EnumerateArray().Select(p => p.GetString()!);
}
