using System.Globalization;
using System.Net;
using System.Text;

namespace PrivacyGrains.Cli.Reports;

/// <summary>Small charts as inline SVG: no script, no font, nothing to fetch.</summary>
internal static class Svg
{
    private const int Width = 640;
    private const int LabelWidth = 170;

    /// <summary>Horizontal bars, one a row, each with its value at the end.</summary>
    /// <param name="title">Read out by screen readers.</param>
    /// <param name="bars">Label, value from 0 up, text of the value, CSS class of the bar.</param>
    /// <param name="maximum">The value of a bar of full length; greater than 0.</param>
    public static string Bars(string title, IReadOnlyList<(string Label, double Value, string Text, string Class)> bars, double maximum)
    {
        const int Row = 26;
        var height = (bars.Count * Row) + 6;
        var svg = Open(title, height);
        for (var i = 0; i < bars.Count; i++)
        {
            var (label, value, text, css) = bars[i];
            var y = (i * Row) + 4;
            var length = Math.Clamp(value / maximum, 0, 1) * (Width - LabelWidth - 80);
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{LabelWidth - 8}\" y=\"{y + 14}\" class=\"label end\">{Text(label)}</text>");
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{LabelWidth}\" y=\"{y}\" width=\"{length:F1}\" height=\"18\" rx=\"3\" class=\"{css}\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{LabelWidth + length + 6:F1}\" y=\"{y + 14}\" class=\"value\">{Text(text)}</text>");
        }

        return svg.Append("</svg>").ToString();
    }

    /// <summary>A line over steps 0, 1, 2, ... with horizontal reference lines.</summary>
    /// <param name="title">Read out by screen readers.</param>
    /// <param name="values">One a step.</param>
    /// <param name="references">Label and value of each reference line.</param>
    /// <param name="low">The axis' lower end.</param>
    /// <param name="high">The axis' upper end.</param>
    public static string Line(string title, IReadOnlyList<double> values, IReadOnlyList<(string Label, double Value)> references, double low, double high)
    {
        const int Height = 220, Left = 46, Right = 150, Top = 10, Bottom = 30;
        double X(int step) => Left + (values.Count < 2 ? 0 : (double)step / (values.Count - 1) * (Width - Left - Right));
        double Y(double value) => Top + ((high - Math.Clamp(value, low, high)) / (high - low) * (Height - Top - Bottom));
        var svg = Open(title, Height);
        for (var tick = 0; tick <= 4; tick++)
        {
            var value = low + (tick * (high - low) / 4);
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(value):F1}\" y2=\"{Y(value):F1}\" class=\"grid\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{Y(value) + 4:F1}\" class=\"label end\">{value:P0}</text>");
        }

        for (var step = 0; step < values.Count; step++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(step):F1}\" y=\"{Height - 10}\" class=\"label middle\">{step}</text>");
        }

        foreach (var (label, value) in references)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(value):F1}\" y2=\"{Y(value):F1}\" class=\"reference\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Width - Right + 6}\" y=\"{Y(value) + 4:F1}\" class=\"label\">{Text(label)}</text>");
        }

        var points = string.Join(' ', values.Select((value, step) => string.Create(CultureInfo.InvariantCulture, $"{X(step):F1},{Y(value):F1}")));
        svg.Append(CultureInfo.InvariantCulture, $"<polyline points=\"{points}\" class=\"series\"/>");
        for (var step = 0; step < values.Count; step++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{X(step):F1}\" cy=\"{Y(values[step]):F1}\" r=\"3.5\" class=\"point\"/>");
        }

        return svg.Append("</svg>").ToString();
    }

    /// <summary>Points of two classes over the diagonal: joint score against clear score.</summary>
    /// <param name="title">Read out by screen readers.</param>
    /// <param name="points">Both from 0 to 1, and which class.</param>
    public static string Scatter(string title, IReadOnlyList<(double X, double Y, bool Positive)> points)
    {
        const int Side = 300, Pad = 36;
        static double Place(double value) => Pad + (Math.Clamp(value, 0, 1) * (Side - (2 * Pad)));
        var svg = Open(title, Side);
        svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Pad}\" y1=\"{Side - Pad}\" x2=\"{Side - Pad}\" y2=\"{Pad}\" class=\"reference\"/>");
        foreach (var (x, y, positive) in points)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{Place(x):F1}\" cy=\"{Side - Place(y):F1}\" r=\"4\" class=\"{(positive ? "bad" : "good")} dot\"/>");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Side / 2}\" y=\"{Side - 8}\" class=\"label middle\">score in clear</text>");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"12\" y=\"{Side / 2}\" class=\"label middle\" transform=\"rotate(-90 12 {Side / 2})\">joint score</text>");
        svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{Side + 20}\" cy=\"60\" r=\"5\" class=\"bad\"/><text x=\"{Side + 32}\" y=\"64\" class=\"label\">malignant</text>");
        svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{Side + 20}\" cy=\"84\" r=\"5\" class=\"good\"/><text x=\"{Side + 32}\" y=\"88\" class=\"label\">benign</text>");
        return svg.Append("</svg>").ToString();
    }

    /// <summary>Text that is safe between tags and in attributes.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(text);

    private static StringBuilder Open(string title, int height) => new StringBuilder()
        .Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"{Text(title)}\">");
}
