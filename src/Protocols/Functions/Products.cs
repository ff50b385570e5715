using System.Collections.Immutable;
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

    /// <summary>Dot products of rows of two matrices, or, where they are one, the sums of squares.</summary>
    internal static ImmutableArray<CorrelationRequest> DotRequests(SharingScheme scheme, int rows, int length, bool squares) =>
        scheme.ReducesDegree ? [] : [squares ? CorrelationRequest.SquareSum(rows, length) : CorrelationRequest.DotProduct(rows, length)];

    internal static ImmutableArray<int> DotWords(SharingScheme scheme, int rows, int length, bool squares) =>
        [scheme.ReducesDegree ? rows : checked((squares ? 1 : 2) * rows * length)];

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

    /// <summary>One number for each row; of squares, the second matrix is the first.</summary>
    internal Func<ShareTensor, ShareTensor, AwaitingPeers<ShareTensor>> TakeDot(int rows, int length, bool squares)
    {
        if (committee.Scheme.ReducesDegree)
        {
            return (x, y) => DotProducts.Reduce(committee, x, y, random);
        }

        if (squares)
        {
            var pair = correlations.TakeSquareSum(rows, length);
            return (x, _) => DotProducts.BeginSquares(committee, x, pair);
        }

        var triple = correlations.TakeDotProduct(rows, length);
        return (x, y) => DotProducts.Begin(committee, x, y, triple);
    }
}
