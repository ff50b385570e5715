namespace Orleans.Runtime;

/// <summary>A grain's key.</summary>
public readonly record struct IdSpan
{
    private readonly string? _text;

    private IdSpan(string text) => _text = text;

    /// <summary>The key with those characters.</summary>
    /// <param name="id">The characters.</param>
    /// <returns>The key.</returns>
    public static IdSpan Create(string id) => new(id);

    /// <inheritdoc/>
    public override string ToString() => _text ?? "";
}

/// <summary>A kind of grain: by convention the class's name in lower case without "grain".</summary>
public readonly record struct GrainType
{
    private readonly string? _text;

    private GrainType(string text) => _text = text;

    /// <summary>The kind with that name.</summary>
    /// <param name="value">The name, not blank.</param>
    /// <returns>The kind.</returns>
    public static GrainType Create(string value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(value);
        return new(value);
    }

    /// <inheritdoc/>
    public override string ToString() => _text ?? "";
}

/// <summary>A grain's identity: its kind and its key.</summary>
/// <param name="Type">The kind.</param>
/// <param name="Key">The key.</param>
public readonly record struct GrainId(GrainType Type, IdSpan Key)
{
    /// <summary>The identity of that kind and key.</summary>
    /// <param name="type">The kind, not blank.</param>
    /// <param name="key">The key, not blank.</param>
    /// <returns>The identity.</returns>
    public static GrainId Create(string type, string key) => Create(GrainType.Create(type), key);

    /// <inheritdoc cref="Create(string,string)"/>
    public static GrainId Create(GrainType type, string key)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        return new(type, IdSpan.Create(key));
    }

    /// <summary>Kind, slash, key.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => $"{Type}/{Key}";
}
