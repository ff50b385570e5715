using System.Collections.Immutable;
using System.Security.Cryptography;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.SecureAggregation;

/// <summary>What every message of one secure aggregation is bound to: the roster (and so consortium, epoch, session and thresholds) and the parameters.</summary>
/// <remarks>Public and immutable. A session serves one aggregation: a retry has another session, hence another context and fresh keys.</remarks>
public sealed class SecureAggregationContext
{
    private readonly byte[] _digest;

    private SecureAggregationContext(Roster roster, SecureAggregationParameters parameters, ImmutableArray<RosterMember> clients)
    {
        Roster = roster;
        Parameters = parameters;
        Clients = clients;
        _digest = SHA256.HashData(
            new WireWriter("secagg.context", 1)
                .Text(roster.Terms.Consortium).UInt64((ulong)roster.Terms.Epoch).Text(roster.Terms.Session.Value).Bytes(roster.Digest.Span)
                .Int32(parameters.Clients).Int32(parameters.ReconstructionThreshold).Int32(parameters.MinimumCohort).Int32(parameters.Colluders)
                .Int32(parameters.VectorLength).Int32(parameters.WordBits)
                .Written.Span);
    }

    /// <summary>The round's roster.</summary>
    public Roster Roster { get; }

    /// <summary>Sizes and thresholds.</summary>
    public SecureAggregationParameters Parameters { get; }

    /// <summary>The roster's contributors in its order; a client's index is its place here.</summary>
    public ImmutableArray<RosterMember> Clients { get; }

    /// <summary>SHA-256 over all of it, 32 bytes; stands in every message.</summary>
    public ReadOnlyMemory<byte> Digest => _digest;

    /// <summary>Binds a roster and parameters that should fit.</summary>
    /// <param name="roster">The round's roster, verified by the caller; its contributors are the clients.</param>
    /// <param name="parameters">With the roster's thresholds and as many clients as it has contributors.</param>
    /// <returns>The context.</returns>
    /// <exception cref="ArgumentException">They do not fit each other.</exception>
    public static SecureAggregationContext Create(Roster roster, SecureAggregationParameters parameters) =>
        Check(roster, parameters).Try(out var context, out var fault) ? context : throw new ArgumentException(fault.ToString(), nameof(parameters));

    /// <summary>Binds a roster and parameters that came from outside.</summary>
    /// <param name="roster">The round's roster, verified by the caller; its contributors are the clients.</param>
    /// <param name="parameters">With the roster's thresholds and as many clients as it has contributors.</param>
    /// <returns>The context, or <c>secagg.parameters</c>.</returns>
    public static Checked<SecureAggregationContext> Check(Roster roster, SecureAggregationParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(roster);
        ArgumentNullException.ThrowIfNull(parameters);
        var (clients, terms) = (roster.With(RosterRoles.Contributor), roster.Terms);
        var agreed = (clients.Length, terms.ReconstructionThreshold, terms.MinimumCohort, terms.CorruptionThreshold);
        var given = (parameters.Clients, parameters.ReconstructionThreshold, parameters.MinimumCohort, parameters.Colluders);
        return agreed == given
            ? new SecureAggregationContext(roster, parameters, clients)
            : new ProtocolFault("secagg.parameters", null, $"(clients, reconstruction, cohort, colluders) = {agreed} as in the roster", $"{given}");
    }

    /// <summary>A client's index, or -1.</summary>
    /// <param name="party">Whom to look for.</param>
    public int IndexOf(PartyId party)
    {
        for (var i = 0; i < Clients.Length; i++)
        {
            if (Clients[i].Party == party)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>A client's name.</summary>
    internal PartyId Name(int index) => Clients[index].Party;

    /// <summary>Names for a fault's text.</summary>
    internal string Names(IEnumerable<int> indexes) => string.Join(", ", indexes.Select(index => Name(index).Value));
}
