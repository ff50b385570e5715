using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.SecureAggregation;

/// <summary>The sum of masked vectors of some clients, modulo 2^b, and whose they are: what an aggregator of one cohort holds.</summary>
/// <remarks>
/// Pure addition: partial sums of disjoint cohorts merge in any order. Still masked, so it says nothing until the round's unmasking. Not thread-safe.
/// </remarks>
public sealed class MaskedSum
{
    private readonly SecureAggregationContext _context;
    private readonly SortedSet<int> _clients = [];
    private readonly ulong[] _words;

    /// <summary>An empty sum.</summary>
    /// <param name="context">The aggregation.</param>
    public MaskedSum(SecureAggregationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        _context = context;
        _words = new ulong[context.Parameters.VectorLength];
    }

    /// <summary>Whose inputs are in the sum, in the roster's order.</summary>
    public IReadOnlyList<PartyId> Parties => [.. _clients.Select(_context.Name)];

    /// <summary>The same as indexes.</summary>
    internal IReadOnlyCollection<int> Clients => _clients;

    /// <summary>Adds a client's input.</summary>
    /// <param name="input">A checked input of the same aggregation.</param>
    /// <returns>Whether it was added; false where that client's input is in the sum already.</returns>
    public bool Add(MaskedInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (!_clients.Add(input.Index))
        {
            return false;
        }

        Masks.Combine(_context.Parameters, _words, input.Packed, subtract: false);
        return true;
    }

    /// <summary>Takes a client's input out again, as when it is revoked before the survivors are fixed.</summary>
    /// <param name="input">The input that was added.</param>
    /// <returns>Whether it was in the sum.</returns>
    public bool Remove(MaskedInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (!_clients.Remove(input.Index))
        {
            return false;
        }

        Masks.Combine(_context.Parameters, _words, input.Packed, subtract: true);
        return true;
    }

    /// <summary>Adds the sum of another cohort.</summary>
    /// <param name="other">A sum of the same aggregation over other clients.</param>
    /// <exception cref="ArgumentException">The sums are of different aggregations, or a client is in both.</exception>
    public void Merge(MaskedSum other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!other._context.Digest.Span.SequenceEqual(_context.Digest.Span) || _clients.Overlaps(other._clients))
        {
            throw new ArgumentException("Cohorts of one aggregation have no client in common.", nameof(other));
        }

        _clients.UnionWith(other._clients);
        for (var i = 0; i < _words.Length; i++)
        {
            _words[i] = unchecked(_words[i] + other._words[i]) & _context.Parameters.WordMask;
        }
    }

    /// <summary>The canonical bytes, for an aggregator's checkpoint and for the way to the round.</summary>
    public byte[] Encode()
    {
        var writer = new WireWriter("secagg.sum", 1).Bytes(_context.Digest.Span).Int32(_clients.Count);
        foreach (var client in _clients)
        {
            writer.Int32(client);
        }

        return writer.Bytes(Masks.Pack(_context.Parameters, _words)).ToArray();
    }

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    /// <param name="context">The aggregation.</param>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The sum, or <c>secagg.malformed</c> or <c>secagg.foreign-session</c>.</returns>
    public static Checked<MaskedSum> Decode(SecureAggregationContext context, ReadOnlySpan<byte> bytes)
    {
        var sum = new MaskedSum(context);
        var reader = new WireReader(bytes, "secagg.sum", 1);
        var digest = reader.Bytes(context.Digest.Length);
        if (reader.Failure is null && !digest.SequenceEqual(context.Digest.Span))
        {
            return new ProtocolFault("secagg.foreign-session", null, $"a sum of {context.Roster}", "one of another aggregation");
        }

        var count = reader.Int32();
        for (var i = 0; i < count && i < context.Clients.Length && reader.Failure is null; i++)
        {
            sum._clients.Add(reader.Int32());
        }

        var packed = reader.Bytes();
        var fits = reader.Finish() && sum._clients.Count == count && sum._clients.All(client => client >= 0 && client < context.Clients.Length)
            && packed.Length == context.Parameters.VectorLength * context.Parameters.WordBytes;
        if (!fits)
        {
            return new ProtocolFault("secagg.malformed", null, "a sum of masked vectors", reader.Failure ?? "a count or length that does not fit");
        }

        Masks.Combine(context.Parameters, sum._words, packed, subtract: false);
        return sum;
    }

    /// <summary>A copy of the words, for the unmasking.</summary>
    internal ulong[] CopyWords() => [.. _words];

    /// <summary>How many inputs; never the words.</summary>
    public override string ToString() => $"MaskedSum of {_clients.Count}";
}
