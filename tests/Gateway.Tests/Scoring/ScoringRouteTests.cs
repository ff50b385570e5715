using System.Text;
using PrivacyGrains.Ckks.Formats;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Scoring;
using PrivacyGrains.Gateway.Tests.Hosting;
using PrivacyGrains.Messages.Scoring;

namespace PrivacyGrains.Gateway.Tests.Scoring;

/// <summary>What strangers, hostile clients and repeated requests get, over a real socket.</summary>
public sealed class ScoringRouteTests
{
    [Fact]
    public async Task Parameters_AreSealsOwn_InTheDialectThatWasAsked()
    {
        await using var world = await ScoringWorld.StartAsync();
        using var gateway = world.AsClient();
        var version = (await gateway.EncryptedModels.GetAsync(ScoringWorld.Model)).Versions[0];

        foreach (var (dialect, expected) in new[] { ("4.1", new SealVersion(4, 1)), ("3.7", new SealVersion(3, 7)), ("4.1.2", new SealVersion(4, 1)) })
        {
            Assert.Null(SealReader.ReadParameters(await gateway.EncryptedModels.ParametersAsync(ScoringWorld.Model, dialect), out var parameters, out var framing));
            Assert.Equal(expected, framing.Version);
            Assert.Equal(version.Parameters.Primes, parameters!.Primes.Select(p => $"{p}"));
        }

        (await world.SendAsync(HttpMethod.Get, "/parameters?version=3.2")).IsProblem(400, "ckks.version");
        (await world.SendAsync(HttpMethod.Get, "/parameters?version=four")).IsProblem(400, "request.invalid-parameter");
        (await world.SendAsync(HttpMethod.Get, "/parameters?modelVersion=9")).IsProblem(404, "scoring.unknown-version");
        Assert.Equal([36, 36, 37], version.Parameters.PrimeBits);
    }

    [Fact]
    public async Task KeySet_OfAnotherCredential_IsNotThere()
    {
        await using var world = await ScoringWorld.StartAsync();
        using var gateway = world.AsClient();
        using var client = await EncryptedScoringClient.OpenAsync(gateway.EncryptedModels, ScoringWorld.Model, null, ["batched"]);
        var stranger = await world.Consortium.KeyAsync("analyst");
        var body = ScoringWorld.Encrypt(client, "batched", ScoringWorld.Rows(3));
        var set = $"/key-sets/{client.KeySet}";

        foreach (var key in new[] { stranger, TestConsortium.Operator })
        {
            (await world.SendAsync(HttpMethod.Get, set, null, key)).IsProblem(404, "scoring.unknown-key-set");
            (await world.SendAsync(HttpMethod.Delete, set, null, key)).IsProblem(404, "scoring.unknown-key-set");
            (await world.SendAsync(HttpMethod.Put, set + "/public", body, key)).IsProblem(404, "scoring.unknown-key-set");
            (await world.SendAsync(HttpMethod.Post, set + "/scores", body, key)).IsProblem(404, "scoring.unknown-key-set");
        }

        (await world.SendAsync(HttpMethod.Post, "/key-sets", null, await world.Consortium.KeyAsync("auditor"))).IsProblem(403, "key.scope");
        Assert.Equal(200, (await world.SendAsync(HttpMethod.Get, set)).Status);
        Assert.Equal(204, (await world.SendAsync(HttpMethod.Delete, set)).Status);
        (await world.SendAsync(HttpMethod.Get, set)).IsProblem(404, "scoring.unknown-key-set");
    }

    [Fact]
    public async Task Upload_OfASecretKey_OrOfAnythingElse_IsRefusedByName()
    {
        await using var world = await ScoringWorld.StartAsync();
        using var gateway = world.AsClient();
        using var client = await EncryptedScoringClient.OpenAsync(gateway.EncryptedModels, ScoringWorld.Model);
        var set = $"/key-sets/{client.KeySet}";
        var secret = ScoringWorld.SecretKeyOf(client);

        foreach (var kind in new[] { "public", "galois", "relinearization" })
        {
            (await world.SendAsync(HttpMethod.Put, $"{set}/{kind}", secret)).IsProblem(400, "ckks.secret-key");
        }

        (await world.SendAsync(HttpMethod.Post, set + "/scores?requestId=a", [.. secret, .. secret, .. secret])).IsProblem(400, "ckks.secret-key");
        (await world.SendAsync(HttpMethod.Put, set + "/secret", secret)).IsProblem(400, "scoring.bad-kind");
        (await world.SendAsync(HttpMethod.Put, set + "/public?digest=abc", secret)).IsProblem(400, "request.invalid-parameter");
        (await world.SendAsync(HttpMethod.Put, set + $"/public?digest={new string('0', 64)}", secret)).IsProblem(400, "scoring.bad-digest");
        (await world.SendAsync(HttpMethod.Put, set + "/public", [])).IsProblem(400, "ckks.truncated");
        (await world.SendAsync(HttpMethod.Put, set + "/public", Encoding.ASCII.GetBytes("hello, this is no key at all"))).IsProblem(400, "ckks.header");
        (await world.SendAsync(HttpMethod.Put, set + "/public", new byte[3_000_000])).IsProblem(413, "request.too-large");
        Assert.Equal(2, (await gateway.EncryptedModels.GetKeySetAsync(ScoringWorld.Model, client.KeySet)).Keys.Count); // what was there stays
    }

    [Fact]
    public async Task Scores_OfMalformedBodies_AreRefused_AndCountNothing()
    {
        await using var world = await ScoringWorld.StartAsync();
        using var gateway = world.AsClient();
        using var client = await EncryptedScoringClient.OpenAsync(gateway.EncryptedModels, ScoringWorld.Model, null, ["batched"]);
        var scores = $"/key-sets/{client.KeySet}/scores";
        var body = ScoringWorld.Encrypt(client, "batched", ScoringWorld.Rows(3));

        (await world.SendAsync(HttpMethod.Post, scores, [])).IsProblem(400, "scoring.score-inputs");
        (await world.SendAsync(HttpMethod.Post, scores, body[..^1])).IsProblem(400, "ckks.truncated");
        (await world.SendAsync(HttpMethod.Post, scores, [.. body, 0])).IsProblem(400, "scoring.score-inputs");
        (await world.SendAsync(HttpMethod.Post, scores, Spoilt(body, 20))).IsProblem(400, "ckks.parameters");
        (await world.SendAsync(HttpMethod.Post, scores + "?layout=packed", body)).IsProblem(409, "scoring.keys-missing");
        (await world.SendAsync(HttpMethod.Post, scores + "?layout=diagonal", body)).IsProblem(400, "scoring.unknown-layout");
        (await world.SendAsync(HttpMethod.Post, scores + "?packing=rar", body)).IsProblem(400, "ckks.compression");
        (await world.SendAsync(HttpMethod.Post, scores + "?requestId=a%20b", body)).IsProblem(400, "scoring.bad-request-id");
        (await world.SendAsync(HttpMethod.Post, scores + "?modelVersion=3", body)).IsProblem(404, "scoring.unknown-version");
        (await world.SendAsync(HttpMethod.Post, "/key-sets/no.set/scores", body)).IsProblem(400, "request.invalid-parameter");
        Assert.Equal(0, (await gateway.EncryptedModels.GetAsync(ScoringWorld.Model)).Quota.Used);
    }

    [Fact]
    public async Task Scores_RepeatedUnderOneId_CountOnce_AndTwoAtOnceNeverPassTheQuota()
    {
        await using var world = await ScoringWorld.StartAsync(rows: 2 * 2048);
        using var gateway = world.AsClient();
        using var client = await EncryptedScoringClient.OpenAsync(gateway.EncryptedModels, ScoringWorld.Model, null, ["batched"]);
        var scores = $"/key-sets/{client.KeySet}/scores";
        var body = ScoringWorld.Encrypt(client, "batched", ScoringWorld.Rows(3));

        var first = await world.SendAsync(HttpMethod.Post, scores + "?requestId=a", body);
        var again = await world.SendAsync(HttpMethod.Post, scores + "?requestId=a", body);
        Assert.Equal(("2048", "0", "2048"), (first.Header(ScoringHeaders.Rows), again.Header(ScoringHeaders.Rows), again.Header(ScoringHeaders.Left)));
        (await world.SendAsync(HttpMethod.Post, scores + "?requestId=a", ScoringWorld.Encrypt(client, "batched", ScoringWorld.Rows(2)))).IsProblem(409, "scoring.request-id-reused");

        var both = await Task.WhenAll(world.SendAsync(HttpMethod.Post, scores + "?requestId=b", body), world.SendAsync(HttpMethod.Post, scores + "?requestId=c", body));
        Assert.Equal([200, 409], both.Select(r => r.Status).Order());
        both.Single(r => r.Status == 409).IsProblem(409, "scoring.quota-used-up");

        using var owner = world.Consortium.As(ScoringWorld.Owner);
        var credential = (await gateway.EncryptedModels.GetAsync(ScoringWorld.Model)).Quota.Credential;
        Assert.Equal(2048, (await owner.EncryptedModels.AllowAsync(ScoringWorld.Model, credential, 3 * 2048)).Left);
        Assert.Equal("scoring.not-the-owner", (await Assert.ThrowsAsync<GatewayException>(async () =>
        {
            await world.Consortium.JoinAsync("hospital-2");
            using var other = world.Consortium.As("hospital-2");
            await other.EncryptedModels.AllowAsync(ScoringWorld.Model, credential, 10);
        })).Code);
        Assert.Equal(200, (await world.SendAsync(HttpMethod.Post, scores + "?requestId=d", body)).Status);
    }

    [Theory]
    [InlineData("none", SealCompression.None)]
    [InlineData("zlib", SealCompression.Zlib)]
    [InlineData("zstd", SealCompression.Zstd)]
    public async Task Answer_IsInTheRequestsDialect_PackedAsAsked(string packing, SealCompression expected)
    {
        await using var world = await ScoringWorld.StartAsync();
        using var gateway = world.AsClient();
        using var client = await EncryptedScoringClient.OpenAsync(gateway.EncryptedModels, ScoringWorld.Model, null, ["batched"]);
        var layout = client.Version.Layouts.Single(l => l.Layout == "batched");
        var body = RowEncryption.Encrypt(client.Keys, layout, ScoringWorld.Rows(3), new SealFraming(new SealVersion(4, 3), expected));

        var answer = await gateway.EncryptedModels.ScoreAsync(ScoringWorld.Model, client.KeySet, "batched", 0, "r", body);
        using var raw = await SendRawAsync(world, $"/key-sets/{client.KeySet}/scores?requestId=s&packing={packing}", ScoringWorld.Encrypt(client, "batched", ScoringWorld.Rows(3)));

        foreach (var (bytes, version) in new[] { (answer.Bytes, new SealVersion(4, 3)), (await raw.Content.ReadAsByteArrayAsync(), new SealVersion(4, 1)) })
        {
            Assert.Null(SealHeader.TryRead(bytes, out var header));
            Assert.Equal(new SealFraming(version, expected), header.Framing);
            Assert.Equal(ScoringWorld.Score(ScoringWorld.Rows(3)[1]), RowEncryption.Decrypt(client.Keys, layout, 3, 1, bytes)[1][0], layout.ErrorBound);
        }
    }

    [Fact]
    public async Task Register_IsForOwners_AndRefusesByField()
    {
        await using var world = await ScoringWorld.StartAsync();
        using var owner = world.Consortium.As(ScoringWorld.Owner);
        Assert.Single((await owner.EncryptedModels.RegisterAsync(ScoringWorld.Model, ScoringWorld.Registration(1_000_000))).Versions);
        var second = (await owner.EncryptedModels.RegisterAsync(ScoringWorld.Model, ScoringWorld.Registration(1_000_000, null))).Versions[1];
        Assert.Equal((8192, "60 40 40 60"), (second.Parameters.Degree, string.Join(' ', second.Parameters.PrimeBits)));

        Assert.Equal("scoring.bad-parameters", (await Assert.ThrowsAsync<GatewayException>(() => owner.EncryptedModels.RegisterAsync("x", ScoringWorld.Registration(1, 4096, [60, 60])))).Code);
        const string Path = "/v1/encrypted-models/x/versions";
        (await world.Consortium.Gateway.SendAsync(HttpMethod.Post, Path, TestConsortium.Operator, """{"model":{"version":2},"rowsPerCredential":1}""")).IsProblem(400, "scoring.model-format");
        (await world.Consortium.Gateway.SendAsync(HttpMethod.Post, Path, TestConsortium.Operator, """{"rowsPerCredential":1}""")).IsProblem(400, "request.missing-member");
        (await world.Consortium.Gateway.SendAsync(HttpMethod.Post, Path, world.ClientKey, """{"model":{},"rowsPerCredential":1}""")).IsProblem(403, "key.scope");
        (await world.Consortium.Gateway.SendAsync(HttpMethod.Get, "/v1/encrypted-models/x", TestConsortium.Operator)).IsProblem(404, "scoring.unknown-version");
        Assert.Contains((await owner.EncryptedModels.ListAsync()), m => m.Model == ScoringWorld.Model);

        using var client = world.AsClient();
        Assert.Equal("scoring.other-model", (await Assert.ThrowsAsync<GatewayException>(() => EncryptedScoringClient.OpenAsync(client.EncryptedModels, ScoringWorld.Model, new ScoringOptions { Digest = "00" }))).Code);
    }

    private static byte[] Spoilt(byte[] body, int at)
    {
        var spoilt = (byte[])body.Clone();
        spoilt[at] ^= 0x40;
        return spoilt;
    }

    private static async Task<HttpResponseMessage> SendRawAsync(ScoringWorld world, string path, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/encrypted-models/{ScoringWorld.Model}{path}") { Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/octet-stream") } } };
        request.Headers.Authorization = new("Bearer", world.ClientKey);
        return await world.Consortium.Gateway.Raw.SendAsync(request);
    }
}
