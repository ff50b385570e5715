using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace PrivacyGrains.Engine.Metrics;

/// <summary>Listens to the process's meters and writes what they measured.</summary>
internal sealed class MetricsCollector : IDisposable
{
    private readonly ConcurrentDictionary<Instrument, MetricFamily> _families = new();
    private readonly MeterListener _listener = new();
    private readonly Lock _writing = new();

    internal MetricsCollector()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (IsShown(instrument.Meter.Name))
                listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(instrument, static i => new(i)));
        };
        _listener.MeasurementsCompleted = (instrument, _) => _families.TryRemove(instrument, out var _);
        Listen<byte>(static v => v);
        Listen<short>(static v => v);
        Listen<int>(static v => v);
        Listen<long>(static v => v);
        Listen<float>(static v => v);
        Listen<double>(static v => v);
        Listen<decimal>(static v => (double)v);
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    internal static bool IsShown(string meter) =>
        meter.StartsWith("PrivacyGrains", StringComparison.OrdinalIgnoreCase) || meter is "System.Runtime" or "Microsoft.AspNetCore.Hosting";

    /// <summary>Asks the observable instruments and writes every series.</summary>
    internal string Write()
    {
        var text = new StringBuilder();
        lock (_writing)
        {
            foreach (var family in _families.Values)
                family.ForgetObserved();
            _listener.RecordObservableInstruments();
            // Two instruments of one name (two hosts in one process) would be two families of one name, which the format forbids: the later one is left out.
            foreach (var family in _families.Values.GroupBy(f => f.Name, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => g.First()))
                family.Write(text);
        }

        return text.ToString();
    }

    private void Listen<T>(Func<T, double> toDouble)
        where T : struct =>
        _listener.SetMeasurementEventCallback<T>((_, value, tags, state) => ((MetricFamily)state!).Record(toDouble(value), tags));
}
