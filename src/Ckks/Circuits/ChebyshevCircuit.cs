namespace PrivacyGrains.Ckks.Circuits;

/// <summary>Plans one polynomial of a value between -1 and 1, in the least depth: ceil(log2(degree + 1)) levels.</summary>
/// <remarks>
/// Paterson, Stockmeyer 1973, in the Chebyshev basis (Chen, Chillotti, Song, "Improved bootstrapping for approximate homomorphic encryption", 2019, section 5): p = q T_m + r with m the greatest power of two in the degree, until pieces are sums of the few T_n at hand. What lies on the longest path is split to the end, so that no level is lost
/// (Bossuat, Mouchet, Troncoso-Pastoriza, Hubaux, "Efficient bootstrapping for approximate homomorphic encryption with non-sparse keys", 2021, section 5). Scales as there: the result's is fixed first, and each piece's follows from the top down; so the two sides of every sum have the same scale, and coefficients absorb what primes are off.
/// T_(a+b) = 2 T_a T_b - T_(a-b).
/// </remarks>
internal sealed class ChebyshevCircuit
{
    private readonly CircuitBuilder _builder;
    private readonly Dictionary<int, CircuitValue> _basis;
    private readonly int _level;
    private readonly int _babies;

    private ChebyshevCircuit(CircuitBuilder builder, CircuitValue argument, int degree)
    {
        (_builder, _level) = (builder, argument.Level);
        _basis = new() { [1] = argument };
        var depth = Depth(degree);
        _babies = 1 << ((depth + 1) / 2);
    }

    /// <summary>Plans it up to the last rescaling.</summary>
    /// <param name="builder">Where instructions go.</param>
    /// <param name="argument">Between -1 and 1.</param>
    /// <param name="coefficients">Chebyshev coefficients; the last is not zero; degree at least 1.</param>
    /// <param name="scale">Wanted before the last rescaling, at level argument - depth + 1.</param>
    /// <param name="bound">Of the result's magnitude.</param>
    /// <returns>The value before the last rescaling.</returns>
    public static CircuitValue Plan(CircuitBuilder builder, CircuitValue argument, double[] coefficients, double scale, double bound)
    {
        var circuit = new ChebyshevCircuit(builder, argument, coefficients.Length - 1);
        return circuit.Evaluate(coefficients, Depth(coefficients.Length - 1), scale, bound);
    }

    /// <summary>ceil(log2(degree + 1)).</summary>
    public static int Depth(int degree) => 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)degree);

    private CircuitValue Evaluate(double[] p, int depth, double scale, double bound)
    {
        var level = _level - depth + 1;
        var (rest, terms) = (p, new List<(CircuitValue, double)>());
        (CircuitValue, CircuitValue)? product = null;
        if (!IsLeaf(p.Length - 1, depth))
        {
            var m = 1 << System.Numerics.BitOperations.Log2((uint)p.Length - 1);
            var (q, r) = Divide(p, m);
            var giant = Basis(m);
            rest = r;
            if (q.Length == 1)
            {
                terms.Add((giant, q[0]));
            }
            else
            {
                var wanted = scale / giant.Scale;
                var piece = Evaluate(q, depth - 1, wanted * _builder.LastPrime(level + 1), ChebyshevSeries.RoughBound(q));
                product = (_builder.Rescale(piece, wanted), giant);
            }
        }

        var constant = 0.0;
        if (IsLeaf(rest.Length - 1, depth))
        {
            constant = rest[0];
            terms.AddRange(Enumerable.Range(1, rest.Length - 1).Where(n => rest[n] != 0).Select(n => (Basis(n), rest[n])));
        }
        else
        {
            terms.Add((Evaluate(rest, depth, scale, ChebyshevSeries.RoughBound(rest)), 1));
        }

        return _builder.Combine(level, scale, terms, constant, bound, product);
    }

    private bool IsLeaf(int degree, int depth) => degree == 0 || (degree < _babies && Depth(degree - 1) + 1 <= depth);

    private CircuitValue Basis(int n)
    {
        if (_basis.TryGetValue(n, out var known))
        {
            return known;
        }

        var (a, b) = (Basis((n + 1) / 2), Basis(n / 2));
        var (level, scale) = (Math.Min(a.Level, b.Level), a.Scale * b.Scale);
        var raw = n % 2 == 0
            ? _builder.Combine(level, scale, [], -1, 2, (a, b), doubled: true)
            : _builder.Combine(level, scale, [(_basis[1], -1)], 0, 2, (a, b), doubled: true);
        return _basis[n] = _builder.Rescale(raw with { Bound = 1 });
    }

    /// <summary>p = q T_m + r, by T_(m+i) = 2 T_m T_i - T_(m-i).</summary>
    private static (double[] Quotient, double[] Remainder) Divide(double[] p, int m)
    {
        var quotient = new double[p.Length - m];
        var rest = p[..m];
        quotient[0] = p[m];
        for (var i = 1; i < quotient.Length; i++)
        {
            quotient[i] = 2 * p[m + i];
            rest[m - i] -= p[m + i];
        }

        var length = rest.Length;
        while (length > 1 && rest[length - 1] == 0)
        {
            length--;
        }

        return (quotient, rest[..length]);
    }
}
