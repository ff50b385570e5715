using System.Collections.Immutable;
using System.Threading.Channels;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Channels;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Cli.Bench;

/// <summary>All parties of one computation in this process, with the channels of a session between them: every message is bytes, sealed and opened.</summary>
/// <remarks>Frames change hands in memory: no grain and no socket, and what a session adds by them is not in here; or a caller says what carries them.</remarks>
internal sealed class PartyTable : IDisposable
{
    private readonly List<IDisposable> _owned = [];

    public PartyTable(SharingScheme scheme)
        : this(scheme, Boxes())
    {
    }

    /// <summary>A table whose frames are carried by something else: told a party and its peer.</summary>
    public PartyTable(SharingScheme scheme, Func<PartyId, PartyId, IFrameCarrier> carrier)
    {
        Scheme = scheme;
        PartyId[] names = [.. Names(scheme)];
        var keys = names.ToDictionary(name => name, _ => Own(SigningKey.Create()));
        var roster = RosterOf(scheme, names.Select(name => keys[name].PublicKey));
        var locals = names.ToDictionary(name => name, name => Own(LocalSession.Begin(roster, name, keys[name])));
        Seats =
        [
            .. names.Select(name => Own(new Seat(
                Committee.Create(scheme, names, name),
                names.Where(peer => peer != name).ToDictionary(
                    peer => peer, SeatLink (peer) => new DirectLink(Own(locals[name].Connect(locals[peer].Offer).Value), carrier(name, peer)))))),
        ];
        foreach (var local in locals.Values)
        {
            local.EndExchange();
        }
    }

    /// <summary>The session that all work at a table is done in.</summary>
    public static SessionId Session { get; } = SessionId.Create("bench");

    /// <summary>How values are shared.</summary>
    public SharingScheme Scheme { get; }

    /// <summary>The parties, in the order of their indices.</summary>
    public ImmutableArray<Seat> Seats { get; }

    /// <summary>The parties' names, in the order of their indices.</summary>
    public static IEnumerable<PartyId> Names(SharingScheme scheme) => Enumerable.Range(0, scheme.Parties).Select(i => PartyId.Create($"party-{i:00}"));

    /// <summary>The roster of a table.</summary>
    public static Roster RosterOf(SharingScheme scheme, IEnumerable<VerificationKey> keys)
    {
        var terms = new RosterTerms
        {
            Consortium = "bench",
            Epoch = 0,
            Session = Session,
            Purpose = "bench",
            ReconstructionThreshold = scheme.ReconstructionThreshold,
            CorruptionThreshold = scheme.CorruptionThreshold,
            MinimumCohort = 0,
            ComputationDigest = new byte[32],
        };
        return Roster.Create(terms, Names(scheme).Zip(keys, (name, key) => new RosterMember(name, RosterRoles.Compute, key)));
    }

    /// <inheritdoc/>
    public void Dispose() => _owned.ForEach(owned => owned.Dispose());

    private static Func<PartyId, PartyId, IFrameCarrier> Boxes()
    {
        var boxes = new Dictionary<(PartyId From, PartyId To), Channel<(byte[] Memory, int Length)>>();
        return (self, peer) => new BoxCarrier(Box(self, peer), Box(peer, self));

        Channel<(byte[] Memory, int Length)> Box(PartyId from, PartyId to)
        {
            if (!boxes.TryGetValue((from, to), out var box))
            {
                boxes[(from, to)] = box = Channel.CreateUnbounded<(byte[] Memory, int Length)>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
            }

            return box;
        }
    }

    private T Own<T>(T item)
        where T : IDisposable
    {
        _owned.Add(item);
        return item;
    }
}
