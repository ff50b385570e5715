namespace PrivacyGrains.Protocols;

/// <summary>Names one organisation in a consortium: 1 to 64 characters of a-z, 0-9 and hyphen, beginning with a letter.</summary>
/// <remarks>Public. The ordering is ordinal, and it fixes the index of a party within a session.</remarks>
public readonly record struct PartyId : IComparable<PartyId>
{
    private readonly string? _value;

    private PartyId(string value) => _value = value;

    /// <summary>The name itself.</summary>
    /// <exception cref="InvalidOperationException">This is the default value, which names nobody.</exception>
    public string Value => _value ?? throw new InvalidOperationException("A default PartyId names nobody; use PartyId.Create.");

    /// <summary>Checks a name and makes it an identifier.</summary>
    /// <param name="value">The name as it came from outside.</param>
    /// <returns>The identifier.</returns>
    /// <exception cref="ArgumentException">The name is empty, too long, or holds another character.</exception>
    public static PartyId Create(string value) =>
        TryCreate(value, out var id)
            ? id
            : throw new ArgumentException("A party is named by 1 to 64 characters of a-z, 0-9 and hyphen, beginning with a letter.", nameof(value));

    /// <summary>Checks a name that may be wrong.</summary>
    /// <param name="value">The name as it came from outside.</param>
    /// <param name="id">The identifier, or the default value.</param>
    /// <returns>Whether the name is one.</returns>
    public static bool TryCreate(string? value, out PartyId id)
    {
        id = default;
        if (value is not { Length: >= 1 and <= 64 } || value[0] is < 'a' or > 'z')
        {
            return false;
        }

        foreach (var c in value)
        {
            if (c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-'))
            {
                return false;
            }
        }

        id = new PartyId(value);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(PartyId other) => string.CompareOrdinal(_value, other._value);

    /// <inheritdoc/>
    public override string ToString() => _value ?? "(nobody)";

    /// <summary>Ordinal comparison.</summary>
    public static bool operator <(PartyId left, PartyId right) => left.CompareTo(right) < 0;

    /// <summary>Ordinal comparison.</summary>
    public static bool operator >(PartyId left, PartyId right) => left.CompareTo(right) > 0;

    /// <summary>Ordinal comparison.</summary>
    public static bool operator <=(PartyId left, PartyId right) => left.CompareTo(right) <= 0;

    /// <summary>Ordinal comparison.</summary>
    public static bool operator >=(PartyId left, PartyId right) => left.CompareTo(right) >= 0;
}
