using System.Diagnostics;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Accounting.Accountants;
using PrivacyGrains.Privacy.Accounting.Plans;

namespace PrivacyGrains.Cli.Bench;

/// <summary>How long one plan is accounted for.</summary>
/// <param name="Name">Of the plan.</param>
/// <param name="Accountant">Which accountant.</param>
/// <param name="Epsilon">What it says.</param>
/// <param name="Delta">At which.</param>
/// <param name="MedianSeconds">Of processor time, all threads.</param>
/// <param name="MinSeconds">The least.</param>
internal sealed record AccountResult(string Name, string Accountant, double Epsilon, double Delta, double MedianSeconds, double MinSeconds);

/// <summary>What <c>bench account --json</c> prints.</summary>
/// <param name="Results">One a plan and accountant.</param>
internal sealed record AccountsDocument(IReadOnlyList<AccountResult> Results);

/// <summary>Plans whose accounting is measured.</summary>
internal static class AccountWork
{
    private const int Runs = 9;

    private static readonly (string Name, double Delta, PrivacyEvent[] Events)[] Plans =
    [
        ("dp-sgd-10000", 1e-5, [Steps(10_000, 0.01, 1)]),
        ("dp-sgd-1000000", 1e-8, [Steps(1_000_000, 1e-4, 0.6)]),
        ("mixed", 1e-6, [new PrivacyEvent.Gaussian(2), new PrivacyEvent.Laplace(2), new PrivacyEvent.DiscreteLaplace(0.5, 2), Steps(100, 0.02, 0.8)]),
    ];

    /// <summary>Measures all, in processor time, which other work on the machine disturbs least.</summary>
    public static IEnumerable<AccountResult> Run(Action<string> note, CancellationToken cancel)
    {
        foreach (var (name, at, events) in Plans)
        {
            foreach (var accountant in (string[])["pld", "rdp"])
            {
                note($"{name}, {accountant}");
                var (plan, delta) = (new PrivacyPlan(NeighbouringRelation.AddRemove, [.. events]), Delta.Create(at));
                var loss = PlanAccountants.Account(plan, delta, accountant);
                var seconds = new double[Runs];
                for (var i = 0; i < Runs; i++)
                {
                    cancel.ThrowIfCancellationRequested();
                    var before = Process.GetCurrentProcess().TotalProcessorTime;
                    PlanAccountants.Account(plan, delta, accountant);
                    seconds[i] = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
                }

                Array.Sort(seconds);
                yield return new AccountResult(name, accountant, loss.Epsilon, at, seconds[Runs / 2], seconds[0]);
            }
        }
    }

    private static PrivacyEvent.Repeat Steps(long count, double probability, double noise) => new(count, new PrivacyEvent.Poisson(probability, new PrivacyEvent.Gaussian(noise)));
}
