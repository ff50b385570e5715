using Microsoft.Extensions.DependencyInjection;

namespace PrivacyGrains.Testing;

/// <summary>One silo of a test cluster.</summary>
/// <param name="Name">Its name, unique in the cluster.</param>
/// <param name="Parties">The parties that it hosts; "*" for all.</param>
public sealed record TestSiloSpec(string Name, IReadOnlyList<string> Parties)
{
    /// <summary>What only this silo's container holds.</summary>
    public Action<IServiceCollection>? ConfigureServices { get; init; }
}

/// <summary>What a test cluster consists of.</summary>
public sealed class GrainTestClusterOptions
{
    /// <summary>The silos; one that hosts every party by default.</summary>
    public IReadOnlyList<TestSiloSpec> Silos { get; init; } = [new("silo", ["*"])];

    /// <summary>What every silo's container holds.</summary>
    public Action<IServiceCollection>? ConfigureServices { get; init; }

    /// <summary>The clock of grains, their timers and reminders; null for the real one.</summary>
    /// <remarks>Idle collection, response time-outs and membership keep the real one on Orleans; a test of them uses no clock of its own.</remarks>
    public TimeProvider? Clock { get; init; }

    /// <summary>How long callers wait.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an activation without work stays.</summary>
    public TimeSpan IdleDeactivation { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Where the embedded engine keeps reminders; Orleans keeps a test cluster's in memory.</summary>
    public string? ReminderFolder { get; init; }
}
