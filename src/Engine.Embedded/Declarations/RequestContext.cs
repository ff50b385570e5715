using System.Collections.Immutable;

namespace Orleans.Runtime;

/// <summary>Values that travel with every call made from here, one way: what a callee sets, its caller does not see.</summary>
public static class RequestContext
{
    private const string ReentrancyKey = "#CCR";
    private static readonly AsyncLocal<ImmutableDictionary<string, object>?> Values = new();

    /// <summary>The call chain that may re-enter, or the empty id for none.</summary>
    public static Guid ReentrancyId
    {
        get => ReentrancyOf(Values.Value);
        set
        {
            if (value == Guid.Empty)
                Remove(ReentrancyKey);
            else
                Set(ReentrancyKey, value);
        }
    }

    /// <summary>The names that have a value.</summary>
    public static IEnumerable<string> Keys => Values.Value?.Keys ?? [];

    /// <summary>The names with their values.</summary>
    public static IEnumerable<KeyValuePair<string, object>> Entries => Values.Value ?? Enumerable.Empty<KeyValuePair<string, object>>();

    internal static ImmutableDictionary<string, object>? Snapshot
    {
        get => Values.Value;
        set => Values.Value = value;
    }

    /// <summary>The value under that name.</summary>
    /// <param name="key">The name.</param>
    /// <returns>The value, or null.</returns>
    public static object? Get(string key) => Values.Value is { } values && values.TryGetValue(key, out var value) ? value : null;

    /// <summary>Sets a value for the calls that follow.</summary>
    /// <param name="key">The name.</param>
    /// <param name="value">The value, immutable, and serializable on Orleans.</param>
    public static void Set(string key, object value) => Values.Value = (Values.Value ?? ImmutableDictionary<string, object>.Empty).SetItem(key, value);

    /// <summary>Forgets a value.</summary>
    /// <param name="key">The name.</param>
    /// <returns>Whether there was one.</returns>
    public static bool Remove(string key)
    {
        if (Values.Value is not { } values || !values.ContainsKey(key))
            return false;

        Values.Value = values.Count == 1 ? null : values.Remove(key);
        return true;
    }

    /// <summary>Forgets every value.</summary>
    public static void Clear() => Values.Value = null;

    /// <summary>Until the section is disposed, calls that come back to this grain from calls made in it run between its awaits.</summary>
    /// <returns>The section.</returns>
    public static ReentrancySection AllowCallChainReentrancy()
    {
        var original = ReentrancyId;
        return new(original, original == Guid.Empty ? Guid.NewGuid() : original);
    }

    /// <summary>Until the section is disposed, calls made in it may not re-enter.</summary>
    /// <returns>The section.</returns>
    public static ReentrancySection SuppressCallChainReentrancy() => new(ReentrancyId, Guid.Empty);

    internal static Guid ReentrancyOf(ImmutableDictionary<string, object>? values) =>
        values is not null && values.TryGetValue(ReentrancyKey, out var id) ? (Guid)id : Guid.Empty;

    /// <summary>The span of code in which a call chain may re-enter, or may not.</summary>
    public readonly struct ReentrancySection : IDisposable
    {
        private readonly Guid _original;
        private readonly Guid _id;

        /// <summary>Opens the section.</summary>
        /// <param name="originalReentrancyId">The chain to go back to.</param>
        /// <param name="newReentrancyId">The chain within the section.</param>
        public ReentrancySection(Guid originalReentrancyId, Guid newReentrancyId)
        {
            _original = originalReentrancyId;
            _id = newReentrancyId;
            if (_id != _original)
                ReentrancyId = _id;
            if (_id != Guid.Empty)
                RuntimeContext.Current?.EnterReentrantSection(_id);
        }

        /// <summary>Closes the section.</summary>
        public void Dispose()
        {
            if (_id != Guid.Empty)
                RuntimeContext.Current?.LeaveReentrantSection(_id);
            if (_id != _original)
                ReentrancyId = _original;
        }
    }
}
