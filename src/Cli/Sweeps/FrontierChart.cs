using System.Globalization;
using System.Text;

namespace PrivacyGrains.Cli.Sweeps;

/// <summary>Accuracy with its interval against epsilon, on a logarithmic axis, as inline SVG.</summary>
internal static class FrontierChart
{
    private const int Width = 640, Height = 320, Left = 56, Right = 92, Top = 18, Bottom = 52;

    /// <summary>Draws it.</summary>
    /// <param name="points">In rising order of epsilon.</param>
    /// <param name="target">The accuracy that is good enough.</param>
    /// <param name="chosen">The epsilon that was chosen, or null.</param>
    public static string Draw(IReadOnlyList<SweepPointDocument> points, double target, double? chosen)
    {
        var (low, high) = Axis(points, target);
        var (first, last) = (Math.Log(points[0].Epsilon), Math.Log(points[^1].Epsilon));
        var pad = last > first ? 0 : 1;
        double X(double epsilon) => Left + 24 + ((Math.Log(epsilon) - first + (pad / 2.0)) / (last - first + pad) * (Width - Left - Right - 48));
        double Y(double accuracy) => Top + ((high - Math.Clamp(accuracy, low, high)) / (high - low) * (Height - Top - Bottom));
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"Accuracy against epsilon\">");
        for (var tick = 0; tick <= 5; tick++)
        {
            var value = low + (tick * (high - low) / 5);
            Line(svg, Left, Y(value), Width - Right, Y(value), "grid");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 8}\" y=\"{Y(value) + 4:F1}\" class=\"label end\">{value * 100:0.#} %</text>");
        }

        Line(svg, Left, Y(target), Width - Right, Y(target), "reference");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Width - Right + 8}\" y=\"{Y(target) + 4:F1}\" class=\"label\">target {target * 100:0.##} %</text>");
        var run = points.Where(p => p.Accuracy is not null).ToList();
        if (run.Count > 1)
        {
            var line = string.Join(' ', run.Select(p => string.Create(CultureInfo.InvariantCulture, $"{X(p.Epsilon):F1},{Y(p.Accuracy!.Value):F1}")));
            svg.Append(CultureInfo.InvariantCulture, $"<polyline points=\"{line}\" class=\"series\"/>");
        }

        foreach (var point in points)
        {
            var x = X(point.Epsilon);
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:F1}\" y=\"{Height - Bottom + 18}\" class=\"label middle\">{SweepLines.Number(point.Epsilon)}</text>");
            if (point.Accuracy is not { } accuracy)
            {
                svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:F1}\" y=\"{Height - Bottom - 8}\" class=\"label middle\">{(point.Status == "not-run" ? "not run" : "no trial")}</text>");
                continue;
            }

            Line(svg, x, Y(accuracy - point.Noise!.Value), x, Y(accuracy + point.Noise.Value), "noise");
            Line(svg, x, Y(point.Low!.Value), x, Y(point.High!.Value), "bar");
            Line(svg, x - 5, Y(point.Low.Value), x + 5, Y(point.Low.Value), "bar");
            Line(svg, x - 5, Y(point.High.Value), x + 5, Y(point.High.Value), "bar");
            svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{x:F1}\" cy=\"{Y(accuracy):F1}\" r=\"{(point.Epsilon == chosen ? 7 : 4.5)}\" class=\"{(point.Epsilon == chosen ? "good" : "main")} trial\"><title>epsilon {SweepLines.Number(point.Epsilon)}: {SweepLines.Percent(accuracy)}</title></circle>");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 10}\" class=\"label middle\">epsilon of one training (logarithmic)</text>");
        return svg.Append("</svg>").ToString();
    }

    // In steps of 5 %, wide enough for every interval and the target.
    private static (double Low, double High) Axis(IReadOnlyList<SweepPointDocument> points, double target)
    {
        var all = points.SelectMany(p => p.Accuracy is null ? [] : new[] { p.Low!.Value, p.High!.Value }).Append(target).ToList();
        var (low, high) = (Math.Floor(all.Min() * 20) / 20, Math.Min(1, Math.Ceiling(all.Max() * 20) / 20));
        return high - low >= 0.05 ? (low, high) : (Math.Max(0, high - 0.1), high);
    }

    private static void Line(StringBuilder svg, double x1, double y1, double x2, double y2, string css) =>
        svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x1:F1}\" y1=\"{y1:F1}\" x2=\"{x2:F1}\" y2=\"{y2:F1}\" class=\"{css}\"/>");
}
