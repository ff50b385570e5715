using System.Collections.Immutable;
using PrivacyGrains.Ckks.Circuits;
using PrivacyGrains.Ckks.Parameters;

namespace PrivacyGrains.Grains.Scoring;

/// <summary>Parameters for a model whose owner names none: the smallest of a short list under which it can be computed. Pure.</summary>
/// <remarks>The list is SEAL's habit: a long first and special prime, and 40 bits for each level (SEAL, native/examples/5_ckks_basics.cpp), or more where those are not precise enough.</remarks>
internal static class ParameterChoice
{
    private const int Ends = 60;
    private static readonly int[] Inner = [40, 45, 50, 55, 58];

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

    /// <summary>Chooses.</summary>
    public static Reply<Chosen> Smallest(EncryptedModel model)
    {
        var depth = model.Layers.Sum(l => l is PolynomialLayer p ? p.Depth : 1);
        CircuitFault? last = null;
        foreach (var degree in (int[])[8192, 16384, 32768])
        {
            // Longer primes are more precise, where a circuit is deep or its numbers grow.
            foreach (var inner in Inner)
            {
                for (var levels = Math.Max(2, depth); (2 * Ends) + (levels * inner) <= CkksParameters.MostBits(degree) && levels <= depth + 2; levels++)
                {
                    var parameters = CkksParameters.OfBits(degree, [Ends, .. Enumerable.Repeat(inner, levels), Ends]);
                    var (layouts, fault) = Plans(model, parameters);
                    if (!layouts.IsEmpty)
                    {
                        return new Chosen(parameters, layouts);
                    }

                    last = fault;
                }
            }
        }

        return last is null
            ? new Refusal("scoring.circuit-depth", $"layers: the circuit has depth {depth}, more than the largest parameters hold. Take fewer layers or activations of a lower degree.", RefusalKind.Invalid)
            : ScoringFaults.Of(last);
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
