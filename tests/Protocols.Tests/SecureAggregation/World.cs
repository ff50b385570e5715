using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.SecureAggregation;

namespace PrivacyGrains.Protocols.Tests.SecureAggregation;

/// <summary>Clients with roster keys, and one honest run of the protocol over them in which some stop before a phase.</summary>
internal sealed class World : IDisposable
{
    /// <summary>A client that never stops.</summary>
    public const int Stays = 5;

    private readonly SigningKey[] _keys;
    private int _sessions;

    public World(int clients)
    {
        _keys = [.. Enumerable.Range(0, clients).Select(_ => SigningKey.Create())];
        Names = [.. Enumerable.Range(0, clients).Select(i => PartyId.Create($"client-{i:d3}"))];
    }

    public PartyId[] Names { get; }

    public SigningKey Key(int client) => _keys[client];

    public void Dispose() => Array.ForEach(_keys, key => key.Dispose());

    /// <summary>The smallest thresholds that are allowed without colluders.</summary>
    public static (int Reconstruction, int Cohort) Thresholds(int clients)
    {
        var reconstruction = (clients / 2) + 1;
        return (reconstruction, Math.Max(3, reconstruction));
    }

    public SecureAggregationContext Context(int vectorLength = 3, int wordBits = 32, int? threshold = null, int? cohort = null, string? session = null)
    {
        var (reconstruction, minimum) = Thresholds(_keys.Length);
        var t = threshold ?? reconstruction;
        var parameters = SecureAggregationParameters.Create(_keys.Length, t, cohort ?? Math.Max(t, minimum), 0, vectorLength, wordBits);
        var terms = new RosterTerms
        {
            Consortium = "consortium",
            Epoch = 1,
            Session = SessionId.Create(session ?? $"round-{_sessions++}"),
            Purpose = "training-round",
            ReconstructionThreshold = parameters.ReconstructionThreshold,
            CorruptionThreshold = parameters.Colluders,
            MinimumCohort = parameters.MinimumCohort,
            ComputationDigest = new byte[32],
        };
        var members = Names.Select((name, i) => new RosterMember(name, RosterRoles.Contributor, _keys[i].PublicKey));
        return SecureAggregationContext.Create(Roster.Create(terms, members), parameters);
    }

    public AdvertisedClient Advertise(SecureAggregationContext context, int client) =>
        SecureAggregationClient.Advertise(context, Names[client], _keys[client]);

    /// <summary>Inputs that differ everywhere and use the whole word.</summary>
    public static ulong[] Input(SecureAggregationContext context, int client)
    {
        using var stream = new AesCtrRandomSource([.. BitConverter.GetBytes((ulong)client), .. new byte[8]]);
        var words = new ulong[context.Parameters.VectorLength];
        Span<byte> bytes = stackalloc byte[8];
        foreach (ref var word in words.AsSpan())
        {
            stream.Fill(bytes);
            word = BitConverter.ToUInt64(bytes) & context.Parameters.WordMask;
        }

        return words;
    }

    public static ulong[] ExpectedSum(SecureAggregationContext context, IEnumerable<int> survivors)
    {
        var sum = new ulong[context.Parameters.VectorLength];
        foreach (var survivor in survivors)
        {
            var input = Input(context, survivor);
            for (var i = 0; i < sum.Length; i++)
            {
                sum[i] = unchecked(sum[i] + input[i]) & context.Parameters.WordMask;
            }
        }

        return sum;
    }

    /// <summary>Runs the protocol; client i sends nothing from phase stopsBefore[i] on.</summary>
    public Checked<SecureAggregationResult> Run(SecureAggregationContext context, IReadOnlyList<int> stopsBefore) =>
        new Play(this, context, stopsBefore).Run();
}

/// <summary>One run with its traffic.</summary>
internal sealed class Play(World world, SecureAggregationContext context, IReadOnlyList<int> stopsBefore)
{
    private readonly List<ClientPhase> _states = [];

    /// <summary>Messages by client and phase, up and down.</summary>
    public Dictionary<(int Client, int Phase), (int Up, int Down)> Traffic { get; } = [];

    public Checked<SecureAggregationResult> Run()
    {
        try
        {
            return Phases();
        }
        finally
        {
            _states.ForEach(state => state.Dispose());
        }
    }

    private Checked<SecureAggregationResult> Phases()
    {
        var advertising = new ServerAdvertiseKeys(context);
        var advertised = Step(0, Enumerable.Range(0, context.Clients.Length), i => (world.Advertise(context, i), 0));
        Deliver(advertised, message => advertising.Add(message));
        if (!advertising.Close().Try(out var sharing, out var fault))
        {
            return fault;
        }

        var shared = Step(1, advertised.Keys, i => (advertised[i].ShareKeys(sharing.KeyList.Span, SystemRandomSource.Instance).Value, sharing.KeyList.Length));
        Deliver(shared, message => sharing.Add(message));
        if (!sharing.Close().Try(out var collecting, out fault))
        {
            return fault;
        }

        var masked = Step(2, shared.Keys, i =>
        {
            var delivery = collecting.DeliveryFor(world.Names[i]).Value;
            return (shared[i].Mask(delivery.Span, World.Input(context, i)).Value, delivery.Length);
        });
        var (even, odd) = (new MaskedSum(context), new MaskedSum(context));
        Deliver(masked, message =>
        {
            var input = MaskedInput.Read(context, message).Value;
            Assert.True((input.Index % 2 == 0 ? even : odd).Add(input));
            return collecting.Add(input.Receipt);
        });
        if (!collecting.Close().Try(out var checking, out fault))
        {
            return fault;
        }

        var confirmed = Step(3, masked.Keys, i => (masked[i].ConfirmSurvivors(checking.SurvivorList.Span).Value, checking.SurvivorList.Length));
        Deliver(confirmed, message => checking.Add(message));
        if (!checking.Close().Try(out var unmasking, out fault))
        {
            return fault;
        }

        var unmasked = Step(4, confirmed.Keys, i => (confirmed[i].Unmask(unmasking.Confirmations.Span).Value, unmasking.Confirmations.Length));
        Deliver(unmasked, message => unmasking.Add(message));
        even.Merge(odd);
        return unmasking.Finish(even);
    }

    private Dictionary<int, T> Step<T>(int phase, IEnumerable<int> clients, Func<int, (T State, int Down)> step)
        where T : ClientPhase
    {
        var next = new Dictionary<int, T>();
        foreach (var client in clients.Where(client => stopsBefore[client] > phase))
        {
            var (state, down) = step(client);
            _states.Add(state);
            next.Add(client, state);
            Traffic.Add((client, phase), (state.Message.Length, down));
        }

        return next;
    }

    private static void Deliver<T>(Dictionary<int, T> states, Func<ReadOnlySpan<byte>, Checked<Acceptance>> add)
        where T : ClientPhase
    {
        foreach (var state in states.Values)
        {
            Assert.Equal(new Acceptance(state.Self, IsNew: true), add(state.Message.Span).Value);
        }
    }
}
