using System.Reflection;
using Orleans;
using Orleans.Runtime;

namespace PrivacyGrains.Engine.Runtime;

/// <summary>Makes references to the grains of one cluster.</summary>
internal sealed class ReferenceFactory(LocalCluster cluster) : IGrainFactory
{
    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey =>
        (TGrainInterface)(object)Create(typeof(TGrainInterface), primaryKey, grainClassNamePrefix);

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => (IGrain)(object)Create(grainInterfaceType, grainPrimaryKey, null);

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable =>
        (TGrainInterface)(object)Create(typeof(TGrainInterface), grainId);

    internal GrainReference Create(Type type, GrainId grainId)
    {
        var reference = (GrainReference)DispatchProxy.Create(type, typeof(GrainReference));
        reference.Bind(cluster, grainId);
        return reference;
    }

    private GrainReference Create(Type type, string key, string? prefix)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        return Create(type, GrainId.Create(GrainCatalog.Application.Implementing(type, prefix).Kind, key));
    }
}
