using System.Collections.Immutable;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>Products by whichever protocol the scheme has: degree reduction where n >= 2t + 1, triples elsewhere.</summary>
/// <remarks>
/// <c>Take...</c> consumes what the dealer made, at once, and answers a step that is run later: so a function takes all its correlations in one fixed
/// order, whatever order its rounds come in.
/// </remarks>
internal sealed class Products(Committee committee, Correlations correlations, IRandomSource random)
{
    internal static ImmutableArray<CorrelationRequest> MultiplyRequests(SharingScheme scheme, int count) =>
        scheme.ReducesDegree ? [] : [CorrelationRequest.ElementwiseTriple(count)];

    internal static ImmutableArray<int> MultiplyWords(SharingScheme scheme, int count) => [scheme.ReducesDegree ? count : checked(2 * count)];

    internal static ImmutableArray<CorrelationRequest> SquareRequests(SharingScheme scheme, int count) =>
        scheme.ReducesDegree ? [] : [CorrelationRequest.Square(count)];

    internal static ImmutableArray<int> SquareWords(int count) => [count];

    internal static ImmutableArray<CorrelationRequest> MatrixRequests(SharingScheme scheme, int m, int k, int n) =>
        scheme.ReducesDegree ? [] : [CorrelationRequest.MatrixTriple(m, k, n)];

    internal static ImmutableArray<int> MatrixWords(SharingScheme scheme, int m, int k, int n) =>
        [scheme.ReducesDegree ? checked(m * n) : checked((m * k) + (k * n))];

    /// <summary>The same where the right factor is a matrix of weights: masked beforehand, its slot is told, and it is not opened again.</summary>
    internal static ImmutableArray<CorrelationRequest> WeightRequests(SharingScheme scheme, int m, int k, int n, int? slot) =>
        slot is { } masked ? [CorrelationRequest.MaskedMatrix(m, k, n, masked)] : MatrixRequests(scheme, m, k, n);

    internal static ImmutableArray<int> WeightWords(SharingScheme scheme, int m, int k, int n, int? slot) =>
        slot is null ? MatrixWords(scheme, m, k, n) : [checked(m * k)];

    internal static ImmutableArray<CorrelationRequest> InnerRequests(SharingScheme scheme, int terms, int count) => MultiplyRequests(scheme, checked(terms * count));

    internal static ImmutableArray<int> InnerWords(SharingScheme scheme, int terms, int count) => [scheme.ReducesDegree ? count : checked(2 * terms * count)];

    internal Func<ShareTensor, ShareTensor, AwaitingPeers<ShareTensor>> TakeMultiply(int count)
    {
        if (committee.Scheme.ReducesDegree)
        {
            return (x, y) => DegreeReduction.Multiply(committee, x, y, random);
        }

        var triple = correlations.TakeElementwiseTriple(count);
        return (x, y) => BeaverMultiplication.Begin(committee, x, y, triple);
    }

    internal Func<ShareTensor, AwaitingPeers<ShareTensor>> TakeSquare(int count)
    {
        if (committee.Scheme.ReducesDegree)
        {
            return x => DegreeReduction.Multiply(committee, x, x, random);
        }

        var pair = correlations.TakeSquare(count);
        return x => BeaverSquare.Begin(committee, x, pair);
    }

    internal Func<ShareTensor, ShareTensor, AwaitingPeers<ShareTensor>> TakeMatrix(int m, int k, int n)
    {
        if (committee.Scheme.ReducesDegree)
        {
            return (x, y) => DegreeReduction.MultiplyMatrix(committee, x, y, random);
        }

        var triple = correlations.TakeMatrixTriple(m, k, n);
        return (x, y) => BeaverMatrixProduct.Begin(committee, x, y, triple);
    }

    internal Func<ShareTensor, ShareTensor, AwaitingPeers<ShareTensor>> TakeWeights(int m, int k, int n, int? slot, MaskedWeights? masked)
    {
        if (slot is not { } tensor)
        {
            return TakeMatrix(m, k, n);
        }

        var triple = correlations.TakeMaskedMatrix(m, k, n, tensor);
        return (x, y) => MaskedMatrixProduct.Begin(committee, x, y, masked!, triple);
    }

    /// <summary>The sum over terms of x[term] * y[term], each a run of <paramref name="count"/> elements.</summary>
    internal Func<ShareTensor, ShareTensor, AwaitingPeers<ShareTensor>> TakeInner(int terms, int count)
    {
        var shape = TensorShape.Of(count);
        if (committee.Scheme.ReducesDegree)
        {
            return (x, y) =>
            {
                var products = new ulong[terms * count];
                Field61.Multiply(x.Words, y.Words, products);
                return DegreeReduction.Reduce(committee, SumOfRuns(products, count), shape, random);
            };
        }

        var triple = correlations.TakeElementwiseTriple(terms * count);
        return (x, y) => BeaverMultiplication.Begin(
            committee, x, y, triple, products => ShareTensor.Own(committee.Scheme, committee.Self, shape, SumOfRuns(products, count)));
    }

    private ulong[] SumOfRuns(ulong[] products, int count)
    {
        var sum = products.AsSpan(0, count).ToArray();
        for (var at = count; at < products.Length; at += count)
        {
            committee.Scheme.Algebra.Add(sum, products.AsSpan(at, count), sum);
        }

        return sum;
    }
}
