using System.Text;
using System.Text.Json.Nodes;
using PrivacyGrains.Client.Agents;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Messages.Rounds;

namespace PrivacyGrains.Gateway.Tests.Agents;

/// <summary>Agents against a gateway that lies, and the gateway against agents that do.</summary>
[Collection(AgentWorld.Collection)]
public sealed class HostilePeerTests(AgentWorld world)
{
    [Fact]
    public async Task Upload_OfAnEarlierRound_IsRefusedAndTheOwnOneStillCounts()
    {
        await using var scene = await AgentScene.OpenAsync(world, "replay");
        using var wire = new Wire();
        var bodies = new List<byte[]>();
        var refusal = "";
        wire.Before = async (what, request) =>
        {
            if (what != "POST upload")
            {
                return;
            }

            bodies.Add(await request.Content!.ReadAsByteArrayAsync());
            if (bodies.Count == 2)
            {
                using var gateway = world.Consortium.As("hospital-1");
                refusal = (await Assert.ThrowsAsync<GatewayException>(() => gateway.Rounds.SubmitAsync(scene.Name, 2, RoundStep.Upload, bodies[0]))).Code;
            }
        };
        scene.Start("hospital-1", wire: wire);
        scene.StartAll(but: "hospital-1");

        var job = await scene.TrainAsync(scene.Training(steps: 2));

        Assert.Equal("round.uncharged", refusal); // the receipt in it is bound to the first round
        Assert.Equal(AgentScene.Hospitals, job.Rounds[1].Survivors);
    }

    [Fact]
    public async Task Upload_OfAnEarlierRoundUnderTheNewReceipt_IsAForeignSession()
    {
        await using var scene = await AgentScene.OpenAsync(world, "replay-paid");
        using var wire = new Wire();
        var bodies = new List<byte[]>();
        var refusal = "";
        wire.Before = async (what, request) =>
        {
            if (what != "POST upload")
            {
                return;
            }

            bodies.Add(await request.Content!.ReadAsByteArrayAsync());
            if (bodies.Count == 2)
            {
                Assert.True(MaskedUpload.TryRead(bodies[0], out _, out var masked, out _));
                Assert.True(MaskedUpload.TryRead(bodies[1], out var receipt, out _, out _));
                using var gateway = world.Consortium.As("hospital-1");
                refusal = (await Assert.ThrowsAsync<GatewayException>(() => gateway.Rounds.UploadAsync(scene.Name, 2, receipt, masked))).Code;
            }
        };
        scene.Start("hospital-1", wire: wire);
        scene.StartAll(but: "hospital-1");

        var job = await scene.TrainAsync(scene.Training(steps: 2));

        Assert.Equal("secagg.foreign-session", refusal);
        Assert.Equal(AgentScene.Hospitals, job.Rounds[1].Survivors);
    }

    [Theory]
    [InlineData("share")]
    [InlineData("upload")]
    public async Task Message_CutShort_IsRefusedByNameAndTheWholeOneStillCounts(string step)
    {
        await using var scene = await AgentScene.OpenAsync(world, $"cut-{step}");
        using var wire = new Wire();
        var refusal = "";
        wire.Before = async (what, request) =>
        {
            if (what == $"POST {step}")
            {
                var body = await request.Content!.ReadAsByteArrayAsync();
                using var gateway = world.Consortium.As("hospital-1");
                var refused = await Assert.ThrowsAsync<GatewayException>(() => gateway.Rounds.SubmitAsync(scene.Name, 1, RoundStep.Find(step)!, body.AsMemory(0, body.Length - 8)));
                refusal = refused.Code;
                Assert.Equal(400, refused.Status);
            }
        };
        scene.Start("hospital-1", wire: wire);
        scene.StartAll(but: "hospital-1");

        var query = await scene.AskAsync(scene.Count());

        Assert.Equal("secagg.malformed", refusal);
        Assert.Equal(AgentScene.Hospitals, query.Answer!.Contributors);
    }

    [Fact]
    public async Task Upload_AfterItStands_TheSameBytesAreTakenSilentlyAndOthersAreEquivocation()
    {
        await using var scene = await AgentScene.OpenAsync(world, "again");
        using var wire = new Wire();
        byte[] body = [];
        var refusal = "";
        wire.Before = async (what, request) => body = what == "POST upload" ? await request.Content!.ReadAsByteArrayAsync() : body;
        wire.After = async (what, answer) =>
        {
            if (what == "POST upload")
            {
                using var gateway = world.Consortium.As("hospital-1");
                await gateway.Rounds.SubmitAsync(scene.Name, 1, RoundStep.Upload, body);
                refusal = (await Assert.ThrowsAsync<GatewayException>(() => gateway.Rounds.SubmitAsync(scene.Name, 1, RoundStep.Upload, body.AsMemory(0, body.Length - 1)))).Code;
            }

            return answer;
        };
        scene.Start("hospital-1", wire: wire);
        scene.StartAll(but: "hospital-1");

        var query = await scene.AskAsync(scene.Count());

        Assert.Equal("secagg.equivocation", refusal);
        Assert.Equal(AgentScene.Hospitals, query.Answer!.Contributors);
    }

    [Fact]
    public async Task Receipt_ThatThePartyDidNotSign_NothingIsUploaded()
    {
        await using var scene = await AgentScene.OpenAsync(world, "forged-receipt");
        using var wire = new Wire();
        var uploads = 0;
        wire.Before = (what, _) => Task.FromResult(uploads += what == "POST upload" ? 1 : 0);
        wire.After = (what, answer) => what == "POST commit" ? ChangeAsync(answer, json => json["epsilonLeft"] = 1e9) : Task.FromResult(answer);
        var agent = scene.Start("hospital-1", wire: wire);
        scene.StartAll(but: "hospital-1");

        var query = await scene.AskAsync(scene.Count());

        Assert.StartsWith("agent.wrong-receipt", (await agent.UntilAsync(AgentStep.Refused, scene.Name)).Detail);
        Assert.DoesNotContain("hospital-1", query.Answer!.Contributors);
        Assert.Equal(0, uploads);
        await agent.UntilAsync(AgentStep.Settled, scene.Name);
        Assert.Equal([(1, "aborted-committed")], await scene.ChargesAsync("hospital-1"));
    }

    [Theory]
    [InlineData("session", "agent.other-round")]
    [InlineData("computation", "agent.other-computation")]
    [InlineData("participants", "agent.unknown-participant")]
    [InlineData("epoch", "agent.other-epoch")]
    [InlineData("reconstructionThreshold", "agent.other-roster")]
    [InlineData("colluders", "agent.other-roster")]
    public async Task Plan_ThatIsNotWhatTheOthersSee_IsRefusedBeforeAnythingIsReserved(string member, string code)
    {
        await using var scene = await AgentScene.OpenAsync(world, $"lie-{member.ToLowerInvariant()}");
        using var wire = new Wire();
        wire.After = (what, answer) => what == "GET 1" ? ChangeAsync(answer, json =>
        {
            var plan = (JsonObject)json["plan"]!;
            plan[member] = member switch
            {
                "session" => "query.another.1.00000000",
                "computation" => ((string)plan[member]!).Replace("\"rho\":0.5", "\"rho\":0.25", StringComparison.Ordinal),
                "participants" => Swapped((JsonArray)plan[member]!),
                "epoch" => 1_000_000,
                "reconstructionThreshold" => 5,
                _ => 0,
            };
            plan["minimumCohort"] = member == "reconstructionThreshold" ? 5 : (int)plan["minimumCohort"]!;
        }) : Task.FromResult(answer);
        var agent = scene.Start("hospital-1", wire: wire);
        scene.StartAll(but: "hospital-1");

        var query = await scene.AskAsync(scene.Count());

        Assert.StartsWith(code, (await agent.UntilAsync(AgentStep.Refused, scene.Name)).Detail);
        Assert.DoesNotContain("hospital-1", query.Answer!.Contributors);
        Assert.Empty(await scene.ChargesAsync("hospital-1"));
    }

    // Another member's key under a participant's name.
    private static JsonArray Swapped(JsonArray participants)
    {
        var copy = (JsonArray)participants.DeepClone();
        copy[1]!["verificationKey"] = (string)participants[2]!["verificationKey"]!;
        return copy;
    }

    private static async Task<HttpResponseMessage> ChangeAsync(HttpResponseMessage answer, Action<JsonNode> change)
    {
        var json = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        change(json);
        answer.Content = new StringContent(json.ToJsonString(), Encoding.UTF8, "application/json");
        return answer;
    }
}
