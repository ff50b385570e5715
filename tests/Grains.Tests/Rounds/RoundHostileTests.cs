using PrivacyGrains.Grains.Rounds;
using PrivacyGrains.Grains.Tests.Hosting;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Wire;
using static PrivacyGrains.Grains.Tests.Hosting.TestConsortium;
using static PrivacyGrains.Grains.Tests.Rounds.RoundWorld;

namespace PrivacyGrains.Grains.Tests.Rounds;

/// <summary>Participants that replay, forge, do not pay or lie: each is refused by name, and the round goes on or aborts by name.</summary>
public class RoundHostileTests
{
    [Fact]
    public async Task Replay_OfEveryMessage_ChangesNothing()
    {
        await using var world = await RoundWorld.StartAsync();
        var (plan, round, clients) = await world.OpenAsync();
        foreach (var phase in InOrder)
        {
            await AnswerAsync(round, plan, clients, phase, phase);
        }

        var end = await EndAsync(round);
        await AnswerAsync(round, plan, clients, InOrder);
        Assert.Equal((RoundPhases.Completed, end.Survivors.Length), ((await EndAsync(round)).Phase, 5));
        Assert.Equal([15, 150, -15], await SumAsync(round));
    }

    [Theory]
    [InlineData(RoundPhases.AdvertiseKeys)]
    [InlineData(RoundPhases.ShareKeys)]
    [InlineData(RoundPhases.CollectMaskedInputs)]
    public async Task OtherBytes_AfterAnAnswer_AreEquivocation(string phase)
    {
        await using var world = await RoundWorld.StartAsync();
        var (plan, round, clients) = await world.OpenAsync();
        await AnswerAsync(round, plan, clients, Before(phase));
        await AnswerAsync(round, plan, clients[..1], phase);
        var message = await clients[0].AnswerAsync(round, plan, phase);
        var other = message.Payload.ToArray();
        other[^1] ^= 1;
        Assert.Equal("secagg.equivocation", Code(await round.SubmitAsync(message with { Payload = other })));
        await AnswerAsync(round, plan, clients[1..], phase);
        await AnswerAsync(round, plan, clients, From(phase).Skip(1));
        Assert.Equal(RoundPhases.Completed, (await EndAsync(round)).Phase);
        Assert.Equal([15, 150, -15], await SumAsync(round));
    }

    [Theory]
    [InlineData(RoundPhases.AdvertiseKeys)]
    [InlineData(RoundPhases.ShareKeys)]
    [InlineData(RoundPhases.CollectMaskedInputs)]
    [InlineData(RoundPhases.CheckConsistency)]
    [InlineData(RoundPhases.Unmask)]
    public async Task ForgedOrForeignMessages_InAnyPhase_AreRefusedByName(string phase)
    {
        await using var world = await RoundWorld.StartAsync();
        var (plan, round, clients) = await world.OpenAsync();
        await AnswerAsync(round, plan, clients, Before(phase));
        var (mine, yours) = (await clients[0].AnswerAsync(round, plan, phase), await clients[1].AnswerAsync(round, plan, phase));
        var tampered = mine.Payload.ToArray();
        tampered[^1] ^= 1;
        var wrongPhase = phase == RoundPhases.AdvertiseKeys ? RoundPhases.ShareKeys : RoundPhases.AdvertiseKeys;
        Assert.Equal("secagg.wrong-sender", Code(await round.SubmitAsync(mine with { Payload = yours.Payload })));
        Assert.Equal("secagg.wrong-signature", Code(await round.SubmitAsync(mine with { Payload = tampered })));
        Assert.Equal("secagg.malformed", Code(await round.SubmitAsync(mine with { Payload = new byte[] { 1, 2, 3 } })));
        Assert.Equal("secagg.malformed", Code(await round.SubmitAsync(mine with { Payload = default })));
        Assert.Equal("round.not-a-participant", Code(await round.SubmitAsync(mine with { Party = "stranger" })));
        Assert.Equal("round.unknown-phase", Code(await round.SubmitAsync(mine with { Phase = "party" })));
        Assert.Equal(phase == RoundPhases.AdvertiseKeys ? "round.wrong-phase" : "secagg.equivocation", Code(await round.SubmitAsync(mine with { Phase = wrongPhase })));
        Assert.Equal(5, Value(await round.GetAsync(0, 0)).WaitingFor.Length);
        await AnswerAsync(round, plan, clients, From(phase));
        Assert.Equal([15, 150, -15], await SumOfEndAsync(round));
    }

    [Fact]
    public async Task MessageOfAnEarlierRound_IsForeign()
    {
        await using var world = await RoundWorld.StartAsync();
        var (plan, round, clients) = await world.OpenAsync();
        var old = await clients[0].AnswerAsync(round, plan, RoundPhases.AdvertiseKeys);
        var (_, next, _) = await world.OpenAsync(number: 2);
        Assert.Equal("secagg.foreign-session", Code(await next.SubmitAsync(old)));
    }

    public static TheoryData<string> BadReceipts => ["none", "reserved", "refunded", "aborted-committed", "other-binding", "other-session", "other-roster", "other-computation", "other-signer", "other-party", "other-budget", "disclosure"];

    [Theory]
    [MemberData(nameof(BadReceipts))]
    public async Task MaskedInput_WithoutACommittedChargeForThisRound_IsRefused(string kind)
    {
        await using var world = await RoundWorld.StartAsync();
        var (plan, round, clients) = await world.OpenAsync();
        await AnswerAsync(round, plan, clients, Before(RoundPhases.CollectMaskedInputs));
        using var stranger = SigningKey.Create();
        clients[0].Receipt = (p, roster) => kind switch
        {
            "none" => null,
            "other-binding" => clients[0].Committed(p, roster, binding: new string('a', 64)),
            "other-session" => clients[0].Committed(p, roster, binding: ReceiptRules.BindingOf(p with { Session = "training.detector.2.abcd" }, roster)),
            "other-roster" => clients[0].Committed(p, roster, binding: ReceiptRules.BindingOf(p, RoundProtocol.ContextOf(p with { Epoch = p.Epoch + 1 }, TestConsortium.Name).Value.Roster)),
            "other-computation" => clients[0].Committed(p, roster, binding: ReceiptRules.BindingOf(p with { ComputationDigest = new string('a', 64) }, roster)),
            "other-signer" => clients[0].Committed(p, roster, signer: stranger),
            "other-party" => clients[1].Committed(p, roster),
            "other-budget" => clients[0].Committed(p with { Budget = "other" }, roster),
            "disclosure" => clients[0].Committed(p, roster) with { Kind = "disclosure" },
            _ => clients[0].Committed(p, roster, status: kind),
        };
        Assert.Equal("round.uncharged", Code(await SubmitAsync(round, plan, clients[0], RoundPhases.CollectMaskedInputs)));
        Assert.Contains("hospital-1", Value(await round.GetAsync(0, 0)).WaitingFor);
        clients[0].Receipt = null;
        await AnswerAsync(round, plan, clients, From(RoundPhases.CollectMaskedInputs));
        Assert.Equal([15, 150, -15], await SumOfEndAsync(round));
    }

    [Fact]
    public async Task MaskedInput_OfAComputationWithoutNoise_NeedsNoCharge()
    {
        await using var world = await RoundWorld.StartAsync();
        var (plan, round, clients) = await world.OpenAsync(Plans.Computation(noise: 0));
        Array.ForEach(clients, c => c.Receipt = (_, _) => null);
        await AnswerAsync(round, plan, clients, InOrder);
        Assert.Equal([15, 150, -15], await SumOfEndAsync(round));
    }

    [Fact]
    public async Task WrongShareInUnmask_AbortsByName_AndNothingIsOpened()
    {
        await using var world = await RoundWorld.StartAsync();
        var (plan, round, clients) = await world.OpenAsync();
        await AnswerAsync(round, plan, clients, Before(RoundPhases.Unmask));
        var honest = await clients[0].AnswerAsync(round, plan, RoundPhases.Unmask);
        var key = await world.Consortium.Keys.GetAsync("hospital-1");
        Value(await round.SubmitAsync(honest with { Payload = WithAnotherLastByte(honest.Payload.Span, key) }));
        await AnswerAsync(round, plan, clients[1..], RoundPhases.Unmask);
        var end = await EndAsync(round);
        Assert.Equal((RoundPhases.Aborted, "secagg.inconsistent-shares"), (end.Phase, end.AbortCode));
        Assert.Contains("hospital-5", end.AbortReason, StringComparison.Ordinal); // whose seed it was a share of
        Assert.Equal("secagg.inconsistent-shares", Code(await round.SumAsync()));
    }

    // The last bytes of an answer are the last client's share; a dishonest participant signs what it likes.
    private static byte[] WithAnotherLastByte(ReadOnlySpan<byte> message, SigningKey key)
    {
        var outer = new WireReader(message, "secagg.signed", 1);
        var content = outer.Bytes().ToArray();
        content[^1] ^= 1;
        return new WireWriter("secagg.signed", 1).Bytes(content).Bytes(key.Sign("secagg.unmask", content)).ToArray();
    }
}
