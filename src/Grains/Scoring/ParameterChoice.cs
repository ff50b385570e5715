using System.Collections.Immutable;
using PrivacyGrains.Ckks.Circuits;
using PrivacyGrains.Ckks.Parameters;

namespace PrivacyGrains.Grains.Scoring;

/// <summary>The parameters and layouts of a model: those that its owner names, else those that suit its circuit. Pure.</summary>
internal static class ParameterChoice
{
    /// <summary>Checks what an owner named.</summary>
    public static Reply<Chosen> Named(EncryptedModel model, int degree, ImmutableArray<int> bits)
    {
        if (CkksParameters.MostBits(degree) == 0 || bits.IsDefault || bits.Length is < 1 or > CkksParameters.MostPrimes || bits.Any(b => b is < 20 or > 60))
        {
            return new Refusal(
                "scoring.bad-parameters",
                $"degree is a power of two from {CkksParameters.SmallestDegree} to {CkksParameters.LargestDegree}; primeBits are 1 to {CkksParameters.MostPrimes} lengths of 20 to 60 bits, the special prime's last.",
                RefusalKind.Invalid);
        }

        CkksParameters parameters;
        try
        {
            parameters = CkksParameters.OfBits(degree, bits.AsSpan());
        }
        catch (ArgumentException e)
        {
            return new Refusal("scoring.bad-parameters", $"{e.Message}.", RefusalKind.Invalid);
        }

        var (layouts, fault) = Plans(model, parameters);
        return layouts.IsEmpty ? ScoringFaults.Of(fault!) : new Chosen(parameters, layouts);
    }

    /// <summary>Chooses (<see cref="CircuitParameters"/>).</summary>
    public static Reply<Chosen> Smallest(EncryptedModel model)
    {
        if (CircuitParameters.TryChoose(model, null, out var parameters) is { } none)
        {
            return ScoringFaults.Of(none);
        }

        var (layouts, fault) = Plans(model, parameters!);
        return layouts.IsEmpty ? ScoringFaults.Of(fault!) : new Chosen(parameters!, layouts);
    }

    /// <summary>The layouts that can be computed; where there is none, why.</summary>
    public static (ImmutableArray<ScoringPlan> Layouts, CircuitFault? Fault) Plans(EncryptedModel model, CkksParameters parameters)
    {
        var plans = ImmutableArray.CreateBuilder<ScoringPlan>();
        CircuitFault? first = null;
        foreach (var layout in Enum.GetValues<ScoringLayout>())
        {
            var fault = ScoringPlan.TryPlan(parameters, model, layout, null, out var plan);
            first ??= fault;
            if (fault is null)
            {
                plans.Add(plan!);
            }
        }

        return (plans.ToImmutable(), first);
    }

    /// <summary>What was chosen.</summary>
    public sealed record Chosen(CkksParameters Parameters, ImmutableArray<ScoringPlan> Plans);
}
