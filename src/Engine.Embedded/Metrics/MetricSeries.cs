using System.Globalization;
using System.Text;

namespace PrivacyGrains.Engine.Metrics;

/// <summary>What one instrument measured under one set of labels.</summary>
internal abstract class MetricSeries
{
    internal abstract void Record(double value);

    internal abstract void Write(StringBuilder text, string name, string labels);

    internal static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    protected static void Line(StringBuilder text, string name, string labels, string number) =>
        text.Append(name).Append(labels.Length == 0 ? "" : $"{{{labels}}}").Append(' ').Append(number).Append('\n');
}

/// <summary>A sum of increments, or the last value that was told.</summary>
internal sealed class NumberSeries(bool adds) : MetricSeries
{
    private readonly Lock _gate = new();
    private double _value;

    internal override void Record(double value)
    {
        lock (_gate)
            _value = adds ? _value + value : value;
    }

    internal override void Write(StringBuilder text, string name, string labels)
    {
        lock (_gate)
            Line(text, name, labels, Number(_value));
    }
}

/// <summary>Counts by upper bound, inclusive, with their sum.</summary>
internal sealed class HistogramSeries(IReadOnlyList<double> bounds) : MetricSeries
{
    private readonly Lock _gate = new();
    private readonly long[] _counts = new long[bounds.Count + 1];
    private double _sum;

    internal override void Record(double value)
    {
        var bucket = 0;
        while (bucket < bounds.Count && value > bounds[bucket])
            bucket++;
        lock (_gate)
        {
            _counts[bucket]++;
            _sum += value;
        }
    }

    internal override void Write(StringBuilder text, string name, string labels)
    {
        var separator = labels.Length == 0 ? "" : ",";
        lock (_gate)
        {
            var soFar = 0L;
            for (var i = 0; i < _counts.Length; i++)
            {
                soFar += _counts[i];
                var bound = i < bounds.Count ? bounds[i] : double.PositiveInfinity;
                Line(text, name + "_bucket", $"{labels}{separator}le=\"{Number(bound)}\"", soFar.ToString(CultureInfo.InvariantCulture));
            }

            Line(text, name + "_sum", labels, Number(_sum));
            Line(text, name + "_count", labels, soFar.ToString(CultureInfo.InvariantCulture));
        }
    }
}
