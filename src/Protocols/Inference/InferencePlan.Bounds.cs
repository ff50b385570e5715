using System.Collections.Immutable;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Inference;

/// <content>What makes a plan sound: sizes, fractional bits, and values that stay in the headroom.</content>
public sealed partial class InferencePlan
{
    private const int MaximumFractionalBits = 24;

    /// <summary>A plan, or null and what is wrong with its parts.</summary>
    private static InferencePlan? Build(
        SharingScheme scheme, int rows, int features, ImmutableArray<PlanLayer> layers, int fractionalBits, double inputBound, out string? trouble)
    {
        trouble = Trouble(scheme, rows, features, layers, fractionalBits, inputBound);
        if (trouble is not null)
        {
            return null;
        }

        try
        {
            return new InferencePlan(scheme, rows, features, FixedPoint.Create(fractionalBits), inputBound, layers);
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            trouble = $"The batch is too large: {e.Message}"; // the correlations together, which only the whole plan knows
            return null;
        }
    }

    /// <summary>What is wrong with the parts, or null.</summary>
    private static string? Trouble(
        SharingScheme scheme, int rows, int features, ImmutableArray<PlanLayer> layers, int fractionalBits, double inputBound)
    {
        if (rows is < 1 or > MaximumDimension || features is < 1 or > MaximumDimension)
        {
            return $"A batch has 1 to {MaximumDimension} rows and features; this has {rows} and {features}.";
        }

        if (layers.Length is 0 or > MaximumLayers || layers.Any(layer => layer is null))
        {
            return $"A model has 1 to {MaximumLayers} layers; this has {layers.Length}.";
        }

        if (fractionalBits is < 1 or > MaximumFractionalBits)
        {
            return $"Fractional bits lie in 1 to {MaximumFractionalBits}; these are {fractionalBits}.";
        }

        if (!(inputBound > 0 && double.IsFinite(inputBound)))
        {
            return "The bound of inputs must be positive and finite.";
        }

        return BoundsTrouble(scheme, rows, features, layers, fractionalBits, inputBound);
    }

    // The bound grows layer by layer; half an ulp of encoding and one of truncation are on it.
    private static string? BoundsTrouble(
        SharingScheme scheme, int rows, int features, ImmutableArray<PlanLayer> layers, int fractionalBits, double inputBound)
    {
        var ulp = Math.ScaleB(1.0, -fractionalBits);
        var limit = Math.ScaleB(1.0, scheme.Algebra.HeadroomBits);
        var bound = inputBound + ulp;
        var width = features;
        for (var i = 0; i < layers.Length; i++)
        {
            switch (layers[i])
            {
                case DenseLayer dense:
                    if (dense.Outputs > MaximumDimension || TooLarge(rows, width, dense.Outputs))
                    {
                        return $"Layer {i}: {rows} x {width} by {width} x {dense.Outputs} is too large for one batch.";
                    }

                    bound = (width * bound * (dense.WeightBound + ulp)) + dense.BiasBound + (2 * ulp);
                    width = dense.Outputs;
                    if (Math.ScaleB(bound, 2 * fractionalBits) >= limit)
                    {
                        return $"Layer {i}: a product may reach {bound:G4}; with {fractionalBits} fractional bits it must stay below {Math.ScaleB(limit, -2 * fractionalBits):G4} in {scheme}.";
                    }

                    break;
                case SigmoidLayer when fractionalBits is < Functions.Sigmoid.MinimumFractionalBits or > Functions.Sigmoid.MaximumFractionalBits:
                    return $"Layer {i}: a sigmoid needs {Functions.Sigmoid.MinimumFractionalBits} to {Functions.Sigmoid.MaximumFractionalBits} fractional bits; these are {fractionalBits}.";
                case SigmoidLayer or ReluLayer:
                    if (Math.ScaleB(bound + 16, fractionalBits) >= limit || TooLarge(rows, 8, width))
                    {
                        return $"Layer {i}: a value may reach {bound:G4}, or {rows} x {width} are too many for one batch.";
                    }

                    bound = layers[i] is SigmoidLayer ? 1 + Functions.Sigmoid.MaximumError : bound;
                    break;
                default:
                    return $"Layer {i}: {layers[i].GetType().Name} is not supported.";
            }
        }

        return null;
    }

    // Comparison planes of 64 bits at four thresholds are the widest vectors; they and every matrix stay below a batch of correlations.
    private static bool TooLarge(int rows, int inner, int columns) =>
        (long)rows * inner > CorrelationRequest.MaximumElements / 16 || (long)inner * columns > CorrelationRequest.MaximumElements / 16
        || (long)rows * columns > CorrelationRequest.MaximumElements / 16;
}
