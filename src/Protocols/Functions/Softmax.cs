using System.Collections.Immutable;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Truncation;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>e^(x_i) divided by the sum of e^(x_j) over every row, or the logarithm of that, within 2^-10.</summary>
/// <remarks>
/// Source: maximum, exponential of the differences, reciprocal of the sum, as Keller and Sun, "Secure Quantized Training for Deep Learning", ICML 2022,
/// and Knott et al., CrypTen, NeurIPS 2021. Here e^x and 1/x are splines (<see cref="Spline"/>), and the sum's range is 1 to the number of columns. Rounds:
/// those of <see cref="RowMaximum"/>, twice a comparison and one more, a product and a truncation: 30 for up to 16 columns of few numbers. The logarithm
/// is x less the maximum less ln of the sum, without product: 28 rounds.
/// Error, with 13 fractional bits at least: each e^x is within 2^-11 of itself or 2^-13 over all columns together, which a share p of the sum feels as
/// 2 p (1 - p) 2^-11 and 2^-13; units of 2^-24 add 2^-13 for 2048 columns; the reciprocal adds 2^-12, and the last truncation a unit: 8.5e-4 in all. Of the
/// logarithm: 2^-11, 2^-12, 2^-13 and a unit: 2^-10. Any two numbers of a row must differ by less than half the headroom. Security is that of
/// comparison, products and truncation: semi-honest, the dealer apart.
/// </remarks>
public static class Softmax
{
    /// <summary>The fewest fractional bits.</summary>
    public const int MinimumFractionalBits = 13;

    /// <summary>The most fractional bits.</summary>
    public const int MaximumFractionalBits = 20;

    /// <summary>The most columns.</summary>
    public const int MaximumColumns = 2048;

    /// <summary>The greatest absolute error, of the logarithm too.</summary>
    public const double MaximumError = 1.0 / 1024;

    /// <summary>What the dealer must make, in the order in which it is taken.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="rows">Rows, at least 0.</param>
    /// <param name="columns">Columns, 1 to 2048.</param>
    /// <param name="fractionalBits">Of input and output: 13 to 20.</param>
    /// <param name="logarithm">Whether the logarithm is wanted.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number lies outside.</exception>
    public static ImmutableArray<CorrelationRequest> Requests(SharingScheme scheme, int rows, int columns, int fractionalBits, bool logarithm) =>
        Requests(scheme, rows, columns, fractionalBits, logarithm, null);

    internal static ImmutableArray<CorrelationRequest> Requests(SharingScheme scheme, int rows, int columns, int fractionalBits, bool logarithm, SoftmaxReach? reach)
    {
        var (exp, of) = Tables(scheme, columns, fractionalBits, logarithm);
        var count = checked(rows * columns);
        return
        [
            .. reach is { } known ? new MaximumStep(scheme, rows, columns, known.Pairs).Requests : RowMaximum.Requests(scheme, rows, columns),
            .. Spline.Requests(scheme, count, exp, reach?.Terms),
            .. Spline.Requests(scheme, rows, of, reach?.Sums),
            .. logarithm ? [] : Products.MultiplyRequests(scheme, count).Add(CorrelationRequest.Truncation(count, (2 * SoftmaxTables.InnerBits) - fractionalBits)),
        ];
    }

    /// <summary>Words to each peer, round by round.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="rows">Rows, at least 0.</param>
    /// <param name="columns">Columns, 1 to 2048.</param>
    /// <param name="fractionalBits">Of input and output: 13 to 20.</param>
    /// <param name="logarithm">Whether the logarithm is wanted.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number lies outside.</exception>
    public static ImmutableArray<int> WordsPerRound(SharingScheme scheme, int rows, int columns, int fractionalBits, bool logarithm) =>
        WordsPerRound(scheme, rows, columns, fractionalBits, logarithm, null);

    internal static ImmutableArray<int> WordsPerRound(SharingScheme scheme, int rows, int columns, int fractionalBits, bool logarithm, SoftmaxReach? reach)
    {
        var (exp, of) = Tables(scheme, columns, fractionalBits, logarithm);
        var count = checked(rows * columns);
        return Traffic.InTurn(
            reach is { } known ? new MaximumStep(scheme, rows, columns, known.Pairs).WordsPerRound : RowMaximum.WordsPerRound(scheme, rows, columns),
            Spline.WordsPerRound(scheme, count, exp, reach?.Terms),
            Spline.WordsPerRound(scheme, rows, of, reach?.Sums),
            logarithm ? [] : Products.MultiplyWords(scheme, count).Add(count));
    }

    /// <summary>Starts; takes the correlations of <see cref="Requests(SharingScheme, int, int, int, bool)"/> at once.</summary>
    /// <param name="committee">Who computes.</param>
    /// <param name="x">This party's share of a matrix with 1 to 2048 columns.</param>
    /// <param name="fractionalBits">Of input and output: 13 to 20.</param>
    /// <param name="logarithm">Whether the logarithm is wanted.</param>
    /// <param name="correlations">This party's correlations.</param>
    /// <param name="random">This party's own uniform bytes, for schemes that reduce degrees.</param>
    /// <returns>The first round; at the end a share of the matrix's shape.</returns>
    /// <exception cref="ArgumentException">The share is not this party's or no such matrix, or the fractional bits lie outside.</exception>
    public static Phase<ShareTensor> Begin(
        Committee committee, ShareTensor x, int fractionalBits, bool logarithm, Correlations correlations, IRandomSource random)
    {
        Shares.RequireOf(committee, x);
        Tournament.RequireRows(x);
        ArgumentNullException.ThrowIfNull(correlations);
        ArgumentNullException.ThrowIfNull(random);
        _ = Tables(committee.Scheme, x.Shape.Columns, fractionalBits, logarithm);
        return Phase<ShareTensor>.Start(committee, slot => Script(committee, x, fractionalBits, logarithm, correlations, random, slot));
    }

    internal static IEnumerable<AwaitingPeers[]> Script(
        Committee committee, ShareTensor x, int fractionalBits, bool logarithm, Correlations correlations, IRandomSource random, Slot<ShareTensor> slot,
        SoftmaxReach? reach = null)
    {
        var (rows, columns, count) = (x.Shape.Rows, x.Shape.Columns, x.Shape.Length);
        var (exp, of) = Tables(committee.Scheme, columns, fractionalBits, logarithm);
        var greatest = new Slot<ShareTensor>();
        var maximum = reach is { } known
            ? new MaximumStep(committee.Scheme, rows, columns, known.Pairs).Script(committee, x, correlations, greatest)
            : RowMaximum.Script(committee, x, Tournament.Take(committee, x.Shape, correlations, indexed: false), greatest);
        var raise = Spline.Take(committee, count, exp, correlations, reach?.Terms);
        var apply = Spline.Take(committee, rows, of, correlations, reach?.Sums);
        var multiply = logarithm ? null : new Products(committee, correlations, random).TakeMultiply(count);
        var last = logarithm ? null : correlations.TakeTruncation(count, (2 * SoftmaxTables.InnerBits) - fractionalBits);

        // 1. The greatest of every row, and how much less the others are.
        foreach (var round in maximum)
        {
            yield return round;
        }

        var less = x.Subtract(greatest.Value.Across(columns)).Flat();

        // 2. Their exponentials, and the sum of each row.
        var powers = new Slot<ShareTensor>();
        foreach (var round in Spline.Script(committee, less, raise, powers))
        {
            yield return round;
        }

        var ones = new ulong[columns];
        Array.Fill(ones, 1UL);
        var sums = powers.Value.Reshape(x.Shape).MultiplyPublicMatrix(ones, 1).Flat();

        // 3. The sum's reciprocal or logarithm.
        var result = new Slot<ShareTensor>();
        foreach (var round in Spline.Script(committee, sums, apply, result))
        {
            yield return round;
        }

        var spread = result.Value.Across(columns).Flat();
        if (multiply is null)
        {
            slot.Value = less.Subtract(spread).Reshape(x.Shape);
            yield break;
        }

        // 4. Each exponential times the reciprocal.
        var product = multiply(powers.Value, spread);
        yield return [product];
        var truncation = MaskedTruncation.Begin(committee, product.Result, last!);
        yield return [truncation];
        slot.Value = truncation.Result.Reshape(x.Shape);
    }

    private static (SplineTable Exp, SplineTable OfSum) Tables(SharingScheme scheme, int columns, int fractionalBits, bool logarithm)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(columns, MaximumColumns);
        ArgumentOutOfRangeException.ThrowIfLessThan(fractionalBits, MinimumFractionalBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fractionalBits, MaximumFractionalBits);
        return (
            SoftmaxTables.Exp(scheme, fractionalBits, columns),
            logarithm ? SoftmaxTables.Log(scheme, fractionalBits, columns) : SoftmaxTables.Reciprocal(scheme, columns));
    }
}

/// <summary>How far the numbers of a softmax's three comparisons are apart.</summary>
/// <param name="Pairs">Of a row's numbers, with each other.</param>
/// <param name="Terms">Of the differences from the maximum, with the thresholds of e^x.</param>
/// <param name="Sums">Of the sums, with theirs; <see cref="SoftmaxTables.InnerBits"/> fractional bits.</param>
internal readonly record struct SoftmaxReach(ComparisonReach Pairs, ComparisonReach Terms, ComparisonReach Sums);
