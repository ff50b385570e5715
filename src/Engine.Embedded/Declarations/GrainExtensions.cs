using Orleans.Runtime;
using PrivacyGrains.Engine.Runtime;

namespace Orleans;

/// <summary>What a grain or a reference tells about itself.</summary>
public static class GrainExtensions
{
    /// <summary>The identity of a grain, asked of the grain itself or of a reference.</summary>
    /// <param name="grain">The grain or the reference.</param>
    /// <returns>Its type and key.</returns>
    /// <exception cref="ArgumentException">It is neither.</exception>
    public static GrainId GetGrainId(this IAddressable grain) => grain switch
    {
        GrainReference reference => reference.GrainId,
        IGrainBase { GrainContext: { } context } => context.GrainId,
        null => throw new ArgumentNullException(nameof(grain)),
        _ => throw new ArgumentException($"{grain.GetType()} is neither a reference nor a grain that the engine created.", nameof(grain)),
    };

    /// <summary>The key of a grain with a string key.</summary>
    /// <param name="grain">The grain or a reference to it.</param>
    /// <returns>The key.</returns>
    public static string GetPrimaryKeyString(this IAddressable grain) => grain.GetGrainId().Key.ToString();

    /// <summary>A reference to the same grain under another of its interfaces; how a grain hands itself to others.</summary>
    /// <typeparam name="TGrainInterface">The interface.</typeparam>
    /// <param name="grain">The grain or a reference to it.</param>
    /// <returns>The reference.</returns>
    public static TGrainInterface AsReference<TGrainInterface>(this IAddressable grain)
    {
        var cluster = grain is GrainReference reference ? reference.Cluster : Activation.Of(((IGrainBase)grain).GrainContext).Silo.Cluster;
        return (TGrainInterface)(object)cluster.References.Create(typeof(TGrainInterface), grain.GetGrainId());
    }
}
