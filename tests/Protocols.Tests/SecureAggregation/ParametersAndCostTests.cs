using PrivacyGrains.Protocols.SecureAggregation;

namespace PrivacyGrains.Protocols.Tests.SecureAggregation;

public sealed class ParametersAndCostTests
{
    [Theory]
    [InlineData(3, 2, 3, 0, 1, 8, true)]
    [InlineData(5, 4, 4, 0, 10, 32, true)] // The demonstration's five hospitals.
    [InlineData(5, 4, 4, 2, 10, 32, true)]
    [InlineData(255, 128, 128, 0, 1, 64, true)]
    [InlineData(5, 4, 4, 3, 10, 32, false)] // 2t = n + colluders.
    [InlineData(4, 2, 3, 0, 10, 32, false)] // 2t = n: two halves.
    [InlineData(3, 2, 2, 0, 10, 32, false)] // Two survivors see each other.
    [InlineData(4, 4, 3, 0, 10, 32, false)] // Cohort below the threshold.
    [InlineData(4, 4, 4, 3, 10, 32, false)] // One honest survivor is left.
    [InlineData(2, 2, 2, 0, 10, 32, false)]
    [InlineData(256, 129, 129, 0, 10, 32, false)]
    [InlineData(4, 5, 5, 0, 10, 32, false)]
    [InlineData(4, 3, 5, 0, 10, 32, false)]
    [InlineData(4, 3, 3, -1, 10, 32, false)]
    [InlineData(4, 3, 3, 0, 0, 32, false)]
    [InlineData(4, 3, 3, 0, (1 << 26) + 1, 32, false)]
    [InlineData(4, 3, 3, 0, 10, 12, false)]
    [InlineData(4, 3, 3, 0, 10, 72, false)]
    [InlineData(4, 3, 3, 0, 10, 0, false)]
    public void Check_Thresholds_HoldTheBounds(int clients, int threshold, int cohort, int colluders, int length, int bits, bool allowed)
    {
        Assert.Equal(allowed ? "none" : "secagg.parameters", SecureAggregationParameters.Check(clients, threshold, cohort, colluders, length, bits).Fault.Code());
        if (!allowed)
        {
            Assert.Throws<ArgumentException>(() => SecureAggregationParameters.Create(clients, threshold, cohort, colluders, length, bits));
        }
    }

    [Fact]
    public void ContextCheck_ThresholdsOtherThanTheRosters_AreRefused()
    {
        using var world = new World(5);
        var roster = world.Context(threshold: 4, cohort: 4).Roster;
        Assert.Equal("secagg.parameters", SecureAggregationContext.Check(roster, SecureAggregationParameters.Create(5, 3, 4, 0, 1, 32)).Fault.Code());
        Assert.Equal("secagg.parameters", SecureAggregationContext.Check(roster, SecureAggregationParameters.Create(5, 4, 5, 0, 1, 32)).Fault.Code());
        Assert.Equal("secagg.parameters", SecureAggregationContext.Check(roster, SecureAggregationParameters.Create(5, 4, 4, 1, 1, 32)).Fault.Code());
        Assert.Equal("secagg.parameters", SecureAggregationContext.Check(roster, SecureAggregationParameters.Create(6, 4, 4, 0, 1, 32)).Fault.Code());
        Assert.True(SecureAggregationContext.Check(roster, SecureAggregationParameters.Create(5, 4, 4, 0, 1, 32)).IsOk);
    }

    [Fact]
    public void ContextDigest_AnyParameterChanged_IsAnother()
    {
        using var world = new World(5);
        var roster = world.Context(threshold: 4, cohort: 4).Roster;
        string Digest(int length, int bits) =>
            Convert.ToHexString(SecureAggregationContext.Create(roster, SecureAggregationParameters.Create(5, 4, 4, 0, length, bits)).Digest.Span);
        Assert.Equal(3, new[] { Digest(1, 32), Digest(2, 32), Digest(1, 64) }.Distinct().Count());
    }

    [Fact]
    public void Advertise_ByWhoIsNoContributor_Throws()
    {
        using var world = new World(3);
        using var other = new World(4);
        Assert.Throws<ArgumentException>(() => SecureAggregationClient.Advertise(world.Context(), world.Names[0], world.Key(1)));
        Assert.Throws<ArgumentException>(() => SecureAggregationClient.Advertise(world.Context(), other.Names[3], other.Key(3)));
    }

    [Theory]
    [InlineData(3, 32, 100)]
    [InlineData(5, 64, 31)]
    [InlineData(7, 24, 1)]
    public void Of_EveryPhase_IsExactlyWhatAClientSendsAndReceives(int clients, int bits, int length)
    {
        using var world = new World(clients);
        var context = world.Context(length, bits);

        // One client drops out before each of the phases 1 to 3 where the thresholds allow it.
        var stops = Enumerable.Repeat(World.Stays, clients).ToArray();
        for (var spare = 0; spare < clients - context.Parameters.MinimumCohort; spare++)
        {
            stops[spare] = spare + 1;
        }

        var play = new Play(world, context, stops);
        Assert.True(play.Run().IsOk);
        int Heard(int phase) => stops.Count(stop => stop > phase);
        var cost = SecureAggregationCost.Of(context.Parameters, Heard(0), Heard(1), Heard(2), Heard(3));
        foreach (var ((_, phase), (up, down)) in play.Traffic)
        {
            Assert.Equal((cost.BytesUp[phase], cost.BytesDown[phase]), (up, down));
        }

        Assert.Equal((5, 5), (cost.Rounds, cost.MessagesUp));
        Assert.Equal(cost.Total, play.Traffic.Where(t => t.Key.Client == clients - 1).Sum(t => t.Value.Up + t.Value.Down));
    }

    [Fact]
    public void Of_FiveHospitalsAndThirtyOneWords_IsThisManyBytes()
    {
        // The figures of docs/protocols/secure-aggregation.md; a change of the wire form shows here.
        var cost = SecureAggregationCost.Of(SecureAggregationParameters.Create(5, 4, 4, 0, 31, 64), 5, 5, 5, 5);
        Assert.Equal("289,656,400,177,357 / 0,1521,564,81,970", $"{string.Join(',', cost.BytesUp)} / {string.Join(',', cost.BytesDown)}");
    }
}
