namespace PrivacyGrains.Protocols.SecureAggregation;

/// <summary>That a message was taken.</summary>
/// <param name="Party">Whose message it is.</param>
/// <param name="IsNew">False where the same message was taken before: nothing changed, nothing need be stored.</param>
public readonly record struct Acceptance(PartyId Party, bool IsNew);

/// <summary>The server between two phases: whom it waits for and whom it has heard.</summary>
/// <remarks>
/// Deterministic: adding the accepted messages and closing the phases in the same order rebuilds the same state, so a round journals each accepted message and
/// each close. The same content twice is taken once; a second, different one is <c>secagg.equivocation</c>. Not thread-safe. Holds nothing secret from
/// whoever runs the server until <see cref="ServerUnmask"/>.
/// </remarks>
public abstract class ServerPhase
{
    private readonly Dictionary<int, byte[]> _contents = [];
    private readonly IReadOnlyCollection<int> _expected;

    private protected ServerPhase(SecureAggregationContext context, IReadOnlyCollection<int> expected)
    {
        Context = context;
        _expected = expected;
    }

    /// <summary>The aggregation.</summary>
    public SecureAggregationContext Context { get; }

    /// <summary>Who is still waited for, in the roster's order.</summary>
    public IReadOnlyList<PartyId> Missing => [.. _expected.Where(index => !_contents.ContainsKey(index)).Order().Select(Context.Name)];

    /// <summary>Who was heard, in the roster's order.</summary>
    public IReadOnlyList<PartyId> Present => [.. Indexes.Select(Context.Name)];

    /// <summary>Whether nobody is missing, so that the phase can close before its deadline.</summary>
    public bool IsComplete => _contents.Count == _expected.Count;

    /// <summary>Whether the phase was closed.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>How many must be heard before the phase can close.</summary>
    public virtual int Needed => Context.Parameters.MinimumCohort;

    private protected IEnumerable<int> Indexes => _contents.Keys.Order();

    /// <summary>Phase and counts.</summary>
    public override string ToString() => $"{GetType().Name}({_contents.Count} of {_expected.Count} in {Context.Roster})";

    /// <summary>Takes a client's content, once.</summary>
    private protected Checked<Acceptance> Take(int index, byte[] content)
    {
        var party = Context.Name(index);
        if (_contents.TryGetValue(index, out var before))
        {
            return before.AsSpan().SequenceEqual(content)
                ? new Acceptance(party, IsNew: false)
                : new ProtocolFault("secagg.equivocation", party, "one message in each phase", "a second, different one");
        }

        if (IsClosed)
        {
            return new ProtocolFault("secagg.phase-closed", party, "a message before the phase closed", "one after it");
        }

        if (!_expected.Contains(index))
        {
            return new ProtocolFault("secagg.not-in-cohort", party, $"one of {Context.Names(_expected)}", "a client that dropped out before");
        }

        _contents.Add(index, content);
        return new Acceptance(party, IsNew: true);
    }

    /// <summary>Closes the phase where enough were heard.</summary>
    private protected ProtocolFault? TryClose(int heard)
    {
        if (heard < Needed)
        {
            return new ProtocolFault("secagg.too-few", null, $"{Needed} clients", $"{heard}, without {string.Join(", ", Missing)}");
        }

        IsClosed = true;
        return null;
    }
}
