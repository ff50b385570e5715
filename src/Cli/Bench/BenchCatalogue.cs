using System.Collections.Immutable;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Inferences;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Inference.Layers;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Cli.Bench;

/// <summary>All work that <c>bench mpc</c> knows, by its name.</summary>
internal static class BenchCatalogue
{
    private const double InputBound = 1;
    private static readonly SharingScheme Two = SharingScheme.Additive(2);

    private static readonly ImmutableArray<(string Name, Func<string, BenchWork> Make)> All =
    [
        ("multiply-1e6", name => PrimitiveWorks.Multiply(name, 1_000_000)),
        ("matmul-128", name => InferenceWorks.Of(name, Product(128, 128, 128))),
        ("matmul-1000x784x10", name => InferenceWorks.Of(name, Product(1000, 784, 10), registered: true)),
        ("compare-1e5", name => PrimitiveWorks.Compare(name, 100_000)),
        ("compare-1", name => PrimitiveWorks.CompareByKeys(name, 1)),
        ("logistic-569x30", name => InferenceWorks.Of(name, LogisticScoring.Plan(569, 30, 2), registered: true)),
        ("mlp-1", name => InferenceWorks.Of(name, Mlp(1), registered: true)),
        ("mlp-128", name => InferenceWorks.Of(name, Mlp(128), registered: true)),
        ("lenet-1", name => InferenceWorks.Of(name, LeNet(1), registered: true)),
        ("lenet-128", name => InferenceWorks.Of(name, LeNet(128), registered: true)),
        ("softmax-1000x10", name => InferenceWorks.Of(name, InferencePlan.Create(Two, 1000, 10, [SoftmaxLayer.Instance], 16, 8))),
        ("shamir-multiply-1e6", name => PrimitiveWorks.ShamirMultiply(name, 1_000_000)),
        ("dealer-triples-1e6", name => PrimitiveWorks.DealTriples(name, 1_000_000)),
    ];

    /// <summary>The names, in order.</summary>
    public static IEnumerable<string> Names => All.Select(entry => entry.Name);

    /// <summary>One piece of work, or all.</summary>
    /// <param name="only">A name, or null for all.</param>
    /// <exception cref="InputException"><c>bench.unknown-name</c>: there is no such work.</exception>
    public static IReadOnlyList<BenchWork> Choose(string? only)
    {
        var chosen = All.Where(entry => only is null || entry.Name == only).Select(entry => entry.Make(entry.Name)).ToList();
        return chosen.Count > 0 ? chosen : throw new InputException("bench.unknown-name", $"There is no work named '{only}'. Name one of: {string.Join(", ", Names)}.");
    }

    /// <summary>One product of shared matrices, truncated.</summary>
    internal static InferencePlan Product(int rows, int inner, int columns) =>
        InferencePlan.Create(Two, rows, inner, [PlanLayer.Dense(columns, secretWeights: true, 1, 0)], 16, InputBound);

    private static InferencePlan Mlp(int rows) => InferencePlan.Create(
        Two, rows, 784,
        [PlanLayer.Dense(128, true, 0.25, 1), PlanLayer.Relu, PlanLayer.Dense(128, true, 0.25, 1), PlanLayer.Relu, PlanLayer.Dense(10, true, 0.25, 1)], 16, InputBound);

    // The larger network of Wagh et al., "Falcon", PoPETs 2021: 28 x 28, 20 and 50 channels of 5 x 5, a maximum of 2 x 2 after each, 500, 10.
    private static InferencePlan LeNet(int rows)
    {
        var (filter, pool) = (new SlidingWindow(5, 5), new SlidingWindow(2, 2) { RowStride = 2, ColumnStride = 2 });
        return InferencePlan.Create(
            Two, rows, 784,
            [
                ReshapeLayer.Create(1, 28, 28),
                ConvolutionLayer.Create(filter, 20, 1, true, new LinearBounds(0.25, 1)), MaxPoolLayer.Create(pool), PlanLayer.Relu,
                ConvolutionLayer.Create(filter, 50, 1, true, new LinearBounds(0.25, 1)), MaxPoolLayer.Create(pool), PlanLayer.Relu,
                ReshapeLayer.Create(800), PlanLayer.Dense(500, true, 0.25, 1), PlanLayer.Relu, PlanLayer.Dense(10, true, 0.25, 1),
            ],
            16, InputBound);
    }
}
