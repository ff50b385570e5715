using PrivacyGrains.Client.Errors;
using PrivacyGrains.Grains;
using PrivacyGrains.Messages.Inferences;
using PrivacyGrains.Testing;
using static PrivacyGrains.Gateway.Tests.Inferences.InferenceWorld;

namespace PrivacyGrains.Gateway.Tests.Inferences;

/// <summary>Joint inference from terms to scores: real parties' folders, a real gateway, real grains.</summary>
public sealed class InferenceTests(InferenceWorld world) : IClassFixture<InferenceWorld>
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Scores_OfPatientsWhoseFeaturesAreDivided_AreWithin2ToMinus10OfTheClearOnes(int parties)
    {
        var session = NewSession();
        using var asker = world.Of(Asker);
        using var ask = await asker.Inference.AskAsync(session, Question(parties));
        Assert.Equal("awaiting-inputs", ask.Opened.Status);

        await world.ProvideAllAsync(session);
        var answer = await asker.Inference.ReceiveAsync(ask);

        Assert.All(answer.Values.Zip(Clear()), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, Math.Pow(2, -10)));
        Assert.All(answer.Sides, side => Assert.Equal((ask.Plan.Rounds, ask.Plan.BytesPerParty), (side.Rounds, side.BytesSent)));
        Assert.Equal(parties, answer.Sides.Count);
        Assert.Equal((ask.Plan.Rounds, ask.Plan.BytesPerParty), (answer.Session.Cost.Rounds, answer.Session.Cost.BytesPerParty));
        foreach (var party in (string[])["h-1", "h-2"])
        {
            using var client = world.Consortium.As(party);
            Assert.Equal("committed", (await client.Budgets.FindAsync(party, "records", session)).Status);
        }
    }

    [Fact]
    public async Task Outputs_ForAnybodyButTheReceiver_AreForbidden()
    {
        var session = NewSession();
        using var asker = world.Of(Asker);
        using var ask = await asker.Inference.AskAsync(session, Question());
        await world.ProvideAllAsync(session);
        await asker.Inference.ReceiveAsync(ask);

        using var other = world.Consortium.As("h-1");
        await RefusedAsync("inference.not-the-receiver", () => other.Inferences.OutputsAsync(session));
    }

    [Fact]
    public async Task Ask_SameTermsAgain_IsTheSameSession_AndOtherTermsAreRefused()
    {
        var session = NewSession();
        using var asker = world.Of(Asker);
        using var ask = await asker.Inference.AskAsync(session, Question());

        var again = await asker.Client.Inferences.CreateAsync(session, ask.Opened.Terms);
        Assert.Equal(ask.Opened.Roster, again.Roster);
        await RefusedAsync("inference.session-reused", () => asker.Inference.AskAsync(session, Question()));
    }

    [Fact]
    public async Task Provide_WithoutQuotaLeft_SendsNothing_AndTheSessionStillWaits()
    {
        var session = NewSession();
        using var asker = world.Of(Asker);
        using var ask = await asker.Inference.AskAsync(session, Question(quota: "few"));

        await RefusedAsync("ledger.over-quota", () => world.ProvideAsync("h-1", session, "features.0", LeftFeatures));
        var view = await asker.Client.Inferences.GetAsync(session);
        Assert.Equal("awaiting-inputs", view.Status);
        Assert.Contains("features.0 of h-1", view.WaitingFor);
    }

    [Fact]
    public async Task Submit_FeaturesWithoutADisclosure_IsRefusedByTheSides()
    {
        var session = NewSession();
        using var asker = world.Of(Asker);
        using var ask = await asker.Inference.AskAsync(session, Question());
        using var left = world.Of("h-1");
        using var recorded = new Recorded(world, "h-1");
        var body = await recorded.SealedAsync(session, "features.0", LeftFeatures);

        await RefusedAsync("inference.undisclosed", () => left.Client.Inferences.SubmitAsync(session, "features.0", body with { Receipt = null }));
        await RefusedAsync("inference.undisclosed", () => left.Client.Inferences.SubmitAsync(session, "features.0", body with { Receipt = body.Receipt! with { Party = "No Name" } }));
        await RefusedAsync("inference.undisclosed", () => left.Client.Inferences.SubmitAsync(session, "features.0", body with { Receipt = body.Receipt! with { Status = "reserved" } }));
        await RefusedAsync("ledger.wrong-receipt", () => left.Client.Inferences.SubmitAsync(session, "features.0", body with { Receipt = body.Receipt! with { Version = 99 } }));
    }

    [Fact]
    public async Task Submit_SharesSwappedBetweenSides_OrAlteredInOneBit_AreRefusedByName()
    {
        var session = NewSession();
        using var asker = world.Of(Asker);
        using var ask = await asker.Inference.AskAsync(session, Question());
        using var left = world.Of("h-1");
        using var recorded = new Recorded(world, "h-1");
        var body = await recorded.SealedAsync(session, "features.0", LeftFeatures);
        await RefusedAsync(null, () => left.Client.Inferences.SubmitAsync(session, "features.0", body with { Shares = [body.Shares[1], body.Shares[0]] }));
        var altered = body.Shares[0].ToArray();
        altered[^1] ^= 1;
        await RefusedAsync(null, () => left.Client.Inferences.SubmitAsync(session, "features.0", body with { Shares = [altered, body.Shares[1]] }));
        await RefusedAsync(null, () => left.Client.Inferences.SubmitAsync(session, "features.0", body with { Shares = [body.Shares[0]] }));

        // Nothing was taken: the true input still goes in, and the session ends well.
        await left.Client.Inferences.SubmitAsync(session, "features.0", body);
        await world.ProvideAsync("h-2", session, "features.1", RightFeatures);
        await world.ProvideAsync(Asker, session, "weights", Weights);
        var answer = await asker.Inference.ReceiveAsync(ask);
        Assert.InRange(Math.Abs(answer.Values[0] - Clear()[0]), 0, Math.Pow(2, -10));
    }

    [Fact]
    public async Task Submit_TakenByOneSideOnly_IsReplacedWholeByTheNextSplit_AndNeverMixedWithIt()
    {
        var session = NewSession();
        using var asker = world.Of(Asker);
        using var ask = await asker.Inference.AskAsync(session, Question());
        using var left = world.Of("h-1");
        using var recorded = new Recorded(world, "h-1");
        var body = await recorded.SealedAsync(session, "features.0", LeftFeatures);
        var altered = body.Shares[1].ToArray();
        altered[^1] ^= 1;
        await RefusedAsync(null, () => left.Client.Inferences.SubmitAsync(session, "features.0", body with { Shares = [body.Shares[0], altered] }));

        await world.ProvideAsync("h-1", session, "features.0", LeftFeatures);
        await RefusedAsync("inference.input-given", () => left.Client.Inferences.SubmitAsync(session, "features.0", body));
        await world.ProvideAsync("h-2", session, "features.1", RightFeatures);
        await world.ProvideAsync(Asker, session, "weights", Weights);
        var answer = await asker.Inference.ReceiveAsync(ask);
        Assert.All(answer.Values.Zip(Clear()), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, Math.Pow(2, -10)));
    }

    [Fact]
    public async Task Submit_TheSameInputTwice_IsTakenOnce_AndAnotherInItsPlaceIsRefused()
    {
        var session = NewSession();
        using var asker = world.Of(Asker);
        using var ask = await asker.Inference.AskAsync(session, Question());
        using var left = world.Of("h-1");
        using var recorded = new Recorded(world, "h-1");
        var body = await recorded.SealedAsync(session, "features.0", LeftFeatures);
        var first = await left.Client.Inferences.SubmitAsync(session, "features.0", body);
        var second = await left.Client.Inferences.SubmitAsync(session, "features.0", body);
        Assert.Equal(first.Version, second.Version);
        await RefusedAsync("inference.input-given", () => world.ProvideAsync("h-1", session, "features.0", [1, 1, 1, 1, 1, 1]));
    }

    [Fact]
    public async Task Submit_SlotOfAnotherParty_IsForbidden()
    {
        var session = NewSession();
        using var asker = world.Of(Asker);
        using var ask = await asker.Inference.AskAsync(session, Question());
        using var wrong = world.Consortium.As("h-3");
        await RefusedAsync(null, () => wrong.Inferences.SubmitAsync(session, "features.0", new SlotSharesBody([new byte[100], new byte[100]])));
    }

    [Theory]
    [InlineData("features.0", new double[] { 1, 2, 3 })]
    [InlineData("features.0", new double[] { 1, 2, 3, 4, 5, double.NaN })]
    [InlineData("features.0", new double[] { 1, 2, 3, 4, 5, 9 })]
    public async Task Provide_WrongNumberOfValues_NaN_OrOutOfBounds_IsRefusedBeforeAnythingIsSent(string slot, double[] values)
    {
        var session = NewSession();
        using var asker = world.Of(Asker);
        using var ask = await asker.Inference.AskAsync(session, Question());
        await Assert.ThrowsAsync<ArgumentException>(() => world.ProvideAsync("h-1", session, slot, values));
        using var left = world.Consortium.As("h-1");
        await RefusedAsync("ledger.unknown-charge", () => left.Budgets.FindAsync("h-1", "records", session));
    }

    [Fact]
    public async Task Ask_DealerWhoAlsoComputes_OrAPartyThatIsNoMember_IsRefused()
    {
        using var asker = world.Of(Asker);
        await RefusedAsync("inference.dealer-has-another-role", () => asker.Inference.AskAsync(NewSession(), Question() with { Dealer = "h-1" }));
        await RefusedAsync("roster.unknown-member", () => asker.Inference.AskAsync(NewSession(), Question() with { ComputeParties = ["h-1", "nobody"] }));
    }

    [Fact]
    public async Task Abort_ByTheOperator_EndsTheSessionForAll()
    {
        var session = NewSession();
        using var asker = world.Of(Asker);
        using var ask = await asker.Inference.AskAsync(session, Question());
        using var operatorClient = world.Consortium.AsOperator();
        await operatorClient.Inferences.AbortAsync(session, "maintenance");
        var e = await RefusedAsync("inference.aborted", () => asker.Inference.ReceiveAsync(ask));
        Assert.Contains("maintenance", e.Message, StringComparison.Ordinal);
        Assert.Contains(await operatorClient.Inferences.ListAsync(), summary => summary.Session == session);
    }

    [Fact]
    public async Task RestartedSide_HasLostItsShares_AndTheSessionEndsByName()
    {
        if (!GrainTestCluster.CanKill)
        {
            return;
        }

        var session = NewSession();
        using var asker = world.Of(Asker);
        using var ask = await asker.Inference.AskAsync(session, Question());
        await world.ProvideAsync("h-1", session, "features.0", LeftFeatures);
        await world.Consortium.Cluster.KillActivationAsync(world.Consortium.Cluster.Grains.GetGrain<IComputationGrain>($"h-2/{session}"));

        await RefusedAsync("computation.lost", () => world.ProvideAsync("h-2", session, "features.1", RightFeatures));
        await RefusedAsync("computation.lost", () => asker.Inference.ReceiveAsync(ask));
        await world.WorksAsync();
    }

    [Fact]
    public async Task RestartedCoordinator_AbortsWhatWasUnderWay_AndANewSessionWorks()
    {
        if (!GrainTestCluster.CanKill)
        {
            return;
        }

        var session = NewSession();
        using var asker = world.Of(Asker);
        using var ask = await asker.Inference.AskAsync(session, Question());
        await world.Consortium.Cluster.KillActivationAsync(world.Consortium.Cluster.Grains.GetGrain<IInferenceGrain>(session));

        var e = await RefusedAsync("inference.coordinator-restarted", () => asker.Inference.ReceiveAsync(ask));
        Assert.Contains("new", e.Message, StringComparison.OrdinalIgnoreCase);
        await world.WorksAsync();
    }

    [Fact]
    public async Task RestartedDealer_DealsNotTwice_AndTheSessionEndsByName()
    {
        if (!GrainTestCluster.CanKill)
        {
            return;
        }

        var session = NewSession();
        using var asker = world.Of(Asker);
        using var ask = await asker.Inference.AskAsync(session, Question());
        await world.Consortium.Cluster.KillActivationAsync(world.Consortium.Cluster.Grains.GetGrain<IDealerGrain>(Dealer));
        await world.ProvideAllAsync(session);
        await RefusedAsync("dealer.unknown-session", () => asker.Inference.ReceiveAsync(ask));
        await world.WorksAsync();
    }

    private static async Task<GatewayException> RefusedAsync(string? code, Func<Task> call)
    {
        var e = await Assert.ThrowsAsync<GatewayException>(call);
        Assert.True(code is null || e.Code == code, $"{e.Code}: {e.Message}");
        Assert.True(e.Status is 0 or (>= 400 and < 500), $"{e.Status} {e.Code}: {e.Message}");
        return e;
    }
}
