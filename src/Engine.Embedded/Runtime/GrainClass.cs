using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace PrivacyGrains.Engine.Runtime;

/// <summary>What is known of one grain class: its kind, its interfaces, how to make it and how its calls mix.</summary>
internal sealed class GrainClass
{
    private readonly ObjectFactory _factory;

    internal GrainClass(Type type)
    {
        Type = type;
        Kind = GrainType.Create(type.GetCustomAttribute<GrainTypeAttribute>()?.GrainType ?? KindByConvention(type));
        Interfaces = [.. type.GetInterfaces().Where(i => i != typeof(IGrain) && typeof(IGrain).IsAssignableFrom(i))];
        IsReentrant = type.IsDefined(typeof(ReentrantAttribute));
        WorkerLimit = type.GetCustomAttribute<StatelessWorkerAttribute>()?.MaxLocalWorkers ?? 0;
        FollowsParty = type.IsDefined(typeof(PlacedWithPartyAttribute));
        FollowsCoordinator = type.IsDefined(typeof(PlacedWithCoordinatorAttribute));
        _factory = ActivatorUtilities.CreateFactory(type, []);
    }

    internal Type Type { get; }

    internal GrainType Kind { get; }

    internal IReadOnlyList<Type> Interfaces { get; }

    internal Type AnyInterface => Interfaces.Count > 0 ? Interfaces[0] : typeof(IGrain);

    internal bool IsReentrant { get; }

    /// <summary>The most workers of one key; 0 for a grain with one activation.</summary>
    internal int WorkerLimit { get; }

    internal bool FollowsParty { get; }

    internal bool FollowsCoordinator { get; }

    internal object Create(IServiceProvider services) => _factory(services, null);

    private static string KindByConvention(Type type)
    {
        var name = type.Name.ToLowerInvariant();
        return name.Length > 5 && name.EndsWith("grain", StringComparison.Ordinal) ? name[..^5] : name;
    }
}
