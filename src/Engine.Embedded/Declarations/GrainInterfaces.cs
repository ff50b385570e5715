using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>Anything that a call can be sent to.</summary>
    public interface IAddressable;
}

namespace Orleans
{
    /// <summary>Base of every grain interface. Methods return a task or an asynchronous stream.</summary>
    public interface IGrain : IAddressable;

    /// <summary>A grain whose key is a string.</summary>
    public interface IGrainWithStringKey : IGrain;

    /// <summary>What the engine asks of a grain's class; <see cref="Grain"/> implements it.</summary>
    public interface IGrainBase
    {
        /// <summary>The activation that the instance belongs to.</summary>
        IGrainContext GrainContext { get; }

        /// <inheritdoc cref="Grain.OnActivateAsync"/>
        Task OnActivateAsync(CancellationToken token) => Task.CompletedTask;

        /// <inheritdoc cref="Grain.OnDeactivateAsync"/>
        Task OnDeactivateAsync(DeactivationReason reason, CancellationToken token) => Task.CompletedTask;
    }

    /// <summary>Makes references to grains. A reference is cheap, and needs no activation to exist.</summary>
    public interface IGrainFactory
    {
        /// <summary>A reference to the grain with that key.</summary>
        /// <typeparam name="TGrainInterface">The grain's interface.</typeparam>
        /// <param name="primaryKey">The key, not empty.</param>
        /// <param name="grainClassNamePrefix">Picks one of several classes by the start of its full name.</param>
        /// <returns>The reference.</returns>
        /// <exception cref="ArgumentException">The key is empty, or no one class implements the interface.</exception>
        TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
            where TGrainInterface : IGrainWithStringKey;

        /// <summary>A reference to the grain with that key.</summary>
        /// <param name="grainInterfaceType">The grain's interface.</param>
        /// <param name="grainPrimaryKey">The key, not empty.</param>
        /// <returns>The reference, which implements the interface.</returns>
        /// <exception cref="ArgumentException">The key is empty, or no one class implements the interface.</exception>
        IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey);

        /// <summary>A reference to a grain by its identity.</summary>
        /// <typeparam name="TGrainInterface">An interface that its class implements.</typeparam>
        /// <param name="grainId">The identity.</param>
        /// <returns>The reference.</returns>
        TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
            where TGrainInterface : IAddressable;
    }
}
