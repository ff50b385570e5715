using PrivacyGrains.Client.Errors;
using PrivacyGrains.Gateway.Tests.Hosting;
using PrivacyGrains.Messages.Budgets;

namespace PrivacyGrains.Gateway.Tests.Endpoints;

public sealed class BudgetTests(SharedConsortium shared) : IClassFixture<SharedConsortium>
{
    private readonly TestConsortium _consortium = shared.Consortium;

    [Fact]
    public async Task Charge_ReservedCommitted_StandsInStatementAndEntries()
    {
        using var first = _consortium.As("hospital-1");
        await first.Budgets.OpenAsync("hospital-1", "flow", TestConsortium.Terms());

        var reserved = await first.Budgets.ReserveAsync("hospital-1", "flow", TestConsortium.Charge("round/1"));
        var committed = await first.Budgets.CommitAsync("hospital-1", "flow", "round/1");
        var found = await first.Budgets.FindAsync("hospital-1", "flow", "round/1");
        var statement = await first.Budgets.StatementAsync("hospital-1", "flow");
        var entries = await first.Budgets.AllEntriesAsync("hospital-1", "flow", 10);

        Assert.Equal("reserved", reserved.Status);
        Assert.Equal("committed", committed.Status);
        Assert.Equal(("committed", committed.Version, committed.HeadHash), (found.Status, found.Version, found.HeadHash));
        Assert.Equal(64, committed.Signature.Length);
        var line = Assert.Single(statement.Charges);
        Assert.Equal(("round/1", "committed"), (line.ChargeId, line.Status));
        Assert.True(statement.EpsilonSoFar > 0 && statement.EpsilonLeft < 3);
        Assert.Equal([1L, 2, 3], entries.Select(e => e.Version));
        Assert.Equal(3, (await first.Budgets.HeadAsync("hospital-1", "flow")).Version);
    }

    [Fact]
    public async Task Reserve_SameChargeIdTwice_IsOneCharge_OtherContentIsRefused()
    {
        using var first = _consortium.As("hospital-1");
        await first.Budgets.OpenAsync("hospital-1", "twice", TestConsortium.Terms());
        var once = await first.Budgets.ReserveAsync("hospital-1", "twice", TestConsortium.Charge("a"));

        var again = await first.Budgets.ReserveAsync("hospital-1", "twice", TestConsortium.Charge("a"));
        var other = await Assert.ThrowsAsync<GatewayException>(() => first.Budgets.ReserveAsync("hospital-1", "twice", TestConsortium.Charge("a", rho: 0.02)));

        Assert.Equal(once.Version, again.Version);
        Assert.Equal(("ledger.charge-id-reused", 409), (other.Code, other.Status));
    }

    [Fact]
    public async Task Reserve_OverTheBudget_IsRefusedAndChangesNothing()
    {
        using var first = _consortium.As("hospital-1");
        await first.Budgets.OpenAsync("hospital-1", "small", TestConsortium.Terms(epsilon: 0.5));
        var before = await first.Budgets.StatementAsync("hospital-1", "small");

        var refused = await Assert.ThrowsAsync<GatewayException>(() => first.Budgets.ReserveAsync("hospital-1", "small", TestConsortium.Charge("big", rho: 5)));

        Assert.Equal(("ledger.over-budget", 409), (refused.Code, refused.Status));
        Assert.Equal(before.Version, (await first.Budgets.StatementAsync("hospital-1", "small")).Version);
    }

    [Fact]
    public async Task Refund_GivesBack_CommittedIsNotRefunded_AbortLeavesTheLoss()
    {
        using var first = _consortium.As("hospital-1");
        await first.Budgets.OpenAsync("hospital-1", "back", TestConsortium.Terms());
        await first.Budgets.ReserveAsync("hospital-1", "back", TestConsortium.Charge("a"));
        await first.Budgets.ReserveAsync("hospital-1", "back", TestConsortium.Charge("b"));

        Assert.Equal("refunded", (await first.Budgets.RefundAsync("hospital-1", "back", "a", "no quorum")).Status);
        await first.Budgets.CommitAsync("hospital-1", "back", "b");
        Assert.Equal("ledger.already-committed", (await Assert.ThrowsAsync<GatewayException>(() => first.Budgets.RefundAsync("hospital-1", "back", "b", "changed my mind"))).Code);
        Assert.Equal("aborted-committed", (await first.Budgets.AbortAsync("hospital-1", "back", "b", "a party left")).Status);
        Assert.Equal("ledger.already-refunded", (await Assert.ThrowsAsync<GatewayException>(() => first.Budgets.CommitAsync("hospital-1", "back", "a"))).Code);
        Assert.Equal(("ledger.unknown-charge", 404), Of(await Assert.ThrowsAsync<GatewayException>(() => first.Budgets.CommitAsync("hospital-1", "back", "c"))));
        Assert.True((await first.Budgets.StatementAsync("hospital-1", "back")).EpsilonSoFar > 0);
    }

    [Fact]
    public async Task Disclosure_CountsAgainstItsQuota_AndHasNoEpsilon()
    {
        using var first = _consortium.As("hospital-1");
        await first.Budgets.OpenAsync("hospital-1", "scores", TestConsortium.Terms());
        static ReserveChargeRequest Scores(string id, long count) => new(id, "disclosure", "score", "hospital-2", new string('b', 64), null, count);

        await first.Budgets.ReserveAsync("hospital-1", "scores", Scores("one", 4));
        var over = await Assert.ThrowsAsync<GatewayException>(() => first.Budgets.ReserveAsync("hospital-1", "scores", Scores("two", 2)));
        var none = await Assert.ThrowsAsync<GatewayException>(() => first.Budgets.ReserveAsync("hospital-1", "scores", Scores("three", 1) with { Purpose = "rank" }));
        var statement = await first.Budgets.StatementAsync("hospital-1", "scores");

        Assert.Equal(("ledger.over-quota", 409), Of(over));
        Assert.Equal(("ledger.no-disclosure-policy", 403), Of(none));
        Assert.Equal((0, 1L), (statement.EpsilonSoFar, statement.DisclosuresLeft["score"]));
    }

    [Fact]
    public async Task Open_OtherTerms_IsRefused_SameTermsAreTheSame()
    {
        using var first = _consortium.As("hospital-1");
        await first.Budgets.OpenAsync("hospital-1", "terms", TestConsortium.Terms());

        await first.Budgets.OpenAsync("hospital-1", "terms", TestConsortium.Terms());
        Assert.Equal("ledger.opened-otherwise", (await Assert.ThrowsAsync<GatewayException>(() => first.Budgets.OpenAsync("hospital-1", "terms", TestConsortium.Terms(9)))).Code);
    }

    [Fact]
    public async Task Budget_OfAnotherParty_IsReadButNotCharged()
    {
        using var second = _consortium.As("hospital-2");

        Assert.Equal("records", (await second.Budgets.StatementAsync("hospital-1", "records")).Budget);
        Assert.Equal(("key.other-party", 403), Of(await Assert.ThrowsAsync<GatewayException>(() => second.Budgets.ReserveAsync("hospital-1", "records", TestConsortium.Charge("x")))));
        Assert.Equal(("key.other-party", 403), Of(await Assert.ThrowsAsync<GatewayException>(() => second.Budgets.OpenAsync("hospital-1", "mine", TestConsortium.Terms()))));
    }

    [Fact]
    public async Task Budgets_AreListedWithWhatIsLeft()
    {
        using var gateway = _consortium.AsOperator();

        var listed = Assert.Single(await gateway.Budgets.ListAsync(), b => b is { Party: "hospital-1", Budget: "records" });

        Assert.Equal((true, 3), (listed.Available, listed.Epsilon));
        Assert.InRange(listed.EpsilonLeft!.Value, 2.9999, 3); // rounded down
    }

    [Fact]
    public async Task Budget_NotOpenOrOfNobody_Is404()
    {
        using var gateway = _consortium.AsOperator();

        Assert.Equal(("ledger.not-open", 404), Of(await Assert.ThrowsAsync<GatewayException>(() => gateway.Budgets.StatementAsync("hospital-1", "none"))));
        Assert.Equal(("party.unknown", 404), Of(await Assert.ThrowsAsync<GatewayException>(() => gateway.Budgets.StatementAsync("nobody", "records"))));
    }

    [Theory]
    [InlineData("""{"epsilon":-1,"delta":1e-6,"neighbours":"add-remove","unit":"x"}""", "request.invalid-member")]
    [InlineData("""{"epsilon":0,"delta":1e-6,"neighbours":"add-remove","unit":"x"}""", "request.invalid-member")]
    [InlineData("""{"epsilon":1,"delta":1,"neighbours":"add-remove","unit":"x"}""", "request.invalid-member")]
    [InlineData("""{"epsilon":1,"delta":1e-6,"neighbours":"twins","unit":"x"}""", "request.invalid-member")]
    [InlineData("""{"epsilon":1,"delta":1e-6,"neighbours":"add-remove","unit":"x","disclosureQuotas":{"score":-1}}""", "request.invalid-member")]
    [InlineData("""{"epsilon":"NaN","delta":1e-6,"neighbours":"add-remove","unit":"x"}""", "request.not-finite")]
    [InlineData("""{"epsilon":1e999,"delta":1e-6,"neighbours":"add-remove","unit":"x"}""", "request.not-finite")]
    [InlineData("""{"epsilon":NaN,"delta":1e-6,"neighbours":"add-remove","unit":"x"}""", "request.not-json")]
    [InlineData("""{"epsilon":"1","delta":1e-6,"neighbours":"add-remove","unit":"x"}""", "request.invalid-member")]
    [InlineData("""{"epsilon":1,"delta":1e-6,"neighbours":"add-remove","unit":"x","limit":2}""", "request.unknown-member")]
    [InlineData("""{"epsilon":1,"epsilon":2,"delta":1e-6,"neighbours":"add-remove","unit":"x"}""", "request.duplicate-member")]
    [InlineData("""{"Epsilon":1,"delta":1e-6,"neighbours":"add-remove","unit":"x"}""", "request.unknown-member")]
    [InlineData("""{"epsilon":1,"delta":1e-6,"neighbours":"add-remove"}""", "request.missing-member")]
    [InlineData("""{"epsilon":1,"delta":1e-6,"neighbours":null,"unit":"x"}""", "request.invalid-member")]
    [InlineData("""{"epsilon":1,""", "request.not-json")]
    [InlineData("", "request.not-json")]
    public async Task Open_WrongBody_IsRefusedByName_AndOpensNothing(string json, string code)
    {
        (await _consortium.Gateway.SendAsync(HttpMethod.Put, "/v1/budgets/hospital-1/wrong", _consortium.KeyOf("hospital-1"), json)).IsProblem(400, code);

        (await _consortium.Gateway.SendAsync(HttpMethod.Get, "/v1/budgets/hospital-1/wrong", TestConsortium.Operator)).IsProblem(404, "ledger.not-open");
    }

    [Theory]
    [InlineData("""{"chargeId":"","kind":"charge","purpose":"p","recipient":"r","binding":"B","loss":{"mechanism":"zcdp","parameter":1}}""")]
    [InlineData("""{"chargeId":"a%2Fb","kind":"charge","purpose":"p","recipient":"r","binding":"B","loss":{"mechanism":"zcdp","parameter":1}}""")]
    [InlineData("""{"chargeId":"a","kind":"gift","purpose":"p","recipient":"r","binding":"B","loss":{"mechanism":"zcdp","parameter":1}}""")]
    [InlineData("""{"chargeId":"a","kind":"charge","purpose":"p","recipient":"r","binding":"B"}""")]
    [InlineData("""{"chargeId":"a","kind":"charge","purpose":"p","recipient":"r","binding":"B","loss":{"mechanism":"zcdp","parameter":-1}}""")]
    [InlineData("""{"chargeId":"a","kind":"charge","purpose":"p","recipient":"r","binding":"B","loss":{"mechanism":"magic","parameter":1}}""")]
    [InlineData("""{"chargeId":"a","kind":"disclosure","purpose":"score","recipient":"r","binding":"B","count":0}""")]
    [InlineData("""{"chargeId":"a","kind":"charge","purpose":"p","recipient":"r","binding":"xyz","loss":{"mechanism":"zcdp","parameter":1}}""")]
    public async Task Reserve_WrongContent_IsInvalidMember(string json) =>
        (await _consortium.Gateway.SendAsync(
            HttpMethod.Post, "/v1/budgets/hospital-1/records/charges", _consortium.KeyOf("hospital-1"), json.Replace("\"B\"", $"\"{new string('c', 64)}\"", StringComparison.Ordinal)))
        .IsProblem(400, "request.invalid-member");

    [Theory]
    [InlineData("?after=-1", "request.invalid-parameter")]
    [InlineData("?limit=100000", "request.invalid-parameter")]
    [InlineData("?limit=many", "request.invalid-parameter")]
    public async Task Entries_WrongParameter_IsRefused(string query, string code) =>
        (await _consortium.Gateway.SendAsync(HttpMethod.Get, "/v1/budgets/hospital-1/records/entries" + query, TestConsortium.Operator)).IsProblem(400, code);

    private static (string, int) Of(GatewayException e) => (e.Code, e.Status);
}
