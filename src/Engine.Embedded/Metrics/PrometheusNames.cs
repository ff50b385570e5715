using System.Text;

namespace PrivacyGrains.Engine.Metrics;

/// <summary>Names in Prometheus' text format, made as OpenTelemetry's exporter makes them, so that a dashboard serves both engines.</summary>
/// <remarks>Source: OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility", metric metadata.</remarks>
internal static class PrometheusNames
{
    /// <summary>The metric's name with its unit, and with _total on a counter.</summary>
    internal static string Metric(string name, string? unit, bool isCounter)
    {
        var result = Sanitize(name);
        var suffix = unit is null ? "" : Unit(unit);
        var hasSuffix = result.EndsWith(suffix, StringComparison.Ordinal) || (isCounter && result.EndsWith(suffix + "_total", StringComparison.Ordinal));
        if (suffix.Length > 0 && !hasSuffix)
            result = $"{result}_{suffix}";
        return isCounter && !result.EndsWith("_total", StringComparison.Ordinal) ? result + "_total" : result;
    }

    /// <summary>A label's name: letters, digits and underscores.</summary>
    internal static string Label(string name)
    {
        var text = new StringBuilder(name.Length + 1);
        foreach (var c in name)
        {
            if (text.Length == 0 && char.IsAsciiDigit(c))
                text.Append('_');
            text.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        }

        return text.ToString();
    }

    private static string Sanitize(string name)
    {
        var text = new StringBuilder(name.Length + 1);
        foreach (var c in name)
        {
            if (text.Length == 0 && char.IsAsciiDigit(c))
                text.Append('_');
            if (char.IsAsciiLetterOrDigit(c) || c == ':')
                text.Append(c);
            else if (text.Length == 0 || text[^1] != '_')
                text.Append('_');
        }

        return text.ToString();
    }

    /// <summary>The unit in words; what stands in braces is an annotation and no unit.</summary>
    private static string Unit(string unit)
    {
        while (unit.IndexOf('{') is var open and >= 0 && unit.IndexOf('}', open) is var close and >= 0)
            unit = unit.Remove(open, close - open + 1);
        var slash = unit.IndexOf('/');
        if (slash < 0)
            return InWords(unit);

        var (of, per) = (unit[..slash], unit[(slash + 1)..]);
        var left = InWords(of);
        var right = PerWhat(per);
        return right.Length == 0 ? left : left.Length == 0 ? $"per_{right}" : $"{left}_per_{right}";
    }

    private static string InWords(string unit) => unit switch
    {
        "1" => "",
        "d" => "days",
        "h" => "hours",
        "min" => "minutes",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "By" or "B" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "GiBy" => "gibibytes",
        "KBy" or "KB" => "kilobytes",
        "MBy" or "MB" => "megabytes",
        "GBy" or "GB" => "gigabytes",
        "Hz" => "hertz",
        "%" => "percent",
        _ => Sanitize(unit).Trim('_'),
    };

    private static string PerWhat(string unit) => unit switch
    {
        "s" => "second",
        "m" => "minute",
        "h" => "hour",
        "d" => "day",
        "w" => "week",
        "mo" => "month",
        "y" => "year",
        _ => Sanitize(unit).Trim('_'),
    };
}
