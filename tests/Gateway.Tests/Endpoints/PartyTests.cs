using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Parties;
using PrivacyGrains.Gateway.Tests.Hosting;
using PrivacyGrains.Messages.Parties;

namespace PrivacyGrains.Gateway.Tests.Endpoints;

public sealed class PartyTests(SharedConsortium shared) : IClassFixture<SharedConsortium>
{
    private readonly TestConsortium _consortium = shared.Consortium;

    [Fact]
    public async Task Consortium_ShowsMembersEpochAndEngine()
    {
        using var gateway = _consortium.As("hospital-1");

        var body = await gateway.Parties.ConsortiumAsync();

        Assert.Equal("test", body.Consortium);
        Assert.True(body.Epoch >= 3);
        Assert.Equal(!Engine.EngineInfo.SupportsClustering, body.OneProcess);
        Assert.Contains(body.Members, m => m is { Party: "hospital-1", Status: "member" } && m.Fingerprint.Length == 64);
    }

    [Fact]
    public async Task Parties_DescribedDataSetAndPresence_AreSeenByOthers()
    {
        using var first = _consortium.As("hospital-1");
        using var second = _consortium.As("hospital-2");

        await first.Parties.DescribeDataSetAsync("hospital-1", "tumours", new DescribeDataSetRequest(114, ["radius", "texture"], "records"));
        await first.Parties.NotePresenceAsync("hospital-1", "agent/1");
        var seen = await second.Parties.GetAsync("hospital-1");

        Assert.True(seen.Available);
        Assert.NotNull(seen.AgentSeenAt);
        Assert.Equal(114, Assert.Single(seen.DataSets).Rows);
        Assert.Contains(await second.Parties.ListAsync(), p => p.Member.Party == "hospital-2");
    }

    [Fact]
    public async Task DescribeDataSet_OfAnotherParty_IsRefused()
    {
        using var second = _consortium.As("hospital-2");

        var refused = await Assert.ThrowsAsync<GatewayException>(() =>
            second.Parties.DescribeDataSetAsync("hospital-1", "tumours", new DescribeDataSetRequest(1, ["a"], "records")));

        Assert.Equal(("key.other-party", 403), (refused.Code, refused.Status));
    }

    [Theory]
    [InlineData("""{"rows":-1,"columns":["a"],"budget":"records"}""")]
    [InlineData("""{"rows":1,"columns":[],"budget":"records"}""")]
    [InlineData("""{"rows":1,"columns":["a"],"budget":"Records!"}""")]
    public async Task DescribeDataSet_WrongContent_IsInvalidMember(string json) =>
        (await _consortium.Gateway.SendAsync(HttpMethod.Put, "/v1/parties/hospital-1/data-sets/x", _consortium.KeyOf("hospital-1"), json)).IsProblem(400, "request.invalid-member");

    [Fact]
    public async Task Party_Unknown_Is404()
    {
        var reply = await _consortium.Gateway.SendAsync(HttpMethod.Get, "/v1/parties/nobody", TestConsortium.Operator);

        reply.IsProblem(404, "party.unknown");
    }

    [Fact]
    public async Task Party_NameThatNobodyCanHave_IsInvalidParameter() =>
        (await _consortium.Gateway.SendAsync(HttpMethod.Get, "/v1/parties/No%20body", TestConsortium.Operator)).IsProblem(400, "request.invalid-parameter");

    [Fact]
    public async Task Invite_ByAParty_IsRefused()
    {
        using var first = _consortium.As("hospital-1");

        var refused = await Assert.ThrowsAsync<GatewayException>(() => first.Parties.InviteAsync(new InviteRequest("friend", "Friend", ["data"])));

        Assert.Equal("key.scope", refused.Code);
    }

    [Theory]
    [InlineData("Upper", "data", "consortium.bad-party")]
    [InlineData("dealer-1", "dealer,data", "consortium.bad-roles")]
    [InlineData("hospital-1", "data", "consortium.already-member")]
    public async Task Invite_Wrong_IsRefusedByName(string party, string roles, string code)
    {
        using var gateway = _consortium.AsOperator();

        var refused = await Assert.ThrowsAsync<GatewayException>(() => gateway.Parties.InviteAsync(new InviteRequest(party, "X", roles.Split(','))));

        Assert.Equal(code, refused.Code);
    }

    [Fact]
    public async Task Join_WrongToken_IsRefusedAndWritesNoPins()
    {
        var invitation = await _consortium.InviteAsync("late");
        var broken = invitation[..^4] + (invitation[^4] == 'A' ? 'B' : 'A') + invitation[^3..];

        var refused = await Assert.ThrowsAsync<GatewayException>(() =>
            PartyFolder.JoinAsync(_consortium.FolderOf("late"), new() { BaseAddress = _consortium.Gateway.Address, Attempts = 1 }, broken));

        Assert.Equal("consortium.not-invited", refused.Code);
        Assert.Equal("party.not-joined", Assert.Throws<InputException>(() => PartyFolder.Open(_consortium.FolderOf("late"))).Code);
    }

    [Fact]
    public async Task Join_WithoutOwnCredential_IsAnsweredAKeyThatWorks()
    {
        using var key = Protocols.Identity.SigningKey.Create();
        using var stranger = _consortium.Gateway.Client(null);
        using var gateway = _consortium.AsOperator();
        var invited = await gateway.Parties.InviteAsync(new InviteRequest("plain", "Plain", ["data"]));
        Assert.True(Messages.Keys.InvitationToken.TryHash(invited.Token, out var hash));
        var proof = Protocols.Identity.JoinProof.Sign(key, invited.Consortium, "plain", hash);

        var joined = await stranger.Parties.JoinAsync("plain", new JoinRequestBody(invited.Token, key.PublicKey.Spki.ToArray(), proof));

        using var plain = _consortium.Gateway.Client(joined.ApiKey);
        Assert.Equal("test", (await plain.Parties.ConsortiumAsync()).Consortium);
    }

    [Fact]
    public async Task Join_ProofUnderAnotherKey_IsRefused()
    {
        using var key = Protocols.Identity.SigningKey.Create();
        using var other = Protocols.Identity.SigningKey.Create();
        using var stranger = _consortium.Gateway.Client(null);
        using var gateway = _consortium.AsOperator();
        var invited = await gateway.Parties.InviteAsync(new InviteRequest("forger", "Forger", ["data"]));
        Assert.True(Messages.Keys.InvitationToken.TryHash(invited.Token, out var hash));

        var refused = await Assert.ThrowsAsync<GatewayException>(() => stranger.Parties.JoinAsync(
            "forger", new JoinRequestBody(invited.Token, key.PublicKey.Spki.ToArray(), Protocols.Identity.JoinProof.Sign(other, invited.Consortium, "forger", hash))));

        Assert.Equal(("consortium.bad-proof", 403), (refused.Code, refused.Status));
    }

    [Fact]
    public async Task Join_RunAgain_IsTheSameMembership()
    {
        var invitation = await _consortium.InviteAsync("again");
        var address = new Client.Http.GatewayOptions { BaseAddress = _consortium.Gateway.Address, Attempts = 1 };
        var folder = _consortium.FolderOf("again");
        var first = await PartyFolder.JoinAsync(folder, address, invitation);

        File.Delete(Path.Combine(folder, "party.json")); // as a crash between the answer and the pins would leave it
        var second = await PartyFolder.JoinAsync(folder, address, invitation);

        Assert.Equal(first.ReadApiKey(), second.ReadApiKey());
        using var again = second.Connect();
        Assert.Equal("again", (await again.Parties.GetAsync("again")).Member.Party);
    }

    [Fact]
    public async Task Revoke_EndsTheKeyAtOnce_AndLeavesTheMemberListed()
    {
        await _consortium.JoinAsync("leaver");
        using var leaver = _consortium.As("leaver");
        using var gateway = _consortium.AsOperator();
        await leaver.Parties.ConsortiumAsync(); // the gateway remembers the key as good

        var after = await gateway.Parties.RevokeAsync("leaver", "left the consortium");

        Assert.Contains(after.Members, m => m is { Party: "leaver", Status: "revoked" });
        Assert.Equal("key.revoked", (await Assert.ThrowsAsync<GatewayException>(() => leaver.Parties.ConsortiumAsync())).Code);
        Assert.Equal("consortium.unknown-party", (await Assert.ThrowsAsync<GatewayException>(() => gateway.Parties.RevokeAsync("nobody", "x"))).Code);
    }
}
