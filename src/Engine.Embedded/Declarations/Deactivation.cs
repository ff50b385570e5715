#pragma warning disable CA1028 // Orleans made it a byte
namespace Orleans;

/// <summary>Why an activation ends, in words.</summary>
/// <param name="code">The kind of reason.</param>
/// <param name="exception">What went wrong, if something did.</param>
/// <param name="text">A sentence for the log.</param>
public readonly struct DeactivationReason(DeactivationReasonCode code, Exception? exception, string text)
{
    /// <summary>A reason without an exception.</summary>
    /// <param name="code">The kind of reason.</param>
    /// <param name="text">A sentence for the log.</param>
    public DeactivationReason(DeactivationReasonCode code, string text)
        : this(code, null, text)
    {
    }

    /// <summary>A sentence for the log.</summary>
    public string Description { get; } = text;

    /// <summary>The kind of reason.</summary>
    public DeactivationReasonCode ReasonCode { get; } = code;

    /// <summary>What went wrong, if something did.</summary>
    public Exception? Exception { get; } = exception;

    /// <inheritdoc/>
    public override string ToString() => Exception is null ? $"{ReasonCode}: {Description}" : $"{ReasonCode}: {Description}. Exception: {Exception}";
}

/// <summary>The kinds of reason for which an activation ends.</summary>
public enum DeactivationReasonCode : byte
{
    /// <summary>Not ending.</summary>
    None,

    /// <summary>The silo stops.</summary>
    ShuttingDown,

    /// <summary>It never became ready.</summary>
    ActivationFailed,

    /// <summary>The grain directory failed (clusters only).</summary>
    DirectoryFailure,

    /// <summary>It had no work for long.</summary>
    ActivationIdle,

    /// <summary>It did not answer (clusters only).</summary>
    ActivationUnresponsive,

    /// <summary>Another activation was first (clusters only).</summary>
    DuplicateActivation,

    /// <summary>A call of an incompatible version came (clusters only).</summary>
    IncompatibleRequest,

    /// <summary>The grain's code failed.</summary>
    ApplicationError,

    /// <summary>The grain asked for it.</summary>
    ApplicationRequested,

    /// <summary>It moves to another silo (clusters only).</summary>
    Migrating,

    /// <summary>The engine asked for it.</summary>
    RuntimeRequested,

    /// <summary>Memory is short (clusters only).</summary>
    HighMemoryPressure,
}
