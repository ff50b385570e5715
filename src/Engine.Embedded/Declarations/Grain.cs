using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Orleans;

/// <summary>Base class of every grain: one single-threaded activation per key.</summary>
public abstract class Grain : IGrainBase, IAddressable
{
    /// <summary>Binds the new instance to the activation that is being created.</summary>
    protected Grain() => GrainContext = RuntimeContext.Current;

    /// <summary>The activation; null only in an instance that was made with <c>new</c> outside the engine.</summary>
    [AllowNull]
    public IGrainContext GrainContext { get; }

    /// <summary>Type and key in one string, for logs.</summary>
    public string IdentityString => Activation.GrainId.ToString();

    /// <summary>Makes references to other grains.</summary>
    protected IGrainFactory GrainFactory => ServiceProvider.GetRequiredService<IGrainFactory>();

    /// <summary>The services of this activation: a scope of its silo's container.</summary>
    protected internal IServiceProvider ServiceProvider => Activation.ActivationServices;

    private IGrainContext Activation =>
        GrainContext ?? throw new InvalidOperationException("The grain was created outside the engine, so it has no activation.");

    /// <summary>Runs before the first call of an activation; an exception refuses the calls that wait for it.</summary>
    /// <param name="cancellationToken">Ends when the activation takes too long.</param>
    /// <returns>A task that ends when the activation is ready.</returns>
    public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Runs after the last call of an activation. Not called after a crash: nothing may depend on it.</summary>
    /// <param name="reason">Why the activation ends.</param>
    /// <param name="cancellationToken">Ends when the deactivation takes too long.</param>
    /// <returns>A task that ends when the activation may be forgotten.</returns>
    public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends this activation after the calls that it is running.</summary>
    protected void DeactivateOnIdle() => GrainBaseExtensions.DeactivateOnIdle(this);

    /// <summary>Keeps this activation for at least that long, even without work.</summary>
    /// <param name="timeSpan">From now on; zero or negative takes an earlier wish back.</param>
    protected void DelayDeactivation(TimeSpan timeSpan) => PrivacyGrains.Engine.Runtime.Activation.Of(Activation).DelayDeactivation(timeSpan);
}
