using MathNet.Numerics.Integration;

namespace PrivacyGrains.Privacy.Accounting.Losses;

/// <summary>Gauss-Legendre rules on an interval.</summary>
internal static class Panels
{
    private static readonly Rule Few = Rule.Of(4);
    private static readonly Rule Many = Rule.Of(10);

    /// <summary>How many rules an interval is cut into, and which rule serves each.</summary>
    public static (int Count, double[] Nodes, double[] Weights) For(double width, double panel)
    {
        var count = Math.Max(1, (int)Math.Min(1 << 24, Math.Ceiling(width / panel)));
        var rule = width / count <= panel / 4 ? Few : Many;
        return (count, rule.Nodes, rule.Weights);
    }

    /// <summary>Nodes in (0, 1) and their weights, which add up to 1.</summary>
    private sealed record Rule(double[] Nodes, double[] Weights)
    {
        public static Rule Of(int order)
        {
            var rule = new GaussLegendreRule(0, 1, order);
            return new Rule([.. rule.Abscissas], [.. rule.Weights]);
        }
    }
}
