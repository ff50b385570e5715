using System.Collections.Immutable;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Truncation;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>(x - mean) / sqrt(variance + epsilon) over every row of a shared matrix, as a layer norm needs it: the rounds of a <see cref="Curve"/> and four more.</summary>
/// <remarks>
/// Source: Ba, Kiros, Hinton, "Layer Normalization", 2016, for the function. The mean is a local sum times a public 1/k and one truncation; the sum S of the
/// squared differences stays untruncated, with 2f fractional bits; sqrt(k / (S + k epsilon)) is one spline over its whole range, within 2^-12 of itself,
/// with 20 fractional bits; one product and one truncation end it. Error, y the result: |y| 2^-12 + 2^-20 |x - mean|, one unit in the last place, and what the
/// mean's own error of two units makes, 2 units / sqrt(variance + epsilon). Demands that k times the square of the greatest difference with 2f
/// fractional bits stays below the headroom. Security is that of comparison, products and truncation: semi-honest, the dealer apart.
/// </remarks>
public static class RowNormalization
{
    private const int InnerBits = 20;
    private const int MeanBits = 20;
    private static readonly SplineCache<(string Algebra, int Bits, int Columns, double Epsilon, double Spread)> Tables = new();

    /// <summary>The least epsilon: a thousandth of a thousandth, about.</summary>
    public const double MinimumEpsilon = 1.0 / (1 << 20);

    /// <summary>The most columns.</summary>
    public const int MaximumColumns = 1 << 16;

    /// <summary>What the dealer must make, in the order in which it is taken.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="rows">Rows, at least 0.</param>
    /// <param name="columns">k, 1 to 65536.</param>
    /// <param name="fractionalBits">Of input and output: 13 to 20.</param>
    /// <param name="epsilon">What is added to the variance: 2^-20 to 1.</param>
    /// <param name="spread">No two numbers of a row differ by more; positive.</param>
    /// <exception cref="ArgumentException">A number lies outside, or the squares leave the headroom.</exception>
    public static ImmutableArray<CorrelationRequest> Requests(SharingScheme scheme, int rows, int columns, int fractionalBits, double epsilon, double spread)
    {
        var table = Table(scheme, columns, fractionalBits, epsilon, spread);
        var count = checked(rows * columns);
        return
        [
            CorrelationRequest.Truncation(rows, MeanBits), .. Products.DotRequests(scheme, rows, columns, squares: true), .. Spline.Requests(scheme, rows, table),
            .. Products.MultiplyRequests(scheme, count), CorrelationRequest.Truncation(count, InnerBits),
        ];
    }

    /// <summary>Words to each peer, round by round.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="rows">Rows, at least 0.</param>
    /// <param name="columns">k, 1 to 65536.</param>
    /// <param name="fractionalBits">Of input and output: 13 to 20.</param>
    /// <param name="epsilon">What is added to the variance: 2^-20 to 1.</param>
    /// <param name="spread">No two numbers of a row differ by more; positive.</param>
    /// <exception cref="ArgumentException">A number lies outside, or the squares leave the headroom.</exception>
    public static ImmutableArray<int> WordsPerRound(SharingScheme scheme, int rows, int columns, int fractionalBits, double epsilon, double spread)
    {
        var count = checked(rows * columns);
        return Traffic.InTurn(
            [rows], Products.DotWords(scheme, rows, columns, squares: true), Spline.WordsPerRound(scheme, rows, Table(scheme, columns, fractionalBits, epsilon, spread)),
            Products.MultiplyWords(scheme, count), [count]);
    }

    /// <summary>Starts; takes the correlations of <see cref="Requests"/> at once.</summary>
    /// <param name="committee">Who computes.</param>
    /// <param name="x">This party's share of a matrix.</param>
    /// <param name="fractionalBits">Of input and output: 13 to 20.</param>
    /// <param name="epsilon">What is added to the variance: 2^-20 to 1.</param>
    /// <param name="spread">No two numbers of a row differ by more; positive.</param>
    /// <param name="correlations">This party's correlations.</param>
    /// <param name="random">This party's own uniform bytes, for schemes that reduce degrees.</param>
    /// <exception cref="ArgumentException">The share is not this party's or no matrix with a column, or as with <see cref="Requests"/>.</exception>
    public static Phase<ShareTensor> Begin(
        Committee committee, ShareTensor x, int fractionalBits, double epsilon, double spread, Correlations correlations, IRandomSource random)
    {
        Shares.RequireOf(committee, x);
        Tournament.RequireRows(x);
        ArgumentNullException.ThrowIfNull(correlations);
        ArgumentNullException.ThrowIfNull(random);
        _ = Table(committee.Scheme, x.Shape.Columns, fractionalBits, epsilon, spread);
        return Phase<ShareTensor>.Start(committee, slot => Script(committee, x, fractionalBits, epsilon, spread, correlations, random, slot));
    }

    internal static IEnumerable<AwaitingPeers[]> Script(
        Committee committee, ShareTensor x, int fractionalBits, double epsilon, double spread, Correlations correlations, IRandomSource random,
        Slot<ShareTensor> slot)
    {
        var (rows, columns, count) = (x.Shape.Rows, x.Shape.Columns, x.Shape.Length);
        var products = new Products(committee, correlations, random);
        var shift = correlations.TakeTruncation(rows, MeanBits);
        var square = products.TakeDot(rows, columns, squares: true);
        var material = Spline.Take(committee, rows, Table(committee.Scheme, columns, fractionalBits, epsilon, spread), correlations);
        var multiply = products.TakeMultiply(count);
        var last = correlations.TakeTruncation(count, InnerBits);

        // 1. The mean, and the differences from it.
        var ones = new ulong[columns];
        Array.Fill(ones, 1UL);
        var scaled = x.MultiplyPublicMatrix(ones, 1).Flat().Scale((ulong)Math.Round(Math.ScaleB(1.0 / columns, MeanBits), MidpointRounding.ToEven));
        var mean = MaskedTruncation.Begin(committee, scaled, shift);
        yield return [mean];
        var less = x.Subtract(mean.Result.Across(columns));

        // 2. The sum of their squares, not truncated.
        var sums = square(less, less);
        yield return [sums];

        // 3. One over the root of its mean and epsilon.
        var inverse = new Slot<ShareTensor>();
        foreach (var round in Spline.Script(committee, sums.Result, material, inverse))
        {
            yield return round;
        }

        // 4. Each difference times that.
        var product = multiply(less.Flat(), inverse.Value.Across(columns).Flat());
        yield return [product];
        var truncation = MaskedTruncation.Begin(committee, product.Result, last);
        yield return [truncation];
        slot.Value = truncation.Result.Reshape(x.Shape);
    }

    private static SplineTable Table(SharingScheme scheme, int columns, int fractionalBits, double epsilon, double spread)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(columns, MaximumColumns);
        ArgumentOutOfRangeException.ThrowIfLessThan(fractionalBits, Curve.MinimumFractionalBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fractionalBits, Curve.MaximumFractionalBits);
        if (!(epsilon is >= MinimumEpsilon and <= 1) || !(spread > 0))
        {
            throw new ArgumentOutOfRangeException(nameof(epsilon), $"Epsilon lies in 2^-20 to 1 and the spread is positive; these are {epsilon} and {spread}.");
        }

        var greatest = columns * (spread + Math.ScaleB(4, -fractionalBits)) * (spread + Math.ScaleB(4, -fractionalBits));
        return Math.ScaleB(greatest, 2 * fractionalBits) < Math.ScaleB(1, scheme.Algebra.HeadroomBits - 1)
            ? Tables.GetOrMake((scheme.Algebra.Name, fractionalBits, columns, epsilon, greatest), key => new CurveShape(
                sum => Math.Sqrt(key.Columns / (Math.Max(sum, 0) + (key.Columns * key.Epsilon))), 0, key.Spread, v => Math.ScaleB(v, -12))
                .Tabulate(scheme.Algebra, 2 * key.Bits, InnerBits))
            : throw new ArgumentException($"The squares of {columns} numbers that differ by up to {spread} may reach {greatest:G4}; with {2 * fractionalBits} fractional bits they leave the headroom of {scheme}.");
    }
}
