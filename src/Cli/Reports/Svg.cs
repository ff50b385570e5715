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
        const int Side = 300, Pad = 40;
        static double Place(double value) => Pad + (Math.Clamp(value, 0, 1) * (Side - (2 * Pad)));
        var svg = Open(title, Side, 440);
        for (var tick = 0.0; tick <= 1; tick += 0.5)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Place(0):F1}\" x2=\"{Place(1):F1}\" y1=\"{Side - Place(tick):F1}\" y2=\"{Side - Place(tick):F1}\" class=\"grid\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Pad - 8}\" y=\"{Side - Place(tick) + 4:F1}\" class=\"label end\">{tick:0.0}</text>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Place(tick):F1}\" y=\"{Side - Pad + 16}\" class=\"label middle\">{tick:0.0}</text>");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Pad}\" y1=\"{Side - Pad}\" x2=\"{Side - Pad}\" y2=\"{Pad}\" class=\"reference\"/>");
        foreach (var (x, y, positive) in points)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{Place(x):F1}\" cy=\"{Side - Place(y):F1}\" r=\"4\" class=\"{(positive ? "bad" : "good")} dot\"/>");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Side / 2}\" y=\"{Side - 8}\" class=\"label middle\">score in clear</text>");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"10\" y=\"{Side / 2}\" class=\"label middle\" transform=\"rotate(-90 10 {Side / 2})\">joint score</text>");
        svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{Side + 20}\" cy=\"60\" r=\"5\" class=\"bad\"/><text x=\"{Side + 32}\" y=\"64\" class=\"label\">malignant</text>");
        svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{Side + 20}\" cy=\"84\" r=\"5\" class=\"good\"/><text x=\"{Side + 32}\" y=\"88\" class=\"label\">benign</text>");
        return svg.Append("</svg>").ToString();
    }

    /// <summary>Horizontal bars of several parts, one bar a row, with a text at its end.</summary>
    /// <param name="title">Read out by screen readers.</param>
    /// <param name="rows">Label, parts from 0 up (drawn with the classes p0, p1, ...), text.</param>
    /// <param name="maximum">The sum of a bar of full length; greater than 0.</param>
    public static string Stacked(string title, IReadOnlyList<(string Label, double[] Parts, string Text)> rows, double maximum)
    {
        const int Row = 24, Left = 78, Right = 130;
        var svg = Open(title, (rows.Count * Row) + 6);
        for (var i = 0; i < rows.Count; i++)
        {
            var (y, x) = ((i * Row) + 4, (double)Left);
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 8}\" y=\"{y + 13}\" class=\"label end\">{Text(rows[i].Label)}</text>");
            for (var part = 0; part < rows[i].Parts.Length; part++)
            {
                var length = rows[i].Parts[part] / maximum * (Width - Left - Right);
                svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x:F1}\" y=\"{y}\" width=\"{length:F1}\" height=\"17\" class=\"p{part}\"/>");
                x += length;
            }

            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x + 6:F1}\" y=\"{y + 13}\">{Text(rows[i].Text)}</text>");
        }

        return svg.Append("</svg>").ToString();
    }

    /// <summary>Signed errors, one a place from left to right, between two bounds.</summary>
    /// <param name="title">Read out by screen readers, and shown below.</param>
    /// <param name="errors">Error and class of each.</param>
    /// <param name="bound">Drawn above and below zero; greater than 0.</param>
    /// <param name="boundText">The bound as people write it.</param>
    public static string Errors(string title, IReadOnlyList<(double Error, bool Positive)> errors, double bound, string boundText)
    {
        const int Side = 300, Left = 60, Right = 420, Top = 20, Bottom = 260;
        var reach = Math.Max(bound, errors.Select(e => Math.Abs(e.Error)).DefaultIfEmpty(0).Max()) * 1.1;
        double Y(double error) => ((Top + Bottom) / 2.0) - (error / reach * (Bottom - Top) / 2);
        var svg = Open(title, Side, Right + 20);
        foreach (var (level, text, css) in ((double, string, string)[])[(bound, boundText, "reference"), (0, "0", "grid"), (-bound, $"-{boundText}", "reference")])
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" x2=\"{Right}\" y1=\"{Y(level):F1}\" y2=\"{Y(level):F1}\" class=\"{css}\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{Y(level) + 4:F1}\" class=\"label end\">{Text(text)}</text>");
        }

        for (var i = 0; i < errors.Count; i++)
        {
            var x = Left + ((i + 0.5) / errors.Count * (Right - Left));
            svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{x:F1}\" cy=\"{Y(errors[i].Error):F1}\" r=\"3\" class=\"{(errors[i].Positive ? "bad" : "good")} dot\"/>");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + Right) / 2}\" y=\"{Side - 8}\" class=\"label middle\">{Text(title)}</text>");
        return svg.Append("</svg>").ToString();
    }

    /// <summary>Text that is safe between tags and in attributes.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(text);

    private static StringBuilder Open(string title, int height, int width = Width) => new StringBuilder()
        .Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{Text(title)}\">");
}
