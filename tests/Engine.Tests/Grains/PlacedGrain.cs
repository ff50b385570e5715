namespace PrivacyGrains.Engine.Tests.Grains;

/// <summary>A grain that runs on its party's silo.</summary>
[Alias("test.IPartysGrain")]
public interface IPartysGrain : IGrainWithStringKey
{
    [Alias("WhereAsync")]
    Task<string> WhereAsync();

    [Alias("AskCoordinatorAsync")]
    Task<string> AskCoordinatorAsync(string key);
}

/// <summary>A grain that runs on the coordinator's silo.</summary>
[Alias("test.ICoordinatorsGrain")]
public interface ICoordinatorsGrain : IGrainWithStringKey
{
    [Alias("WhereAsync")]
    Task<string> WhereAsync();
}

/// <summary>What a silo's container tells of the silo.</summary>
public sealed record SiloName(string Value);

[PlacedWithParty]
internal sealed class PartysGrain(SiloName silo) : Grain, IPartysGrain
{
    public Task<string> WhereAsync() => Task.FromResult(silo.Value);

    public Task<string> AskCoordinatorAsync(string key) => GrainFactory.GetGrain<ICoordinatorsGrain>(key).WhereAsync();
}

[PlacedWithCoordinator]
internal sealed class CoordinatorsGrain(SiloName silo) : Grain, ICoordinatorsGrain
{
    public Task<string> WhereAsync() => Task.FromResult(silo.Value);
}
