using System.Buffers.Binary;
using System.Collections.Immutable;
using PrivacyGrains.Grains.Tests.Hosting;
using PrivacyGrains.Testing;
using static PrivacyGrains.Grains.Tests.Hosting.TestConsortium;

namespace PrivacyGrains.Grains.Tests.Rounds;

/// <summary>A consortium of hospitals that has joined, under a manual clock, and rounds with real clients.</summary>
internal sealed class RoundWorld : IAsyncDisposable
{
    public static readonly string[] InOrder =
        [RoundPhases.AdvertiseKeys, RoundPhases.ShareKeys, RoundPhases.CollectMaskedInputs, RoundPhases.CheckConsistency, RoundPhases.Unmask];

    private RoundWorld(TestConsortium consortium, ManualTimeProvider clock) => (Consortium, Clock) = (consortium, clock);

    public TestConsortium Consortium { get; }

    public ManualTimeProvider Clock { get; }

    public static async Task<RoundWorld> StartAsync(int hospitals = 5)
    {
        var clock = new ManualTimeProvider();
        return new RoundWorld(await StartWithAsync(clock, [.. Plans.Hospitals.Take(hospitals)]), clock);
    }

    public IRoundGrain Round(RoundPlan plan) => Consortium.Cluster.Grains.GetGrain<IRoundGrain>($"{plan.OwnerId}/{plan.Number}");

    /// <summary>A round that is open, and its clients; client i enters (i, 10 i, -i).</summary>
    public async Task<(RoundPlan Plan, IRoundGrain Round, RoundClient[] Clients)> OpenAsync(
        string? computation = null, int threshold = 4, int cohort = 4, int number = 1, double phaseSeconds = 10)
    {
        var members = Value(await Consortium.Book.GetAsync()).Members;
        var participants = members.Select(m => new ParticipantKey(m.Party, m.VerificationKey));
        var plan = Plans.Plan("detector", number, [.. participants], computation ?? Plans.Computation(), 3, threshold, cohort) with { PhaseSeconds = phaseSeconds };
        Value(await Round(plan).StartAsync(plan));
        var clients = new List<RoundClient>();
        foreach (var (i, member) in members.Index())
        {
            clients.Add(new RoundClient(member.Party, await Consortium.Keys.GetAsync(member.Party), [(ulong)i + 1, 10 * ((ulong)i + 1), unchecked((ulong)-(i + 1L))]));
        }

        return (plan, Round(plan), [.. clients]);
    }

    public static async Task<Reply<RoundView>> SubmitAsync(IRoundGrain round, RoundPlan plan, RoundClient client, string phase) =>
        await round.SubmitAsync(await client.AnswerAsync(round, plan, phase));

    /// <summary>These clients answer these phases.</summary>
    public static async Task AnswerAsync(IRoundGrain round, RoundPlan plan, IEnumerable<RoundClient> clients, params IEnumerable<string> phases)
    {
        foreach (var phase in phases)
        {
            foreach (var client in clients)
            {
                Value(await SubmitAsync(round, plan, client, phase));
            }
        }
    }

    public static IEnumerable<string> Before(string phase) => InOrder.TakeWhile(p => p != phase);

    public static IEnumerable<string> From(string phase) => InOrder.SkipWhile(p => p != phase);

    /// <summary>Waits for a change until the round is so; the clock stands still meanwhile.</summary>
    public static async Task<RoundView> UntilAsync(IRoundGrain round, Func<RoundView, bool> isSo)
    {
        var view = Value(await round.GetAsync(0, 0));
        while (!isSo(view))
        {
            view = Value(await round.GetAsync(view.Version, 5000));
        }

        return view;
    }

    /// <summary>Runs the clock until the round is so: its errands are timed anew only when the last ones are done.</summary>
    public static async Task<RoundView> RunUntilAsync(ManualTimeProvider clock, IRoundGrain round, Func<RoundView, bool> isSo)
    {
        while (true)
        {
            var view = Value(await round.GetAsync(0, 0));
            if (isSo(view))
            {
                return view;
            }

            clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }

    public static Task<RoundView> EndAsync(IRoundGrain round) => UntilAsync(round, view => view.Phase is RoundPhases.Completed or RoundPhases.Aborted);

    /// <summary>The words of a completed round's sum.</summary>
    public static async Task<IEnumerable<long>> SumAsync(IRoundGrain round)
    {
        var sum = Value(await round.SumAsync());
        return Enumerable.Range(0, sum.Words.Length / 8).Select(i => BinaryPrimitives.ReadInt64LittleEndian(sum.Words.Span[(8 * i)..])).ToList();
    }

    /// <summary>Waits until the round has completed; answers its words.</summary>
    public static async Task<IEnumerable<long>> SumOfEndAsync(IRoundGrain round)
    {
        var view = await EndAsync(round);
        Assert.Equal((RoundPhases.Completed, null), (view.Phase, view.AbortReason));
        return await SumAsync(round);
    }

    /// <summary>Lets the present phase's deadline pass.</summary>
    public async Task PassDeadlineAsync(IRoundGrain round, RoundPlan plan)
    {
        var phase = Value(await round.GetAsync(0, 0)).Phase;
        Clock.Advance(TimeSpan.FromSeconds(plan.PhaseSeconds));
        await UntilAsync(round, view => view.Phase != phase);
    }

    /// <summary>Waits until a party's board is so; answers what stands on it.</summary>
    public async Task<IEnumerable<WorkItem>> BoardAsync(string party, Func<int, bool> isSo)
    {
        var view = await Consortium.Party(party).WorkAsync(0, 0);
        while (!isSo(view.Items.Length))
        {
            view = await Consortium.Party(party).WorkAsync(view.Version, 5000);
        }

        return view.Items;
    }

    public static ImmutableArray<string> Names(params IEnumerable<int> hospitals) => [.. hospitals.Select(i => $"hospital-{i}")];

    public ValueTask DisposeAsync() => Consortium.DisposeAsync();
}
