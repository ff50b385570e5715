using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>The public splines of softmax over rows of some width: e^x with an error that a sum of so many can bear, and what is done with the sum.</summary>
internal static class SoftmaxTables
{
    /// <summary>Fractional bits between the steps: a sum of 2048 terms that are each off by a unit is off by 2^-13.</summary>
    internal const int InnerBits = 24;

    private static readonly SplineCache<(string Function, string Algebra, int Bits, int Columns)> Tables = new();

    /// <summary>e^x for x from zero down; zero where so many terms together stay below 2^-13. Within 2^-11 e^x, or 2^-13 over all terms.</summary>
    internal static SplineTable Exp(SharingScheme scheme, int fractionalBits, int columns) => Table("exp", scheme, fractionalBits, columns, most =>
        new CurveShape(
            Elementary.Exp, -Elementary.Log(most * 8192.0), 0, v => Math.Max(v / 2048, 1.0 / (8192 * most)), Left: (0, 0))
            .Tabulate(scheme.Algebra, fractionalBits, InnerBits));

    /// <summary>1/x of sums, within 2^-12 / x.</summary>
    internal static SplineTable Reciprocal(SharingScheme scheme, int columns) => Table("reciprocal", scheme, 0, columns, most =>
        new CurveShape(x => 1 / x, LeastSum, most + 1, v => v / 4096).Tabulate(scheme.Algebra, InnerBits, InnerBits));

    /// <summary>ln x of sums, within 2^-13.</summary>
    internal static SplineTable Log(SharingScheme scheme, int fractionalBits, int columns) => Table("log", scheme, fractionalBits, columns, most =>
        new CurveShape(Elementary.Log, LeastSum, most + 1, _ => 1.0 / 8192).Tabulate(scheme.Algebra, InnerBits, fractionalBits));

    // The greatest term is 1 within 2^-11.
    private const double LeastSum = 0.9921875;

    // Widths share the tables of the next power of two.
    private static SplineTable Table(string function, SharingScheme scheme, int bits, int columns, Func<int, SplineTable> make)
    {
        var most = 2;
        while (most < columns)
        {
            most *= 2;
        }

        return Tables.GetOrMake((function, scheme.Algebra.Name, bits, most), key => make(key.Columns));
    }
}
