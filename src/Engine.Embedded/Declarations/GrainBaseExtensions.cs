using Orleans.Runtime;
using PrivacyGrains.Engine.Runtime;

namespace Orleans;

/// <summary>What a grain can ask of its activation.</summary>
public static class GrainBaseExtensions
{
    /// <summary>Ends the activation after the calls that it is running.</summary>
    /// <param name="grain">The grain.</param>
    public static void DeactivateOnIdle(this IGrainBase grain) =>
        grain.GrainContext.Deactivate(new(DeactivationReasonCode.ApplicationRequested, $"{nameof(DeactivateOnIdle)} was called."));

    /// <summary>Calls back on the activation's own turns. Ticks never overlap, and the period counts from the end of the last one.</summary>
    /// <typeparam name="TState">What the callback gets.</typeparam>
    /// <param name="grain">The grain.</param>
    /// <param name="callback">The work of one tick; its exceptions are logged and the timer goes on.</param>
    /// <param name="state">Handed to the callback.</param>
    /// <param name="options">When, and how the ticks mix with calls.</param>
    /// <returns>The timer; it ends with the activation at the latest.</returns>
    public static IGrainTimer RegisterGrainTimer<TState>(
        this IGrainBase grain, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return Activation.Of(grain.GrainContext).AddTimer(cancellationToken => callback(state, cancellationToken), options);
    }

    /// <inheritdoc cref="RegisterGrainTimer{TState}"/>
    public static IGrainTimer RegisterGrainTimer(this IGrainBase grain, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options) =>
        RegisterGrainTimer(grain, static (tick, cancellationToken) => tick(cancellationToken), callback, options);

    /// <inheritdoc cref="RegisterGrainTimer{TState}"/>
    public static IGrainTimer RegisterGrainTimer(this IGrainBase grain, Func<Task> callback, GrainTimerCreationOptions options) =>
        RegisterGrainTimer(grain, static (tick, _) => tick(), callback, options);
}
