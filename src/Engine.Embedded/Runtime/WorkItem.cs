namespace PrivacyGrains.Engine.Runtime;

/// <summary>Something that an activation has to do: a call, a timer's tick, a step of a stream.</summary>
internal abstract class WorkItem
{
    /// <summary>May run between the awaits of anything.</summary>
    internal virtual bool AlwaysInterleaves => false;

    /// <summary>May run between the awaits of others that are read-only too.</summary>
    internal virtual bool IsReadOnly => false;

    /// <summary>Whether the activation counts as used.</summary>
    internal virtual bool IsUse => true;

    /// <summary>Whether it goes on to the next activation when this one ends before its turn.</summary>
    internal virtual bool MovesOn => true;

    /// <summary>The call chain that it is part of, or the empty id.</summary>
    internal virtual Guid ReentrancyId => Guid.Empty;

    /// <summary>Whether nobody waits any more, so that it need not start.</summary>
    internal virtual bool IsAbandoned => false;

    /// <summary>Does the work, on the activation's turns. Must not throw.</summary>
    internal abstract Task RunAsync(Activation activation);

    /// <summary>The work will not be done.</summary>
    internal abstract void Refuse(Exception reason);
}
