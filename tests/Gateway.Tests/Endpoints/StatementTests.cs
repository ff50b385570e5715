using System.Text.Json;
using PrivacyGrains.Client.Audit;
using PrivacyGrains.Client.Budgets;
using PrivacyGrains.Gateway.Tests.Hosting;
using PrivacyGrains.Messages.Audit;
using PrivacyGrains.Messages.Budgets;

namespace PrivacyGrains.Gateway.Tests.Endpoints;

/// <summary>A statement drawn up from a ledger that came over HTTP, verified without a connection.</summary>
public sealed class StatementTests(SharedConsortium shared) : IClassFixture<SharedConsortium>
{
    private const string Plan = """{"neighbors":"add-remove","events":[{"kind":"gaussian","noiseMultiplier":4},{"kind":"pure","epsilon":0.1}]}""";

    [Fact]
    public async Task Statement_OfALedger_Verifies_AndAnyChangeOfItDoesNot()
    {
        var statement = await DrawUpAsync("told");

        Assert.Empty(StatementVerifier.Verify(statement).Faults);
        Assert.Equal(["data set", "block 2026-Q4", "analyst bob"], statement.Levels.Select(l => l.Level));
        Assert.All(statement.Levels, l => Assert.True(l.EpsilonSoFar > 0 && l.EpsilonSoFar + l.EpsilonLeft <= l.Epsilon + 1e-6 && l.RunsOutAt > statement.At));
        var planned = Assert.Single(statement.Charges, c => c.Plan is not null);
        Assert.True(planned.EpsilonTight > 0.5 && planned.EpsilonTight < planned.EpsilonAlone);
        Assert.Equal("hospital-2", Assert.Single(statement.Witnesses).Witness);

        Assert.All<(StatementDocument Changed, string Code)>(
            [
                (statement with { Levels = [statement.Levels[0] with { EpsilonSoFar = 0.1 }, .. statement.Levels.Skip(1)] }, "statement.other-figures"),
                (statement with { Charges = [.. statement.Charges.Skip(1)] }, "statement.other-figures"),
                (statement with { Charges = [.. statement.Charges.Select(c => c with { EpsilonTight = c.EpsilonTight / 2 })] }, "statement.other-figures"),
                (statement with { At = statement.At.AddYears(1) }, "statement.other-figures"),
                (statement with { Ledger = statement.Ledger with { Entries = [.. statement.Ledger.Entries.SkipLast(1)] } }, "statement.behind-witness"),
                (statement with { Ledger = statement.Ledger with { Entries = [.. statement.Ledger.Entries.Select(e => e with { Json = e.Json.Replace("\"bob\"", "\"eve\"", StringComparison.Ordinal) })] } }, "ledger.broken-chain"),
                (statement with { Witnesses = [statement.Witnesses[0] with { Countersignature = new byte[64] }] }, "statement.wrong-countersignature"),
                (statement with { Witnesses = [statement.Witnesses[0] with { WitnessKey = statement.Ledger.PartyKey }] }, "statement.wrong-countersignature"),
            ],
            change => Assert.Contains(change.Code, StatementVerifier.Verify(change.Changed).Faults.Select(f => f.Code)));
        Assert.Contains("statement.other-witness-key", StatementVerifier.Verify(statement, new Dictionary<string, string> { ["hospital-2"] = new('0', 64) }).Faults.Select(f => f.Code));
    }

    private async Task<StatementDocument> DrawUpAsync(string budget)
    {
        using var gateway = shared.Consortium.As("hospital-1");
        await gateway.Budgets.OpenAsync("hospital-1", budget, TestConsortium.Terms(8) with { Levels = [new(null, "quarter", 6, 1e-6), new("bob", null, 5, 1e-6)] });
        await gateway.Budgets.ReserveAsync("hospital-1", budget, TestConsortium.Charge("a") with { Blocks = ["2026-Q4"] });
        using var plan = JsonDocument.Parse(Plan);
        await gateway.Budgets.ReserveAsync("hospital-1", budget, TestConsortium.Charge("b") with { Recipient = "bob", Loss = new LossBody("plan", 0, plan.RootElement.Clone()), Blocks = ["2026-Q4"] });
        await gateway.Budgets.CommitAsync("hospital-1", budget, "b");
        var head = await gateway.Budgets.HeadAsync("hospital-1", budget);
        var key = (await gateway.Parties.ConsortiumAsync()).Members.Single(m => m.Party == "hospital-1").VerificationKey;
        var export = new LedgerExport(head, key, await gateway.Budgets.AllEntriesAsync("hospital-1", budget, head.Version));
        var (verdict, ledger) = LedgerVerifier.Verify(export);
        Assert.True(verdict.IsGood);
        return StatementBuilder.Build(export, ledger!, await gateway.Budgets.WitnessesAsync("hospital-1", budget), TimeProvider.System.GetUtcNow());
    }
}
