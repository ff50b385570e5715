using static PrivacyGrains.Grains.Tests.Hosting.TestConsortium;
using static PrivacyGrains.Grains.Tests.Ledger.LedgerSamples;

namespace PrivacyGrains.Grains.Tests.Ledger;

public class LedgerLevelsTests
{
    private const string Steps = """{ "neighbors": "add-remove", "events": [ { "kind": "repeat", "count": 50, "event": { "kind": "gaussian", "noiseMultiplier": 20 } }, { "kind": "pure", "epsilon": 0.1 } ] }""";
    private const string Sampled = """{"neighbors":"add-remove","events":[{"kind":"repeat","count":100,"event":{"kind":"poisson","probability":0.01,"event":{"kind":"gaussian","noiseMultiplier":1}}}]}""";

    [Fact]
    public async Task Charge_MeetsEveryLevel_OrNone_AndTheRefusalNamesTheLevel()
    {
        await using var consortium = await StartAsync("city");
        var ledger = consortium.Ledger("city", "trips");
        Value(await ledger.OpenAsync(Terms(20) with { Levels = [new("*", null, 2, 1e-6), new(null, "quarter", 1, 1e-6)] }));
        Value(await ledger.OpenAsync(Terms(20) with { Levels = [new(null, "quarter", 1, 1e-6), new("*", null, 2, 1e-6)] })); // the same levels, listed otherwise

        Value(await ledger.ReserveAsync(Charge("a") with { Blocks = ["2026-Q4", "2026-Q3"] }));
        var again = Value(await ledger.ReserveAsync(Charge("a") with { Blocks = ["2026-Q3", "2026-Q4"] }));
        Assert.Equal(2, again.Version);
        Assert.Equal("ledger.bad-request", Code(await ledger.ReserveAsync(Charge("b"))));
        Assert.Equal("ledger.bad-request", Code(await ledger.ReserveAsync(Charge("b") with { Blocks = ["2026"] })));
        var refused = await ledger.ReserveAsync(Charge("b", rho: 0.02) with { Blocks = ["2026-Q4"] });
        Assert.Equal("ledger.over-budget", refused.Refusal!.Code);
        Assert.Contains("block 2026-Q4", refused.Refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("data set", refused.Refusal.Message, StringComparison.Ordinal);
        Value(await ledger.ReserveAsync(Charge("b", rho: 0.02) with { Blocks = ["2027-Q1"] }));

        await consortium.Cluster.DeactivateAsync(ledger);
        var statement = Value(await ledger.StatementAsync());
        Assert.Equal(["data set", "block 2026-Q3", "block 2026-Q4", "block 2027-Q1", "analyst consortium"], statement.Levels.Select(l => l.Level));
        Assert.Equal(2, statement.Terms.Levels.Length);
        Assert.Equal("2026-Q3 2026-Q4", string.Join(' ', statement.Charges[0].Blocks));
        Value(await ledger.RefundAsync("a", "not needed"));
        Value(await ledger.ReserveAsync(Charge("c", rho: 0.02) with { Blocks = ["2026-Q4"] }));
    }

    [Fact]
    public async Task Plan_IsChargedItsRenyiLoss_AndItsTightFigureStandsBesideIt()
    {
        await using var consortium = await StartAsync("city");
        var ledger = consortium.Ledger("city", "trips");
        Value(await ledger.OpenAsync(Terms()));
        var charge = Charge("p") with { Loss = new PrivacyLoss("plan", 0, Steps) };
        Value(await ledger.ReserveAsync(charge));
        Assert.Equal(2, Value(await ledger.ReserveAsync(charge with { Loss = new PrivacyLoss("plan", 0, Steps.Replace(" ", "", StringComparison.Ordinal)) })).Version); // spaces are no other plan

        ChargeLine line;
        while ((line = Value(await ledger.StatementAsync()).Charges.Single()).EpsilonTight is null)
        {
            await Task.Yield(); // It is computed beside the ledger: asking again is how one learns that it is there.
        }

        Assert.True(line.EpsilonTight < line.EpsilonAlone, $"{line.EpsilonTight} tight, {line.EpsilonAlone} by the filter");
        Assert.True(line.EpsilonTight > 1 && line.EpsilonAlone < 4, $"{line.EpsilonTight} tight, {line.EpsilonAlone} by the filter");
        Assert.Equal(line.EpsilonAlone, Value(await ledger.StatementAsync()).EpsilonSoFar);
    }

    [Fact]
    public async Task Plan_WhoseBoundFailsSometimes_NeedsDeltaSetAside()
    {
        await using var consortium = await StartAsync("city");
        var charge = Charge("p") with { Loss = new PrivacyLoss("plan", 0, Sampled) };
        Value(await consortium.Ledger("city", "none").OpenAsync(Terms()));
        Value(await consortium.Ledger("city", "some").OpenAsync(Terms() with { MechanismDelta = 1e-9 }));
        Assert.Equal("ledger.over-budget", Code(await consortium.Ledger("city", "none").ReserveAsync(charge)));
        Value(await consortium.Ledger("city", "some").ReserveAsync(charge));
    }

    [Theory]
    [InlineData("""{"neighbors":"replace-one","events":[{"kind":"gaussian","noiseMultiplier":20}]}""", "ledger.other-neighbours")]
    [InlineData("""{"neighbors":"add-remove","events":[{"kind":"gaussian","noiseMultiplier":-1}]}""", "ledger.bad-request")]
    [InlineData("""{"neighbors":"add-remove","events":[]}""", "ledger.bad-request")]
    [InlineData("nothing", "ledger.bad-request")]
    [InlineData(null, "ledger.bad-request")]
    public async Task Plan_ThatIsNone_IsRefused(string? plan, string code)
    {
        await using var consortium = await StartAsync("city");
        var ledger = consortium.Ledger("city", "trips");
        Value(await ledger.OpenAsync(Terms()));
        Assert.Equal(code, Code(await ledger.ReserveAsync(Charge("p") with { Loss = new PrivacyLoss("plan", 0, plan) })));
        Assert.Equal(1, Value(await ledger.StatementAsync()).Version);
    }
}
