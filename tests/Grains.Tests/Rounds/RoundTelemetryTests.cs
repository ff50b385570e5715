using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using PrivacyGrains.Grains.Tests.Queries;
using PrivacyGrains.Grains.Tests.Trainings;
using static PrivacyGrains.Grains.Tests.Hosting.TestConsortium;

namespace PrivacyGrains.Grains.Tests.Rounds;

/// <summary>What operators see: the names and labels here stand in dashboards and alerts.</summary>
public class RoundTelemetryTests
{
    [Fact]
    public async Task ARoundWithADropout_AndAQuery_AreCounted()
    {
        await using var world = await OwnerWorld.StartAsync();
        using var meters = new Readings(world.Consortium.Cluster.ServicesOf("silo").GetRequiredService<IMeterFactory>());
        Value(await world.Training("detector").CreateAsync(TrainingSamples.Terms(world, steps: 2)));
        var (round, _) = await world.OpenedAsync("detector", 1);
        Assert.Equal(5, meters.Read().Count(r => r.Key.StartsWith("privacygrains.round.waiting{owner=detector,phase=advertise-keys,party=hospital-", StringComparison.Ordinal)));
        Assert.Equal(1, meters.Read()["privacygrains.round.open{owner=detector,phase=advertise-keys}"]);
        Assert.Equal(0, meters.Read()["privacygrains.training.step{training=detector}"]);

        await world.RunAsync("detector", 1, RoundPhases.CollectMaskedInputs, "hospital-3");
        await world.OpenedAsync("detector", 2);
        var readings = meters.Read();
        Assert.Equal(1, readings["privacygrains.rounds{kind=training,outcome=completed}"]);
        Assert.Equal(1, readings["privacygrains.round.dropped{phase=collect-masked-inputs}"]);
        Assert.Equal(4 * (152 + (3 * 8)), readings["privacygrains.round.masked{}"]); // docs/protocols/secure-aggregation.md, cost of CollectMaskedInputs
        Assert.Equal(10, readings["privacygrains.round.phase.duration{kind=training,phase=collect-masked-inputs}"]);
        Assert.Equal(1, readings["privacygrains.training.step{training=detector}"]);

        Value(await world.Training("detector").CancelAsync("enough"));
        await TrainingSamples.EndAsync(world, world.Training("detector"));
        Value(await world.Query("how-many").CreateAsync(QuerySamples.Count(world)));
        await world.RunAsync("how-many", 1);
        await QuerySamples.EndAsync(world, world.Query("how-many"));
        readings = meters.Read();
        Assert.Equal(1, readings["privacygrains.queries{statistic=count,outcome=answered}"]);
        Assert.Equal(1, readings["privacygrains.rounds{kind=training,outcome=aborted}"]);
        Assert.DoesNotContain(readings.Keys, k => k.StartsWith("privacygrains.round.open{", StringComparison.Ordinal) || k.StartsWith("privacygrains.training.step{", StringComparison.Ordinal));
        GC.KeepAlive(round);
    }

    [Fact]
    public async Task Trace_HasASpanForEachPhase_WithEachPartysAnswer()
    {
        await using var world = await RoundWorld.StartAsync(hospitals: 3);
        var (plan, round, clients) = await world.OpenAsync(threshold: 3, cohort: 3, number: 77);
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == GrainMetrics.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await RoundWorld.AnswerAsync(round, plan, clients, RoundWorld.InOrder);
        await RoundWorld.EndAsync(round);
        var mine = spans.Where(s => (string?)s.GetTagItem("privacygrains.session") == plan.Session).ToList();
        Assert.Equal(RoundWorld.InOrder.Select(p => "round " + p), mine.Select(s => s.OperationName));
        Assert.Single(mine.Select(s => s.TraceId).Distinct());
        Assert.All(mine, s => Assert.Equal(RoundWorld.Names(1, 2, 3).AsEnumerable(), s.Events.Select(e => e.Name)));
    }

    /// <summary>Sums and last values of one container's instruments, by name and labels; a histogram's sum.</summary>
    internal sealed class Readings : IDisposable
    {
        private readonly ConcurrentDictionary<string, double> _sums = new(StringComparer.Ordinal);
        private readonly ConcurrentDictionary<string, double> _gauges = new(StringComparer.Ordinal);
        private readonly MeterListener _listener = new();

        public Readings(IMeterFactory factory)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == factory)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((i, v, labels, _) => Take(i, v, labels));
            _listener.SetMeasurementEventCallback<double>((i, v, labels, _) => Take(i, v, labels));
            _listener.Start();
        }

        public Dictionary<string, double> Read()
        {
            _gauges.Clear();
            _listener.RecordObservableInstruments();
            return _sums.Concat(_gauges).ToDictionary(StringComparer.Ordinal);
        }

        public void Dispose() => _listener.Dispose();

        private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
        {
            var key = $"{instrument.Name}{{{string.Join(",", labels.ToArray().Select(l => $"{l.Key}={l.Value}"))}}}";
            if (instrument.IsObservable)
            {
                _gauges[key] = value;
            }
            else
            {
                _sums.AddOrUpdate(key, value, (_, sum) => sum + value);
            }
        }
    }
}
