using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.SecureAggregation;

namespace PrivacyGrains.Protocols.Tests.SecureAggregation;

/// <summary>A run in which everybody is honest and stays, stopped at any phase: where attacks begin.</summary>
internal sealed class Stage : IDisposable
{
    private readonly List<ClientPhase> _states = [];

    public Stage(int clients = 4, int? threshold = null, int? cohort = null)
    {
        World = new World(clients);
        Context = World.Context(threshold: threshold, cohort: cohort);
        Advertising = new ServerAdvertiseKeys(Context);
    }

    public World World { get; }

    public SecureAggregationContext Context { get; }

    public ServerAdvertiseKeys Advertising { get; }

    public AdvertisedClient[] Advertised { get; private set; } = [];

    public ServerShareKeys Sharing { get; private set; } = null!;

    public SharedClient[] Shared { get; private set; } = [];

    public ServerCollectMaskedInputs Collecting { get; private set; } = null!;

    public MaskedClient[] Masked { get; private set; } = [];

    public MaskedSum Sum { get; private set; } = null!;

    public ServerCheckConsistency Checking { get; private set; } = null!;

    public ConfirmedClient[] Confirmed { get; private set; } = [];

    public ServerUnmask Unmasking { get; private set; } = null!;

    public Stage ToAdvertised()
    {
        Advertised = [.. World.Names.Select((_, i) => Keep(World.Advertise(Context, i)))];
        return this;
    }

    public Stage ToSharing()
    {
        ToAdvertised();
        Array.ForEach(Advertised, state => Assert.True(Advertising.Add(state.Message.Span).IsOk));
        Sharing = Advertising.Close().Value;
        return this;
    }

    public Stage ToShared()
    {
        ToSharing();
        Shared = [.. Advertised.Select(state => Keep(state.ShareKeys(Sharing.KeyList.Span, SystemRandomSource.Instance).Value))];
        return this;
    }

    public Stage ToCollecting()
    {
        ToShared();
        Array.ForEach(Shared, state => Assert.True(Sharing.Add(state.Message.Span).IsOk));
        Collecting = Sharing.Close().Value;
        return this;
    }

    public Stage ToMasked()
    {
        ToCollecting();
        Masked = [.. Shared.Select((state, i) => Keep(state.Mask(Delivery(i), World.Input(Context, i)).Value))];
        return this;
    }

    /// <summary>Goes on with the inputs of these clients only.</summary>
    public Stage ToChecking(params int[] survivors)
    {
        ToMasked();
        Sum = new MaskedSum(Context);
        foreach (var survivor in survivors.Length == 0 ? [.. Enumerable.Range(0, Masked.Length)] : survivors)
        {
            var input = MaskedInput.Read(Context, Masked[survivor].Message.Span).Value;
            Assert.True(Sum.Add(input));
            Assert.True(Collecting.Add(input.Receipt).IsOk);
        }

        Checking = Collecting.Close().Value;
        return this;
    }

    public Stage ToUnmasking(params int[] survivors)
    {
        ToChecking(survivors);
        Confirmed = [.. Masked.Where(state => Checking.Survivors.Contains(state.Self)).Select(state => Keep(state.ConfirmSurvivors(Checking.SurvivorList.Span).Value))];
        Array.ForEach(Confirmed, state => Assert.True(Checking.Add(state.Message.Span).IsOk));
        Unmasking = Checking.Close().Value;
        return this;
    }

    public ReadOnlySpan<byte> Delivery(int client) => Collecting.DeliveryFor(World.Names[client]).Value.Span;

    public T Keep<T>(T state)
        where T : ClientPhase
    {
        _states.Add(state);
        return state;
    }

    public void Dispose()
    {
        _states.ForEach(state => state.Dispose());
        World.Dispose();
    }
}
