using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace PrivacyGrains.Grains;

/// <summary>Every instrument of the grains, and their source of traces. Labels hold names and codes, never a value that belongs to somebody.</summary>
internal sealed class GrainMetrics : IDisposable
{
    /// <summary>The name of the meter and of the source of traces.</summary>
    public const string Name = "PrivacyGrains.Grains";

    /// <summary>Spans of the grains' own steps.</summary>
    public static readonly ActivitySource Source = new(Name);

    /// <summary>Buckets from a fast disk's append to a phase that people answer.</summary>
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800],
    };

    private readonly Meter _meter;
    private readonly ConcurrentDictionary<(string Party, string Budget), (double Spent, double Left)> _budgets = new();
    private readonly ConcurrentDictionary<string, long> _members = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _logs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (string Owner, string Phase, ImmutableArray<string> Waiting)> _rounds = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _trainings = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Party, long Epoch), ImmutableArray<(string Pool, long Lots, long Bytes)>> _stock = new();
    private readonly ConcurrentDictionary<string, (long Target, long Ready, double PerMinute)> _reserves = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _pools = new(StringComparer.Ordinal);
    private readonly Counter<long> _ranOut;
    private readonly Counter<long> _unkept;
    private readonly Counter<long> _taken;
    private readonly Counter<long> _missed;
    private readonly Counter<long> _charges;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _conflicts;
    private readonly Counter<long> _witnessFailures;
    private readonly Counter<long> _auditFailures;
    private readonly Histogram<double> _appends;
    private readonly Counter<long> _roundsEnded;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _maskedBytes;
    private readonly Counter<long> _queries;
    private readonly Histogram<double> _phases;
    private readonly Histogram<double> _inferences;
    private readonly Histogram<double> _sides;
    private readonly Counter<long> _peerBytes;
    private readonly Counter<long> _streams;
    private readonly Counter<long> _streamsRefused;
    private readonly Counter<long> _dealtBytes;
    private readonly Counter<long> _answers;
    private readonly Counter<long> _rows;
    private readonly Histogram<double> _scoring;
    private readonly Counter<long> _keyUploads;
    private long _readyKeyBytes;

    /// <summary>Makes the instruments.</summary>
    public GrainMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(Name);
        _meter.CreateObservableGauge("privacygrains.ledger.epsilon.spent", () => Budgets(b => b.Spent), null, "Epsilon of all that is held or spent, at the budget's delta, rounded up.");
        _meter.CreateObservableGauge("privacygrains.ledger.epsilon.left", () => Budgets(b => b.Left), null, "Epsilon that is left, rounded down.");
        _charges = _meter.CreateCounter<long>("privacygrains.ledger.charges", "{charge}", "Changes of charges and disclosures, by what they became.");
        _refusals = _meter.CreateCounter<long>("privacygrains.refusals", "{refusal}", "Requests that a rule refused, by code.");
        _appends = _meter.CreateHistogram<double>("privacygrains.journal.append.duration", "s", "Until an append was durable, by kind of journal.", null, Seconds);
        _inferences = _meter.CreateHistogram<double>("privacygrains.inference.duration", "s", "From a joint inference's creation to its end, by outcome.", null, Seconds);
        _sides = _meter.CreateHistogram<double>("privacygrains.computation.duration", "s", "One side's rounds, by outcome.", null, Seconds);
        _peerBytes = _meter.CreateCounter<long>("privacygrains.computation.sent", "By", "Bytes that sides sent to their peers.");
        _streams = _meter.CreateCounter<long>("privacygrains.streams", "{stream}", "Direct streams between two parties' sides, by direction.");
        _streamsRefused = _meter.CreateCounter<long>("privacygrains.streams.refused", "{connection}", "Connections that became no stream, by reason.");
        _dealtBytes = _meter.CreateCounter<long>("privacygrains.dealer.sent", "By", "Bytes of correlated randomness, sealed.");
        _conflicts = _meter.CreateCounter<long>("privacygrains.journal.conflicts", "{append}", "Appends that met entries of another activation.");
        _witnessFailures = _meter.CreateCounter<long>("privacygrains.witness.failures", "{message}", "Ledger heads that a witness did not take, by witness.");
        _auditFailures = _meter.CreateCounter<long>("privacygrains.audit.failures", "{message}", "Times that audit events were held back.");
        _roundsEnded = _meter.CreateCounter<long>("privacygrains.rounds", "{round}", "Rounds that ended, by kind of their owner and outcome.");
        _dropped = _meter.CreateCounter<long>("privacygrains.round.dropped", "{party}", "Participants that left a round or did not answer in time, by phase.");
        _maskedBytes = _meter.CreateCounter<long>("privacygrains.round.masked", "By", "Bytes of masked inputs received.");
        _queries = _meter.CreateCounter<long>("privacygrains.queries", "{query}", "Queries that ended, by statistic and outcome.");
        _phases = _meter.CreateHistogram<double>("privacygrains.round.phase.duration", "s", "Until a phase of a round was over, by kind of the owner and phase.", null, Seconds);
        _meter.CreateObservableGauge(
            "privacygrains.round.waiting",
            () => _rounds.Values.SelectMany(r => r.Waiting.Select(party => Measured(1L, ("owner", r.Owner), ("phase", r.Phase), ("party", party)))),
            "{party}",
            "1 for each participant that an open round waits for, by its training or query, phase and party.");
        _meter.CreateObservableGauge(
            "privacygrains.round.open", () => _rounds.Values.Select(r => Measured(1L, ("owner", r.Owner), ("phase", r.Phase))), "{round}", "1 for each open round, by its training or query and phase.");
        _meter.CreateObservableGauge("privacygrains.training.step", () => _trainings.Select(t => Measured(t.Value, ("training", t.Key))), "{step}", "Steps that a running training has made.");
        _meter.CreateObservableGauge("privacygrains.consortium.members", () => _members.Select(m => Measured(m.Value, ("status", m.Key))), "{party}", "Parties by status.");
        _meter.CreateObservableGauge("privacygrains.audit.entries", () => _logs.Select(l => Measured(l.Value, ("log", l.Key))), "{entry}", "Entries of the audit log.");
        _meter.CreateObservableGauge("privacygrains.stock.lots", () => Lots(static pool => pool.Lots), "{lot}", "Lots of correlated randomness on a party's disk, by party and pool.");
        _meter.CreateObservableGauge("privacygrains.stock.size", () => Lots(static pool => pool.Bytes), "By", "Their size, by party and pool.");
        _meter.CreateObservableGauge("privacygrains.stock.ready", () => _reserves.Select(r => Measured(r.Value.Ready, ("plan", r.Key))), "{lot}", "Lots that lie at every party, by plan.");
        _meter.CreateObservableGauge("privacygrains.stock.reserve", () => _reserves.Select(r => Measured(r.Value.Target, ("plan", r.Key))), "{lot}", "Lots to be held ready at the present demand, by plan.");
        _meter.CreateObservableGauge("privacygrains.stock.rate", () => _reserves.Select(r => Measured(r.Value.PerMinute, ("plan", r.Key))), "{lot}", "Lots that sessions asked for in the last minute, by plan.");
        _taken = _meter.CreateCounter<long>("privacygrains.stock.taken", "{lot}", "Lots that sessions took, by party.");
        _missed = _meter.CreateCounter<long>("privacygrains.stock.missed", "{session}", "Sessions of a plan with stock that found no lot and were dealt for live; plans kept by themselves count as auto.");
        _meter.CreateObservableGauge("privacygrains.stock.pools", () => _pools.Select(p => Measured(p.Value, ("kept", p.Key))), "{plan}", "Plans that stock is kept of, by an operator's word or by itself.");
        _ranOut = _meter.CreateCounter<long>("privacygrains.stock.ended", "{plan}", "Plans kept by themselves that ran out: nobody asked any more, or they gave way.");
        _unkept = _meter.CreateCounter<long>("privacygrains.stock.unkept", "{plan}", "Times that a plan was used again and not kept as a limit was reached, by limit.");
        _answers = _meter.CreateCounter<long>("privacygrains.scoring.answers", "{request}", "Requests to score ciphertexts, by model, layout and outcome.");
        _rows = _meter.CreateCounter<long>("privacygrains.scoring.rows", "{row}", "Rows that answers counted against quotas, by model.");
        _scoring = _meter.CreateHistogram<double>("privacygrains.scoring.duration", "s", "Reading, computing, flooding and writing of one request's ciphertexts, by layout.", null, Seconds);
        _keyUploads = _meter.CreateCounter<long>("privacygrains.scoring.keys", "{object}", "Evaluation keys that were uploaded, by kind and outcome.");
        _meter.CreateObservableGauge("privacygrains.scoring.keys.ready", () => Interlocked.Read(ref _readyKeyBytes), "By", "Evaluation keys that this silo holds ready to compute with.");
        _auditFailures.Add(0); // an alert on a counter's increase needs a sample from before the first failure
    }

    /// <summary>A stream between two sides stands.</summary>
    public void StreamOpened(string direction) => _streams.Add(1, new KeyValuePair<string, object?>("direction", direction));

    /// <summary>A connection became no stream.</summary>
    public void StreamRefused(string reason) => _streamsRefused.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>Where a budget stands.</summary>
    public void BudgetStands(string party, string budget, double spent, double left) => _budgets[(party, budget)] = (spent, left);

    /// <summary>A charge or disclosure changed.</summary>
    public void Charged(string party, string budget, string kind, string status) =>
        _charges.Add(1, new("party", party), new("budget", budget), new("kind", kind), new("status", status));

    /// <summary>A rule refused.</summary>
    public void Refused(string grain, string code) => _refusals.Add(1, new("grain", grain), new("code", code));

    /// <summary>An append ended.</summary>
    public void Appended(string kind, bool conflict, TimeSpan took)
    {
        _appends.Record(took.TotalSeconds, new KeyValuePair<string, object?>("journal", kind));
        _conflicts.Add(conflict ? 1 : 0, new KeyValuePair<string, object?>("journal", kind)); // 0 too: see the constructor
    }

    /// <summary>A witness did not take a head.</summary>
    public void WitnessFailed(string witness) => _witnessFailures.Add(1, new KeyValuePair<string, object?>("witness", witness));

    /// <summary>Audit events were held back.</summary>
    public void AuditFailed() => _auditFailures.Add(1);

    /// <summary>How many parties there are, by status.</summary>
    public void MembersStand(string status, long count) => _members[status] = count;

    /// <summary>How many entries a log has.</summary>
    public void LogStands(string log, long entries) => _logs[log] = entries;

    /// <summary>Where a round stands; a null phase takes it off.</summary>
    public void RoundStands(string round, string owner, string? phase, ImmutableArray<string> waiting)
    {
        if (phase is null)
        {
            _rounds.TryRemove(round, out _);
        }
        else
        {
            _rounds[round] = (owner, phase, waiting);
        }
    }

    /// <summary>A phase of a round is over.</summary>
    public void PhaseEnded(string kind, string phase, double seconds) => _phases.Record(seconds, new("kind", kind), new("phase", phase));

    /// <summary>A round is over.</summary>
    public void RoundEnded(string kind, string outcome) => _roundsEnded.Add(1, new("kind", kind), new("outcome", outcome));

    /// <summary>Participants left a round.</summary>
    public void Dropped(string phase, int count)
    {
        if (count > 0)
        {
            _dropped.Add(count, new KeyValuePair<string, object?>("phase", phase));
        }
    }

    /// <summary>A masked input came.</summary>
    public void MaskedBytesReceived(int bytes) => _maskedBytes.Add(bytes);

    /// <summary>Where a training stands; a null step takes it off.</summary>
    public void TrainingStands(string job, int? step)
    {
        if (step is { } made)
        {
            _trainings[job] = made;
        }
        else
        {
            _trainings.TryRemove(job, out _);
        }
    }

    /// <summary>A query is over.</summary>
    public void QueryEnded(string statistic, string outcome) => _queries.Add(1, new("statistic", statistic), new("outcome", outcome));

    /// <summary>A joint inference ended.</summary>
    public void InferenceEnded(string status, string code, double seconds) => _inferences.Record(seconds, new("status", status), new("code", code));

    /// <summary>One side ended.</summary>
    public void SideEnded(string outcome, long bytesSent, double seconds)
    {
        _sides.Record(seconds, new KeyValuePair<string, object?>("outcome", outcome));
        _peerBytes.Add(bytesSent);
    }

    /// <summary>Correlations left the dealer.</summary>
    public void Dealt(long bytes) => _dealtBytes.Add(bytes);

    /// <summary>A request to score is over.</summary>
    public void Scored(string model, string layout, string outcome, long rows)
    {
        _answers.Add(1, new("model", model), new("layout", layout), new("outcome", outcome));
        _rows.Add(rows, new KeyValuePair<string, object?>("model", model));
    }

    /// <summary>A circuit was computed.</summary>
    public void Evaluated(string layout, double seconds) => _scoring.Record(seconds, new KeyValuePair<string, object?>("layout", layout));

    /// <summary>An upload of keys is over.</summary>
    public void KeysUploaded(string kind, string outcome) => _keyUploads.Add(1, new("kind", kind), new("outcome", outcome));

    /// <summary>How many bytes of keys are ready.</summary>
    public void ReadyKeysStand(long bytes) => Interlocked.Exchange(ref _readyKeyBytes, bytes);

    /// <summary>What a party holds in an epoch.</summary>
    public void StockStands(string party, long epoch, IEnumerable<(string Pool, long Lots, long Bytes)> pools) => _stock[(party, epoch)] = [.. pools];

    /// <summary>A party's stock of earlier epochs is gone.</summary>
    public void StockEnds(string party, long before)
    {
        foreach (var old in _stock.Keys.Where(key => key.Party == party && key.Epoch < before).ToList())
        {
            _stock.TryRemove(old, out _);
        }
    }

    /// <summary>A session took a lot of a party's.</summary>
    public void LotTaken(string party) => _taken.Add(1, new KeyValuePair<string, object?>("party", party));

    /// <summary>A session found no lot.</summary>
    public void StockMissed(string plan) => _missed.Add(1, new KeyValuePair<string, object?>("plan", plan));

    /// <summary>How a plan's stock stands.</summary>
    public void ReserveStands(string plan, string label, long target, long ready, double perMinute)
    {
        _reserves[plan] = (target, ready, perMinute);
        _missed.Add(0, new KeyValuePair<string, object?>("plan", label)); // a series from before the first miss
    }

    /// <summary>How many plans stock is kept of.</summary>
    public void PoolsStand(long byOperator, long byItself)
    {
        (_pools["operator"], _pools["itself"]) = (byOperator, byItself);
        _ranOut.Add(0);
        _unkept.Add(0, new KeyValuePair<string, object?>("limit", "pools"));
        _unkept.Add(0, new KeyValuePair<string, object?>("limit", "size"));
    }

    /// <summary>A plan that was kept by itself is kept no longer.</summary>
    public void StockRanOut() => _ranOut.Add(1);

    /// <summary>A plan that is used again is not kept.</summary>
    public void StockUnkept(string limit) => _unkept.Add(1, new KeyValuePair<string, object?>("limit", limit));

    /// <summary>No stock is kept for a plan any more.</summary>
    public void ReserveEnds(string plan) => _reserves.TryRemove(plan, out _);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static Measurement<T> Measured<T>(T value, params ReadOnlySpan<(string Key, string Value)> labels)
        where T : struct
    {
        var tags = new KeyValuePair<string, object?>[labels.Length];
        for (var i = 0; i < labels.Length; i++)
        {
            tags[i] = new(labels[i].Key, labels[i].Value);
        }

        return new Measurement<T>(value, tags);
    }

    private IEnumerable<Measurement<long>> Lots(Func<(string Pool, long Lots, long Bytes), long> of) =>
        _stock.SelectMany(party => party.Value.Select(pool => Measured(of(pool), ("party", party.Key.Party), ("pool", pool.Pool))));

    private IEnumerable<Measurement<double>> Budgets(Func<(double Spent, double Left), double> of) =>
        _budgets.Select(b => Measured(of(b.Value), ("party", b.Key.Party), ("budget", b.Key.Budget)));
}
