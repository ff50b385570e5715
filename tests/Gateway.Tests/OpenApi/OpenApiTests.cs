using System.Text.Json;
using System.Text.Json.Nodes;
using PrivacyGrains.Gateway.Tests.Hosting;

namespace PrivacyGrains.Gateway.Tests.OpenApi;

/// <summary>The HTTP contract: a change of it changes the committed snapshot and gets a line in CHANGELOG.</summary>
public sealed class OpenApiTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task Document_IsTheCommittedSnapshot()
    {
        var received = (await DocumentAsync()).ToJsonString(Indented).ReplaceLineEndings("\n") + "\n";

        var snapshot = Path.Combine(AppContext.BaseDirectory, "OpenApi", "openapi.approved.json");
        var approved = File.Exists(snapshot) ? await File.ReadAllTextAsync(snapshot) : "";
        if (received != approved)
        {
            await File.WriteAllTextAsync(snapshot.Replace("approved", "received", StringComparison.Ordinal), received);
        }

        Assert.True(received == approved, "The OpenAPI document has changed. If it should have, copy openapi.received.json from the test's output folder over tests/Gateway.Tests/OpenApi/openapi.approved.json.");
    }

    [Fact]
    public async Task EveryOperation_HasASummary_ASuccess_AndProblemsWithCodes()
    {
        foreach (var (where, operation) in Operations(await DocumentAsync()))
        {
            Assert.True(!string.IsNullOrEmpty((string?)operation["summary"]) && !string.IsNullOrEmpty((string?)operation["operationId"]), where);
            var responses = operation["responses"]!.AsObject();
            Assert.True(responses.Any(r => r.Key[0] == '2'), where + " has no success");
            foreach (var (status, response) in responses.Where(r => r.Key[0] is '4' or '5'))
            {
                Assert.True(((string?)response!["description"])?.StartsWith('`') == true, $"{where} {status} names no code");
                Assert.NotNull(response["content"]?["application/problem+json"]);
            }

            Assert.All(operation["parameters"]?.AsArray() ?? [], p => Assert.False(string.IsNullOrEmpty((string?)p!["description"]), $"{where} {p["name"]}"));
        }
    }

    [Fact]
    public async Task EveryOperationButJoining_NeedsAKey()
    {
        var open = Operations(await DocumentAsync()).Where(o => o.Operation["security"] is not JsonArray { Count: > 0 }).Select(o => o.Where);

        Assert.Equal(["POST /v1/parties/{party}/join"], open);
    }

    private static async Task<JsonNode> DocumentAsync()
    {
        await using var gateway = await GatewayHost.StartAsync(FakeGrains.Answering((_, _, _, _) => throw new NotSupportedException()));
        var reply = await gateway.SendAsync(HttpMethod.Get, "/openapi/v1.json");
        Assert.Equal(200, reply.Status);
        return reply.Json;
    }

    private static IEnumerable<(string Where, JsonNode Operation)> Operations(JsonNode document) =>
        from path in document["paths"]!.AsObject()
        from method in path.Value!.AsObject()
        select ($"{method.Key.ToUpperInvariant()} {path.Key}", method.Value);
}
