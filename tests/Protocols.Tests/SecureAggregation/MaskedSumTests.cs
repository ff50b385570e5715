using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.SecureAggregation;

namespace PrivacyGrains.Protocols.Tests.SecureAggregation;

public sealed class MaskedSumTests
{
    [Fact]
    public void Merge_AnySplitIntoCohorts_GivesOneSum()
    {
        using var stage = new Stage(5).ToMasked();
        var inputs = Inputs(stage);
        var whole = Over(stage, inputs);
        for (var split = 0; split < 1 << inputs.Length; split++)
        {
            var first = Over(stage, [.. inputs.Where((_, i) => ((split >> i) & 1) == 1)]);
            first.Merge(Over(stage, [.. inputs.Where((_, i) => ((split >> i) & 1) == 0)]));
            Assert.Equal(whole.Encode(), first.Encode());
            Assert.Equal(stage.World.Names, first.Parties);
        }
    }

    [Fact]
    public void Add_SameClientTwice_CountsOnce()
    {
        using var stage = new Stage(3).ToMasked();
        var inputs = Inputs(stage);
        var sum = Over(stage, inputs);
        Assert.False(sum.Add(inputs[1]));
        Assert.Equal(Over(stage, inputs).Encode(), sum.Encode());
        Assert.Throws<ArgumentException>(() => sum.Merge(Over(stage, [inputs[1]])));
    }

    [Fact]
    public void Remove_AddedInput_LeavesTheRest()
    {
        using var stage = new Stage(3).ToMasked();
        var inputs = Inputs(stage);
        var sum = Over(stage, inputs);
        Assert.True(sum.Remove(inputs[0]));
        Assert.False(sum.Remove(inputs[0]));
        Assert.Equal(Over(stage, inputs[1..]).Encode(), sum.Encode());
    }

    [Fact]
    public void Decode_Encoded_GivesTheSameAndNothingElsePasses()
    {
        using var stage = new Stage(3).ToMasked();
        var bytes = Over(stage, Inputs(stage)).Encode();
        Assert.Equal(bytes, MaskedSum.Decode(stage.Context, bytes).Value.Encode());
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal("secagg.malformed", MaskedSum.Decode(stage.Context, bytes.AsSpan(0, length)).Fault.Code());
        }

        Assert.Equal("secagg.foreign-session", MaskedSum.Decode(stage.World.Context(), bytes).Fault.Code());
        Assert.Throws<ArgumentException>(() => new MaskedSum(stage.World.Context()).Merge(new MaskedSum(stage.Context)));
    }

    [Fact]
    public void Server_ReplayedFromItsAcceptedMessages_IsInTheSameState()
    {
        using var stage = new Stage(4).ToUnmasking(0, 1, 3);
        var answers = stage.Confirmed.Select(state => stage.Keep(state.Unmask(stage.Unmasking.Confirmations.Span).Value)).ToArray();
        Array.ForEach(answers, answer => stage.Unmasking.Add(answer.Message.Span));

        // A crashed coordinator rebuilds the round from what it journaled, in another process: from bytes alone.
        var roster = Roster.Decode(stage.Context.Roster.Encoded.Span).Value;
        var context = SecureAggregationContext.Create(roster, stage.Context.Parameters);
        var advertising = new ServerAdvertiseKeys(context);
        Array.ForEach(stage.Advertised, state => advertising.Add(state.Message.Span));
        var sharing = advertising.Close().Value;
        Array.ForEach(stage.Shared, state => sharing.Add(state.Message.Span));
        var collecting = sharing.Close().Value;
        foreach (var i in new[] { 0, 1, 3 })
        {
            collecting.Add(MaskedInput.Read(context, stage.Masked[i].Message.Span).Value.Receipt);
        }

        var checking = collecting.Close().Value;
        Array.ForEach(stage.Confirmed, state => checking.Add(state.Message.Span));
        var unmasking = checking.Close().Value;
        Array.ForEach(answers, answer => unmasking.Add(answer.Message.Span));

        Assert.Equal(stage.Sharing.KeyList.ToArray(), sharing.KeyList.ToArray());
        Assert.Equal(stage.Delivery(2).ToArray(), collecting.DeliveryFor(stage.World.Names[2]).Value.ToArray());
        Assert.Equal(stage.Checking.SurvivorList.ToArray(), checking.SurvivorList.ToArray());
        Assert.Equal(stage.Unmasking.Confirmations.ToArray(), unmasking.Confirmations.ToArray());
        var sum = MaskedSum.Decode(context, stage.Sum.Encode()).Value;
        Assert.Equal(World.ExpectedSum(context, [0, 1, 3]), unmasking.Finish(sum).Value.Sum);
        Assert.Equal("secagg.not-in-cohort", collecting.DeliveryFor(PartyId.Create("stranger")).Fault.Code());
    }

    private static MaskedInput[] Inputs(Stage stage) => [.. stage.Masked.Select(state => MaskedInput.Read(stage.Context, state.Message.Span).Value)];

    private static MaskedSum Over(Stage stage, MaskedInput[] inputs)
    {
        var sum = new MaskedSum(stage.Context);
        Array.ForEach(inputs, input => Assert.True(sum.Add(input)));
        return sum;
    }
}
