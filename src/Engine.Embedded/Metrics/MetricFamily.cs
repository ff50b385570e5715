using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace PrivacyGrains.Engine.Metrics;

/// <summary>One instrument and its series, a series for each set of labels.</summary>
internal sealed class MetricFamily
{
    /// <summary>A label that takes values without end must not fill the memory: sets beyond this many share one series.</summary>
    private const int MostSeries = 2000;

    /// <summary>OpenTelemetry's, whatever the unit: an instrument that counts seconds states its own by advice.</summary>
    private static readonly double[] DefaultBounds = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000];
    private readonly ConcurrentDictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private readonly string _help;
    private readonly string _type;
    private readonly Func<MetricSeries> _newSeries;

    internal MetricFamily(Instrument instrument)
    {
        var kind = instrument.GetType().GetGenericTypeDefinition();
        var isCounter = kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>);
        var isHistogram = kind == typeof(Histogram<>);
        var adds = kind == typeof(Counter<>) || kind == typeof(UpDownCounter<>);
        Name = PrometheusNames.Metric(instrument.Name, instrument.Unit, isCounter);
        IsObservable = instrument.IsObservable;
        _type = isCounter ? "counter" : isHistogram ? "histogram" : "gauge";
        _help = instrument.Description ?? "";
        var bounds = isHistogram ? Bounds(instrument) : [];
        _newSeries = isHistogram ? () => new HistogramSeries(bounds) : () => new NumberSeries(adds);
    }

    internal string Name { get; }

    internal bool IsObservable { get; }

    internal void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = tags.Length == 0 ? "" : Labels(tags);
        if (!_series.TryGetValue(labels, out var series))
            series = _series.GetOrAdd(_series.Count < MostSeries ? labels : "otel_metric_overflow=\"true\"", _ => _newSeries());
        series.Record(value);
    }

    /// <summary>What an observable instrument does not report again has ended.</summary>
    internal void ForgetObserved()
    {
        if (IsObservable)
            _series.Clear();
    }

    internal void Write(StringBuilder text)
    {
        if (_series.IsEmpty)
            return;

        text.Append("# TYPE ").Append(Name).Append(' ').Append(_type).Append('\n');
        if (_help.Length > 0)
            text.Append("# HELP ").Append(Name).Append(' ').Append(_help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
        foreach (var (labels, series) in _series.OrderBy(s => s.Key, StringComparer.Ordinal))
            series.Write(text, Name, labels);
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in tags)
            labels[PrometheusNames.Label(name)] = value is bool flag ? (flag ? "true" : "false") : Convert.ToString(value, null) ?? "";
        return string.Join(',', labels.Select(l => $"{l.Key}=\"{Escape(l.Value)}\""));
    }

    private static string Escape(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static IReadOnlyList<double> Bounds(Instrument instrument) => instrument switch
    {
        Instrument<double> { Advice.HistogramBucketBoundaries: { } given } => given,
        Instrument<long> { Advice.HistogramBucketBoundaries: { } given } => [.. given.Select(b => (double)b)],
        Instrument<int> { Advice.HistogramBucketBoundaries: { } given } => [.. given.Select(b => (double)b)],
        _ => DefaultBounds,
    };
}
