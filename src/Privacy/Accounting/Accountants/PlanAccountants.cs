using System.Collections.Immutable;
using PrivacyGrains.Privacy.Accounting.Plans;

namespace PrivacyGrains.Privacy.Accounting.Accountants;

/// <summary>The accountants by name.</summary>
public static class PlanAccountants
{
    /// <summary>What may be asked for.</summary>
    public static ImmutableArray<string> Names { get; } = ["pld", "rdp", "zcdp", "best"];

    /// <summary>What a plan loses at a delta.</summary>
    /// <param name="plan">What is released.</param>
    /// <param name="delta">The failure probability.</param>
    /// <param name="accountant">One of <see cref="Names"/>; <c>best</c> takes the least figure of those that have one: each is an upper bound.</param>
    /// <param name="orders">Orders of the Renyi accountant, or none.</param>
    /// <returns>A finite figure.</returns>
    /// <exception cref="PlanRefusedException">
    /// <c>account.no-bound</c>: no finite figure at this delta, or an event that the accountant does not bound; <c>account.delta-too-large</c>: delta is at least one in the known population.
    /// </exception>
    public static AccountedLoss Account(PrivacyPlan plan, Delta delta, string accountant, ImmutableArray<double> orders = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        foreach (var each in plan.Events)
        {
            RequireSmall(delta, each);
        }

        var result = accountant switch
        {
            "pld" => Pld(),
            "rdp" => Rdp(),
            "zcdp" => Zcdp(),
            "best" => Best(Pld, Rdp, Zcdp),
            _ => throw new ArgumentException($"No accountant is called {accountant}.", nameof(accountant)),
        };
        return double.IsFinite(result.Epsilon)
            ? result
            : throw new PlanRefusedException("account.no-bound", $"The accountant {result.Accountant} has no finite epsilon at delta {delta.Value:G6}: take a greater delta, more noise or another accountant.");

        AccountedLoss Pld() => new(PldAccountant.Epsilon(plan, delta), delta.Value, "pld", null);

        AccountedLoss Rdp()
        {
            var (epsilon, order) = RenyiAccountant.Epsilon(plan, delta, orders);
            return new AccountedLoss(epsilon, delta.Value, "rdp", order);
        }

        AccountedLoss Zcdp() => new(ZcdpAccountant.Epsilon(plan, delta), delta.Value, "zcdp", null);
    }

    private static AccountedLoss Best(params Func<AccountedLoss>[] all)
    {
        AccountedLoss? best = null;
        PlanRefusedException? first = null;
        foreach (var one in all)
        {
            try
            {
                var result = one();
                best = best is null || result.Epsilon < best.Epsilon ? result : best;
            }
            catch (PlanRefusedException e)
            {
                first ??= e;
            }
        }

        return best ?? throw first!;
    }

    // A release that publishes one record of n as it is has delta 1/n.
    private static void RequireSmall(Delta delta, PrivacyEvent each)
    {
        if (each is PrivacyEvent.WithoutReplacement drawn && delta.Value >= 1.0 / drawn.Population)
        {
            throw new PlanRefusedException(
                "account.delta-too-large", $"delta is {delta.Value:G6}: with a population of {drawn.Population} it must be below {1.0 / drawn.Population:G6}, since publishing one record at random has that delta.");
        }

        switch (each)
        {
            case PrivacyEvent.Sampled sampled:
                RequireSmall(delta, sampled.Inner);
                break;
            case PrivacyEvent.Selection selection:
                RequireSmall(delta, selection.Inner);
                break;
            case PrivacyEvent.Repeat repeat:
                RequireSmall(delta, repeat.Inner);
                break;
            case PrivacyEvent.Compose compose:
                foreach (var inner in compose.Events)
                {
                    RequireSmall(delta, inner);
                }

                break;
        }
    }
}
