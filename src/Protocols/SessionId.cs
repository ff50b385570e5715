namespace PrivacyGrains.Protocols;

/// <summary>Names one protocol run (a computation or one secure-aggregation round): 1 to 96 characters of a-z, 0-9, hyphen and dot, beginning with a letter.</summary>
/// <remarks>Public. Bound into every key, signature and charge of the run; never reused.</remarks>
public readonly record struct SessionId
{
    private readonly string? _value;

    private SessionId(string value) => _value = value;

    /// <summary>The name itself.</summary>
    /// <exception cref="InvalidOperationException">This is the default value, which names nobody.</exception>
    public string Value => _value ?? throw new InvalidOperationException("A default SessionId names nothing; use SessionId.Create.");

    /// <summary>Checks a name and makes it an identifier.</summary>
    /// <param name="value">The name as it came from outside.</param>
    /// <returns>The identifier.</returns>
    /// <exception cref="ArgumentException">The name is empty, too long, or holds another character.</exception>
    public static SessionId Create(string value) =>
        TryCreate(value, out var id)
            ? id
            : throw new ArgumentException("A session is named by 1 to 96 characters of a-z, 0-9, hyphen and dot, beginning with a letter.", nameof(value));

    /// <summary>Checks a name that may be wrong.</summary>
    /// <param name="value">The name as it came from outside.</param>
    /// <param name="id">The identifier, or the default value.</param>
    /// <returns>Whether the name is one.</returns>
    public static bool TryCreate(string? value, out SessionId id)
    {
        id = default;
        if (value is not { Length: >= 1 and <= 96 } || value[0] is < 'a' or > 'z')
        {
            return false;
        }

        foreach (var c in value)
        {
            if (c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-' or '.'))
            {
                return false;
            }
        }

        id = new SessionId(value);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => _value ?? "(none)";
}
