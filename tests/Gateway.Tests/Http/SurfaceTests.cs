using PrivacyGrains.Gateway.Tests.Hosting;

namespace PrivacyGrains.Gateway.Tests.Http;

/// <summary>What surrounds the endpoints: unknown routes, headers, health, metrics and the console.</summary>
public sealed class SurfaceTests(SharedConsortium shared) : IClassFixture<SharedConsortium>
{
    private readonly GatewayHost _gateway = shared.Consortium.Gateway;

    [Fact]
    public async Task UnknownRoute_Is404_WrongMethod_Is405()
    {
        (await _gateway.SendAsync(HttpMethod.Get, "/v1/nothing", TestConsortium.Operator)).IsProblem(404, "request.unknown-route");
        (await _gateway.SendAsync(HttpMethod.Get, "/nothing")).IsProblem(404, "request.unknown-route");
        (await _gateway.SendAsync(HttpMethod.Delete, "/v1/consortium", TestConsortium.Operator)).IsProblem(405, "request.wrong-method");
    }

    [Fact]
    public async Task MediaType_ThatIsNotJson_Is415() =>
        (await _gateway.SendAsync(HttpMethod.Post, "/v1/parties", TestConsortium.Operator, null, r => r.Content = new StringContent("party=x"))).IsProblem(415, "request.wrong-media-type");

    [Theory]
    [InlineData("/v1/consortium")]
    [InlineData("/nothing")]
    [InlineData("/")]
    public async Task EveryAnswer_HasTheSecurityHeaders(string path)
    {
        var reply = await _gateway.SendAsync(HttpMethod.Get, path);

        Assert.Equal("nosniff", reply.Header("X-Content-Type-Options"));
        Assert.Equal("DENY", reply.Header("X-Frame-Options"));
        Assert.Contains("frame-ancestors 'none'", reply.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", reply.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Empty(reply.Header("Server"));
    }

    [Fact]
    public async Task Health_IsOpenAndReady()
    {
        Assert.Equal((200, "live"), Of(await _gateway.SendAsync(HttpMethod.Get, "/health/live")));
        Assert.Equal((200, "ready"), Of(await _gateway.SendAsync(HttpMethod.Get, "/health/ready")));
    }

    [Fact]
    public async Task Metrics_HoldTheGatewaysOwn_AndNoNames()
    {
        await _gateway.SendAsync(HttpMethod.Get, "/v1/parties/hospital-1", TestConsortium.Operator);
        await _gateway.SendAsync(HttpMethod.Get, "/v1/parties/secret-name", TestConsortium.Operator);
        var text = (await _gateway.SendAsync(HttpMethod.Get, "/metrics")).Text;

        Assert.Contains("privacygrains_gateway_request_duration_seconds_count", text, StringComparison.Ordinal);
        Assert.Contains("/v1/parties/{party}", text, StringComparison.Ordinal);
        Assert.Contains("privacygrains_gateway_refusals_total{code=\"party.unknown\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-name", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/", "text/html", "console.js")]
    [InlineData("/console.js", "text/javascript", "/v1/audit/events")]
    [InlineData("/console.css", "text/css", "svg.bar")]
    public async Task Console_IsServedFromTheGatewayAlone(string path, string mediaType, string holds)
    {
        var reply = await _gateway.SendAsync(HttpMethod.Get, path);

        Assert.Equal((200, mediaType), (reply.Status, reply.MediaType));
        Assert.Contains(holds, reply.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", reply.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("localStorage", reply.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("innerHTML", reply.Text, StringComparison.Ordinal);
    }

    private static (int, string) Of(GatewayHost.Reply reply) => (reply.Status, reply.Text);
}
