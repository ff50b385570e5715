using PrivacyGrains.Grains.Tests.Hosting;
using PrivacyGrains.Testing;
using static PrivacyGrains.Grains.Tests.Hosting.TestConsortium;

namespace PrivacyGrains.Grains.Tests.Rounds;

/// <summary>Hospitals with rows and open budgets, under a manual clock, that take part in the rounds of trainings and queries.</summary>
internal sealed class OwnerWorld(TestConsortium consortium, ManualTimeProvider clock, Hospital[] hospitals) : IAsyncDisposable
{
    public TestConsortium Consortium => consortium;

    public ManualTimeProvider Clock => clock;

    public Hospital[] Hospitals => hospitals;

    public string[] Names => [.. hospitals.Select(h => h.Party)];

    public static async Task<OwnerWorld> StartAsync(int count = 5)
    {
        var clock = new ManualTimeProvider();
        var consortium = await StartWithAsync(clock, [.. Plans.Hospitals.Take(count)]);
        var hospitals = new List<Hospital>();
        foreach (var (i, party) in Plans.Hospitals.Take(count).Index())
        {
            hospitals.Add(new Hospital(consortium, party, await consortium.Keys.GetAsync(party), Hospital.TwentyRows(i)));
            Value(await hospitals[^1].Ledger.OpenAsync(Ledger.LedgerSamples.Terms(epsilon: 1000)));
        }

        return new OwnerWorld(consortium, clock, [.. hospitals]);
    }

    public ITrainingGrain Training(string job) => consortium.Cluster.Grains.GetGrain<ITrainingGrain>(job);

    public IQueryGrain Query(string query) => consortium.Cluster.Grains.GetGrain<IQueryGrain>(query);

    public IRoundGrain Round(string owner, int number) => consortium.Cluster.Grains.GetGrain<IRoundGrain>($"{owner}/{number}");

    /// <summary>Waits until the owner has started a round.</summary>
    public async Task<(IRoundGrain Round, RoundPlan Plan)> OpenedAsync(string owner, int number)
    {
        var round = Round(owner, number);
        while (true)
        {
            if ((await AgainAsync(() => round.GetAsync(0, 0))).Value is { } view)
            {
                return (round, view.Plan);
            }

            clock.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }
    }

    /// <summary>Takes part in a round until it ends; who is in <paramref name="gone"/> leaves at that phase, and its deadline passes.</summary>
    /// <returns>What each entered, and how the round ended.</returns>
    public async Task<(Participation[] Parts, RoundView End)> RunAsync(string owner, int number, string? atPhase = null, params string[] gone)
    {
        var (round, plan) = await OpenedAsync(owner, number);
        var parts = await Task.WhenAll(hospitals.Select(h => h.JoinAsync(plan)));
        var present = parts;
        foreach (var phase in RoundWorld.InOrder)
        {
            present = phase == atPhase ? [.. present.Where(p => !gone.Contains(p.Hospital.Party))] : present;
            foreach (var part in present)
            {
                await AgainAsync(async () =>
                {
                    await part.AnswerAsync(round, phase);
                    return phase;
                });
            }

            if (phase == atPhase)
            {
                clock.Advance(TimeSpan.FromSeconds(plan.PhaseSeconds));
                if ((await RoundWorld.UntilAsync(round, view => view.Phase != phase)).Phase == RoundPhases.Aborted)
                {
                    break;
                }
            }
        }

        var end = await EndAsync(round);
        foreach (var part in parts.Where(p => p.IsCharged && RoundPhases.CollectMaskedInputs is var upload && !p.Client.Sent.ContainsKey(upload)))
        {
            await part.RefundAsync();
        }

        return (parts, end);
    }

    /// <summary>Calls again where the activation was killed or the store failed, as an agent does.</summary>
    public static async Task<T> AgainAsync<T>(Func<Task<T>> call)
    {
        while (true)
        {
            try
            {
                return await call();
            }
            catch (Exception e) when (e is IOException or SiloUnavailableException)
            {
                await Task.Yield();
            }
        }
    }

    public ValueTask DisposeAsync() => consortium.DisposeAsync();

    private async Task<RoundView> EndAsync(IRoundGrain round)
    {
        while (true)
        {
            var view = Value(await AgainAsync(() => round.GetAsync(0, 0)));
            if (view.Phase is RoundPhases.Completed or RoundPhases.Aborted)
            {
                return view;
            }

            clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }
    }
}
