using PrivacyGrains.Client.Errors;
using PrivacyGrains.Gateway.Tests.Hosting;
using PrivacyGrains.Messages.Keys;
using PrivacyGrains.Testing;

namespace PrivacyGrains.Gateway.Tests.Endpoints;

public sealed class KeyTests(SharedConsortium shared) : IClassFixture<SharedConsortium>
{
    private readonly TestConsortium _consortium = shared.Consortium;

    [Theory]
    [InlineData(null, "key.missing")]
    [InlineData("nonsense", "key.invalid")]
    [InlineData("pgk_operator_AAAA", "key.invalid")]
    [InlineData("pgk_operator_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE", "key.invalid")] // another secret
    [InlineData("pgk_nobody_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "key.invalid")]
    public async Task Key_MissingOrWrong_Is401WithAChallenge(string? key, string code)
    {
        var reply = (await _consortium.Gateway.SendAsync(HttpMethod.Get, "/v1/consortium", key)).IsProblem(401, code);

        Assert.StartsWith("Bearer", reply.Header("WWW-Authenticate"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_Created_WorksIsListedWithoutSecret_AndEndsWhenRevoked()
    {
        using var gateway = _consortium.AsOperator();
        var created = await gateway.Keys.CreateAsync(new CreateKeyRequest(["auditor"]));
        using var auditor = _consortium.Gateway.Client(created.ApiKey);

        Assert.True((await auditor.Audit.HeadAsync()).Size > 0);
        var listed = Assert.Single(await gateway.Keys.ListAsync(), k => k.CredentialId == created.CredentialId);
        Assert.Equal((false, "auditor"), (listed.Revoked, Assert.Single(listed.Scopes)));
        Assert.DoesNotContain(created.ApiKey[^43..], (await _consortium.Gateway.SendAsync(HttpMethod.Get, "/v1/keys", TestConsortium.Operator)).Text, StringComparison.Ordinal);

        await gateway.Keys.RevokeAsync(created.CredentialId);
        Assert.Equal(("key.revoked", 401), Of(await Assert.ThrowsAsync<GatewayException>(() => auditor.Audit.HeadAsync())));
    }

    [Fact]
    public async Task Key_Expired_IsRefusedByName()
    {
        var clock = new ManualTimeProvider();
        await using var consortium = await TestConsortium.StartAsync(new() { KeyMemory = TimeSpan.Zero }, clock);
        using var gateway = consortium.AsOperator();
        var created = await gateway.Keys.CreateAsync(new CreateKeyRequest(["auditor"], ExpiresAt: clock.GetUtcNow().AddHours(1)));
        using var auditor = consortium.Gateway.Client(created.ApiKey);
        Assert.True((await auditor.Audit.HeadAsync()).Size > 0);

        clock.Advance(TimeSpan.FromHours(2));

        Assert.Equal(("key.expired", 401), Of(await Assert.ThrowsAsync<GatewayException>(() => auditor.Audit.HeadAsync())));
    }

    [Fact]
    public async Task Key_ThatHasExpiredAlready_IsNotMade()
    {
        using var gateway = _consortium.AsOperator();

        var refused = await Assert.ThrowsAsync<GatewayException>(() => gateway.Keys.CreateAsync(new CreateKeyRequest(["auditor"], ExpiresAt: DateTimeOffset.UnixEpoch)));

        Assert.Equal(("consortium.expired", 400), Of(refused));
    }

    [Fact]
    public async Task Operator_CannotMakeAKeyThatActsForAParty()
    {
        using var gateway = _consortium.AsOperator();

        Assert.Equal("key.other-party", (await Assert.ThrowsAsync<GatewayException>(() => gateway.Keys.CreateAsync(new CreateKeyRequest(["party"], "hospital-1")))).Code);
    }

    [Fact]
    public async Task Party_MakesKeysForItselfOnly_AndSeesItsOwnOnly()
    {
        using var first = _consortium.As("hospital-1");

        var created = await first.Keys.CreateAsync(new CreateKeyRequest(["party"]));

        Assert.Equal("hospital-1", created.Party);
        Assert.All(await first.Keys.ListAsync(), k => Assert.Equal("hospital-1", k.Party));
        Assert.Equal("key.other-party", (await Assert.ThrowsAsync<GatewayException>(() => first.Keys.CreateAsync(new CreateKeyRequest(["party"], "hospital-2")))).Code);
        Assert.Equal("key.scope", (await Assert.ThrowsAsync<GatewayException>(() => first.Keys.CreateAsync(new CreateKeyRequest(["operator"])))).Code);
        Assert.Equal("key.unknown", (await Assert.ThrowsAsync<GatewayException>(() => first.Keys.RevokeAsync("operator"))).Code);
    }

    [Theory]
    [InlineData("analyst", "GET", "/v1/audit/head")]
    [InlineData("analyst", "GET", "/v1/budgets/hospital-1/records")]
    [InlineData("auditor", "POST", "/v1/budgets/hospital-1/records/charges/x/commit")]
    [InlineData("auditor", "GET", "/v1/keys")]
    [InlineData("operator", "PUT", "/v1/parties/hospital-1/presence")]
    public async Task Scope_ThatDoesNotAllowIt_Is403(string scope, string method, string path) =>
        (await _consortium.Gateway.SendAsync(new HttpMethod(method), path, await _consortium.KeyAsync(scope))).IsProblem(403, "key.scope");

    [Fact]
    public async Task LastOperatorKey_CannotBeRevoked()
    {
        await using var consortium = await TestConsortium.StartAsync();
        using var gateway = consortium.AsOperator();

        Assert.Equal(("consortium.last-operator", 409), Of(await Assert.ThrowsAsync<GatewayException>(() => gateway.Keys.RevokeAsync("operator"))));
    }

    private static (string, int) Of(GatewayException e) => (e.Code, e.Status);
}
