using PrivacyGrains.Ckks.Parameters;

namespace PrivacyGrains.Ckks.Circuits;

/// <summary>Parameters for a model whose owner names none.</summary>
/// <remarks>First and special prime have 60 bits; between them one prime for each level, as long as the degree's security allows, up to 55 bits: each bit more is one that flooding can take (docs/protocols/encrypted-circuits.md).</remarks>
public static class CircuitParameters
{
    private const int Ends = 60;
    private const int Least = 40;
    private const int Most = 55;
    private const double GoodError = 1e-3;

    /// <summary>Chooses the smallest degree at which answers are good to a thousandth of the largest, flooding included; else the one that comes nearest.</summary>
    /// <param name="model">A checked model.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="parameters">Parameters under which the batched layout can be planned, or null.</param>
    /// <returns>Null, or why there are none.</returns>
    public static CircuitFault? TryChoose(EncryptedModel model, PlanOptions? options, out CkksParameters? parameters)
    {
        parameters = null;
        var depth = model.Layers.Sum(l => l is PolynomialLayer p ? p.Depth : 1);
        var best = double.PositiveInfinity;
        CircuitFault? last = null;
        foreach (var degree in (int[])[8192, 16384, 32768])
        {
            var levels = Math.Max(2, depth);
            // A linear score has scale enough with 40 bits; what comes above them is only longer to compute.
            var inner = model.Layers is [DenseLayer] ? Least : Math.Min(Most, (CkksParameters.MostBits(degree) - (2 * Ends)) / levels);
            if (inner < Least)
            {
                continue;
            }

            var candidate = CkksParameters.OfBits(degree, [Ends, .. Enumerable.Repeat(inner, levels), Ends]);
            if (ScoringPlan.TryPlan(candidate, model, ScoringLayout.Batched, options, out var plan) is { } fault)
            {
                last = fault;
                continue;
            }

            var error = plan!.AnswerErrorBound / plan.AnswerBound;
            if (error < best)
            {
                (best, parameters) = (error, candidate);
            }

            if (error <= GoodError)
            {
                break;
            }
        }

        var deep = new CircuitFault(CircuitFaultCodes.Depth, "layers", $"the circuit has depth {depth}, more than the largest parameters hold: take fewer layers or activations of a lower degree");
        return parameters is not null ? null : last ?? deep with { DataPrimesNeeded = depth + 1 };
    }
}
