using PrivacyGrains.Engine.Tests.Grains;

namespace PrivacyGrains.Engine.Tests;

public sealed class ReferenceTests : EngineTest
{
    [Fact]
    public void Reference_KnowsItsGrain()
    {
        var grain = Grain<ILifeGrain>("a/b c");

        Assert.Equal("a/b c", grain.GetPrimaryKeyString());
        Assert.Equal(GrainId.Create("life", "a/b c"), grain.GetGrainId());
        Assert.Equal("life/a/b c", grain.GetGrainId().ToString());
    }

    [Fact]
    public void References_ToOneGrain_AreEqual()
    {
        Assert.Equal(Grain<ILifeGrain>("a"), Grain<ILifeGrain>("a"));
        Assert.NotEqual(Grain<ILifeGrain>("a"), Grain<ILifeGrain>("b"));
        Assert.Single(new HashSet<ILifeGrain> { Grain<ILifeGrain>("a"), Grain<ILifeGrain>("a") });
    }

    [Fact]
    public async Task Reference_MadeByType_Calls()
    {
        var grain = (ILifeGrain)Cluster.Grains.GetGrain(typeof(ILifeGrain), "a");

        Assert.Equal(1, await grain.CallAsync());
    }

    [Fact]
    public void GetGrain_OfAnInterfaceThatNoClassImplements_IsTheCallersBug() =>
        Assert.Throws<ArgumentException>(() => Cluster.Grains.GetGrain<INobodysGrain>("a"));

    [Fact]
    public void Grain_MadeByHand_SaysSo() => Assert.ThrowsAny<Exception>(() => { _ = new LifeGrain(Probe).StayAsync(TimeSpan.FromMinutes(1)); });

    [Alias("test.INobodysGrain")]
    public interface INobodysGrain : IGrainWithStringKey;
}
