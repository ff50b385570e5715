using System.Collections.Immutable;
using System.Reflection;
using PrivacyGrains.Gateway.Hosting;
using PrivacyGrains.Gateway.Tests.Hosting;
using PrivacyGrains.Grains;
using PrivacyGrains.Messages.Keys;

namespace PrivacyGrains.Gateway.Tests.Http;

/// <summary>What the gateway makes of grains that fail, hang or are away.</summary>
public sealed class MappingTests
{
    private static readonly string Operator = ApiKey.Format("op", new byte[32]);

    private static readonly ConsortiumView Consortium = new(
        "test", "Test", 2, new byte[] { 1 }, [new MemberView("hospital-1", "Hospital 1", ["data"], "member", new byte[] { 2 }, "aa")]);

    [Fact]
    public async Task Grain_Throws_Is500WithoutDetail()
    {
        await using var gateway = await StartAsync((_, method) => method.Name == "ListAsync" ? throw new InvalidOperationException("the inside") : null);

        var reply = (await gateway.SendAsync(HttpMethod.Get, "/v1/models", Operator)).IsProblem(500, "internal");

        Assert.Null(reply.Json["detail"]);
        Assert.DoesNotContain("inside", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Grain_NoSiloOfParty_Is503NamingParty()
    {
        await using var gateway = await StartAsync((type, _) =>
            type == typeof(IBudgetLedgerGrain) ? throw new OrleansException("No active nodes are compatible") : null);

        var reply = (await gateway.SendAsync(HttpMethod.Get, "/v1/budgets/hospital-1/records", Operator)).IsProblem(503, "party.unavailable");

        Assert.Contains("hospital-1", (string)reply.Json["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Grain_NoSiloAtAll_Is503AndNotReady()
    {
        await using var gateway = await GatewayHost.StartAsync(FakeGrains.Answering((_, _, _, _) => throw new OrleansException("No silo")));

        (await gateway.SendAsync(HttpMethod.Get, "/v1/consortium", Operator)).IsProblem(503, "cluster.unavailable");
        Assert.Equal(503, (await gateway.SendAsync(HttpMethod.Get, "/health/ready")).Status);
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Get, "/health/live")).Status);
    }

    [Fact]
    public async Task Grain_NeverAnswers_Is504AfterTheDeadline()
    {
        var settings = new GatewaySettings { Consortium = "test", CallDeadline = TimeSpan.FromMilliseconds(50) };
        await using var gateway = await StartAsync(
            (_, method) => method.Name == "ListAsync" ? new TaskCompletionSource<ImmutableArray<CatalogueEntry>>().Task : null, settings);

        (await gateway.SendAsync(HttpMethod.Get, "/v1/models", Operator)).IsProblem(504, "request.deadline");
    }

    [Theory]
    [InlineData(RefusalKind.Invalid, 400)]
    [InlineData(RefusalKind.Forbidden, 403)]
    [InlineData(RefusalKind.NotFound, 404)]
    [InlineData(RefusalKind.Conflict, 409)]
    [InlineData(RefusalKind.Exhausted, 409)]
    [InlineData(RefusalKind.Unavailable, 503)]
    public async Task Refusal_KeepsCodeAndMessage_StatusByKind(RefusalKind kind, int status)
    {
        await using var gateway = await StartAsync((type, _) =>
            type == typeof(IModelGrain) ? Task.FromResult<Reply<ModelView>>(new Refusal("some.code", "Change this.", kind)) : null);

        var reply = (await gateway.SendAsync(HttpMethod.Get, "/v1/models/detector", Operator)).IsProblem(status, "some.code");

        Assert.Equal("Change this.", (string?)reply.Json["detail"]);
    }

    [Fact]
    public async Task Parties_OneSiloAway_ListsItAsAway()
    {
        await using var gateway = await StartAsync((type, _) => type == typeof(IPartyGrain) ? throw new OrleansException("away") : null);

        var reply = await gateway.SendAsync(HttpMethod.Get, "/v1/parties", Operator);

        Assert.Equal(200, reply.Status);
        Assert.False((bool?)reply.Json["items"]![0]!["available"]);
    }

    private static Task<GatewayHost> StartAsync(Func<Type, MethodInfo, object?> answer, GatewaySettings? settings = null) =>
        GatewayHost.StartAsync(
            FakeGrains.Answering((type, _, method, args) => answer(type, method) ?? method.Name switch
            {
                "AuthenticateAsync" => Task.FromResult<Reply<Principal>>(new Principal((string)args[0]!, null, [Scopes.Operator])),
                "GetAsync" when type == typeof(IConsortiumGrain) => Task.FromResult<Reply<ConsortiumView>>(Consortium),
                _ => throw new NotSupportedException($"{type.Name}.{method.Name}"),
            }),
            settings);
}
