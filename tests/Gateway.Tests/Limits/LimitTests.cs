using System.Net.Sockets;
using System.Text;
using PrivacyGrains.Gateway.Hosting;
using PrivacyGrains.Gateway.Tests.Hosting;

namespace PrivacyGrains.Gateway.Tests.Limits;

public sealed class LimitTests
{
    private const string Invite = """{"party":"hospital-9","displayName":"Nine","roles":["data"]}""";

    [Fact]
    public async Task Body_LongerThanTheLimit_Is413()
    {
        await using var consortium = await TestConsortium.StartAsync(new GatewaySettings { MaximumBodyBytes = 1000 });

        var reply = await consortium.Gateway.SendAsync(
            HttpMethod.Post, "/v1/parties", TestConsortium.Operator, $$"""{"party":"x","displayName":"{{new string('x', 2000)}}","roles":["data"]}""");

        reply.IsProblem(413, "request.too-large");
    }

    [Fact]
    public async Task Rate_OverTheBurst_Is429WithRetryAfter_PerCredential()
    {
        await using var consortium = await TestConsortium.StartAsync(new GatewaySettings { Rates = new RateSettings { CredentialPerSecond = 1, CredentialBurst = 4 } });
        var auditor = await consortium.KeyAsync("auditor"); // the operator's first

        GatewayHost.Reply? refused = null;
        for (var i = 0; i < 50 && refused is null; i++)
        {
            refused = await consortium.Gateway.SendAsync(HttpMethod.Get, "/v1/consortium", TestConsortium.Operator) is { Status: not 200 } r ? r : null;
        }

        refused!.IsProblem(429, "request.too-many");
        Assert.InRange(int.Parse(refused.Header("Retry-After"), System.Globalization.CultureInfo.InvariantCulture), 1, 60);
        Assert.Equal(200, (await consortium.Gateway.SendAsync(HttpMethod.Get, "/v1/consortium", auditor)).Status); // another credential has its own bucket
        Assert.Equal(200, (await consortium.Gateway.SendAsync(HttpMethod.Get, "/health/ready")).Status);
    }

    [Fact]
    public async Task Rate_OfAnAddress_HoldsBackGuessedKeys()
    {
        await using var consortium = await TestConsortium.StartAsync(new GatewaySettings { Rates = new RateSettings { AddressPerSecond = 1, AddressBurst = 3 } });

        GatewayHost.Reply? refused = null;
        for (var i = 0; i < 50 && refused is null; i++)
        {
            refused = await consortium.Gateway.SendAsync(HttpMethod.Get, "/v1/consortium", "pgk_guess_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA") is { Status: 429 } r ? r : null;
        }

        refused!.IsProblem(429, "request.too-many");
    }

    [Fact]
    public async Task Headers_TooLong_AreRefusedByTheServer()
    {
        await using var consortium = await TestConsortium.StartAsync();

        var reply = await consortium.Gateway.SendAsync(HttpMethod.Get, "/health/live", null, null, r => r.Headers.Add("X-Long", new string('x', 20_000)));

        Assert.Equal(431, reply.Status);
    }

    [Fact]
    public async Task Request_ThatBreaksHttp_IsRefusedAndTheGatewayGoesOn()
    {
        await using var consortium = await TestConsortium.StartAsync();
        using var socket = new TcpClient(consortium.Gateway.Address.Host, consortium.Gateway.Address.Port);
        await socket.GetStream().WriteAsync("NONSENSE\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(socket.GetStream(), Encoding.ASCII);

        Assert.Contains("400", await reader.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Equal(200, (await consortium.Gateway.SendAsync(HttpMethod.Get, "/health/live")).Status);
    }

    [Fact]
    public async Task IdempotencyKey_SameRequest_IsAnsweredTheSame_OtherRequestIsRefused()
    {
        await using var consortium = await TestConsortium.StartAsync();
        Task<GatewayHost.Reply> SendAsync(string path, string body, string key, string? caller = null) =>
            consortium.Gateway.SendAsync(HttpMethod.Post, path, caller ?? TestConsortium.Operator, body, r => r.Headers.Add("Idempotency-Key", key));

        var first = await SendAsync("/v1/parties", Invite, "one");
        var again = await SendAsync("/v1/parties", Invite, "one");

        Assert.Equal((201, first.Text), (again.Status, again.Text)); // the same token: no second invitation was made
        Assert.Equal("true", again.Header("Idempotency-Replayed"));
        Assert.Equal(first.Header("Location"), again.Header("Location"));
        (await SendAsync("/v1/parties", Invite.Replace("Nine", "Neuf", StringComparison.Ordinal), "one")).IsProblem(422, "idempotency.key-reused");
        (await SendAsync("/v1/keys", Invite, "one")).IsProblem(422, "idempotency.key-reused");
        (await SendAsync("/v1/parties", Invite, "with space")).IsProblem(400, "idempotency.key-invalid");
        (await SendAsync("/v1/parties", Invite, new string('k', 129))).IsProblem(400, "idempotency.key-invalid");
        var other = await SendAsync("/v1/parties", Invite, "two");
        Assert.NotEqual((string?)first.Json["token"], (string?)other.Json["token"]);

        // A key belongs to whoever sent it.
        (await SendAsync("/v1/parties", Invite, "one", await consortium.KeyAsync("auditor"))).IsProblem(403, "key.scope");
        var secondOperator = await SendAsync("/v1/parties", Invite, "one", await consortium.KeyAsync("operator"));
        Assert.Empty(secondOperator.Header("Idempotency-Replayed"));
    }

    [Fact]
    public async Task IdempotencyKey_OfARefusal_RepeatsTheRefusal()
    {
        await using var consortium = await TestConsortium.StartAsync();
        Task<GatewayHost.Reply> SendAsync() => consortium.Gateway.SendAsync(
            HttpMethod.Post, "/v1/parties", TestConsortium.Operator, Invite.Replace("hospital-9", "Bad Name", StringComparison.Ordinal), r => r.Headers.Add("Idempotency-Key", "bad"));

        var first = (await SendAsync()).IsProblem(400, "consortium.bad-party");

        Assert.Equal(first.Text, (await SendAsync()).IsProblem(400, "consortium.bad-party").Text);
    }

    [Fact]
    public async Task IdempotencyMemory_ForgetsTheOldest()
    {
        await using var consortium = await TestConsortium.StartAsync(new GatewaySettings { Idempotency = new IdempotencySettings { Entries = 1 } });
        Task<GatewayHost.Reply> SendAsync(string key) =>
            consortium.Gateway.SendAsync(HttpMethod.Post, "/v1/parties", TestConsortium.Operator, Invite, r => r.Headers.Add("Idempotency-Key", key));

        var first = await SendAsync("a");
        await SendAsync("b");
        await SendAsync("c");

        Assert.NotEqual(first.Text, (await SendAsync("a")).Text);
    }
}
