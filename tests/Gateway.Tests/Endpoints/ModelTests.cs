using System.Text;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Gateway.Tests.Hosting;

namespace PrivacyGrains.Gateway.Tests.Endpoints;

public sealed class ModelTests(SharedConsortium shared) : IClassFixture<SharedConsortium>
{
    private readonly TestConsortium _consortium = shared.Consortium;

    [Fact]
    public async Task Model_Registered_IsListedReadAndRetired()
    {
        using var gateway = _consortium.AsOperator();
        var weights = Encoding.UTF8.GetBytes("weights of version one");

        var first = await gateway.Models.RegisterAsync("detector", "logistic", "training/detector", "epsilon 7.9", weights);
        var again = await gateway.Models.RegisterAsync("detector", "logistic", "training/detector", "epsilon 7.9", weights);
        var (version, read) = await gateway.Models.WeightsAsync("detector");

        Assert.Equal((1, 1), (first.Version, again.Version));
        Assert.Equal(weights, read);
        Assert.Equal(first.Digest, version.Digest);
        Assert.Contains(await gateway.Models.ListAsync(), m => m.Model == "detector");
        Assert.NotEqual(first.Status, (await gateway.Models.RetireAsync("detector", 1, "superseded")).Status);
    }

    [Fact]
    public async Task Model_UnknownOrWrong_IsRefusedByName()
    {
        using var gateway = _consortium.AsOperator();

        Assert.Equal("model.unknown-version", (await Assert.ThrowsAsync<GatewayException>(() => gateway.Models.GetAsync("nothing"))).Code);
        (await _consortium.Gateway.SendAsync(HttpMethod.Get, "/v1/models/nothing/versions/3/weights", TestConsortium.Operator)).IsProblem(404, "model.unknown-version");
        (await RegisterAsync($"digest={new string('0', 64)}", [1])).IsProblem(400, "model.bad-digest");
        (await RegisterAsync("digest=short", [1])).IsProblem(400, "request.invalid-parameter");
        (await RegisterAsync("", [1])).IsProblem(400, "request.invalid-parameter");
    }

    [Fact]
    public async Task Model_OtherMediaType_Is415()
    {
        var reply = await _consortium.Gateway.SendAsync(HttpMethod.Post, Register("digest=" + new string('0', 64)), TestConsortium.Operator, "{}");

        reply.IsProblem(415, "request.wrong-media-type");
    }

    [Fact]
    public async Task Model_LongerThanOtherBodies_IsTaken_LongerThanItsOwnLimit_Is413()
    {
        using var gateway = _consortium.AsOperator();

        var version = await gateway.Models.RegisterAsync("large", "logistic", "import", "none", new byte[2 * 1024 * 1024]);

        Assert.Equal(1, version.Version);
        Assert.Equal(("request.too-large", 413), Of(await Assert.ThrowsAsync<GatewayException>(
            () => gateway.Models.RegisterAsync("large", "logistic", "import", "none", new byte[(16 * 1024 * 1024) + 1]))));
    }

    private static (string, int) Of(GatewayException e) => (e.Code, e.Status);

    private Task<GatewayHost.Reply> RegisterAsync(string query, byte[] body) =>
        _consortium.Gateway.SendAsync(HttpMethod.Post, Register(query), TestConsortium.Operator, null, r => r.Content = new ByteArrayContent(body)
        {
            Headers = { ContentType = new("application/octet-stream") },
        });

    private static string Register(string query) => $"/v1/models/wrong/versions?kind=logistic&lineage=import&privacyNote=none&{query}";
}
