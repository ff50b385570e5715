namespace PrivacyGrains.Protocols;

/// <summary>What a peer did wrong, or failed to do: the expected outcome of a hostile or broken message.</summary>
/// <param name="Code">Stable, lower case with dots, as <c>channel.replayed</c> or <c>opening.wrong-length</c>. Never renamed.</param>
/// <param name="Party">Who misbehaved; null where it cannot be told.</param>
/// <param name="Expected">What should have come. Public: no secret enters it.</param>
/// <param name="Received">What came. Public: lengths, names and counters only.</param>
public sealed record ProtocolFault(string Code, PartyId? Party, string Expected, string Received)
{
    /// <summary>What was expected and what came, without the code: for where the code stands beside it.</summary>
    public string Explanation => Party is { } party ? $"From {party} was expected {Expected}; {Received} came." : $"Expected was {Expected}; {Received} came.";

    /// <inheritdoc/>
    public override string ToString() =>
        Party is { } party ? $"{Code}: {party}: expected {Expected}, got {Received}" : $"{Code}: expected {Expected}, got {Received}";
}

/// <summary>Either a value or the fault that stands in its place.</summary>
/// <typeparam name="T">What a step gives where all peers behave.</typeparam>
public readonly struct Checked<T>
{
    private readonly T? _value;

    private Checked(T? value, ProtocolFault? fault)
    {
        _value = value;
        Fault = fault;
    }

    /// <summary>The fault, or null.</summary>
    public ProtocolFault? Fault { get; }

    /// <summary>Whether there is a value.</summary>
    public bool IsOk => Fault is null;

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">There is a fault instead.</exception>
    public T Value => Fault is null ? _value! : throw new InvalidOperationException(Fault.ToString());

    /// <summary>Wraps a value.</summary>
    public static implicit operator Checked<T>(T value) => new(value, null);

    /// <summary>Wraps a fault.</summary>
    public static implicit operator Checked<T>(ProtocolFault fault) => new(default, fault);

    /// <summary>Takes one of the two.</summary>
    /// <param name="value">The value where this answers true.</param>
    /// <param name="fault">The fault where this answers false.</param>
    /// <returns>Whether there is a value.</returns>
    public bool Try([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T value, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out ProtocolFault? fault)
    {
        value = _value;
        fault = Fault;
        return fault is null;
    }
}
