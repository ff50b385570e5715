using System.Text.Json;
using System.Text.Json.Serialization;
using PrivacyGrains.Grains.Journaling;

namespace PrivacyGrains.Grains.Tests.Journaling;

internal abstract record CounterEntry;

internal sealed record Added(string Id, int Amount) : CounterEntry;

internal sealed record Reset : CounterEntry;

[JsonSerializable(typeof(Added))]
[JsonSerializable(typeof(Reset))]
[JsonSerializable(typeof(Counter))]
internal sealed partial class CounterJson : JsonSerializerContext;

/// <summary>The smallest state with a rule: adds, each id once, never above 100.</summary>
internal sealed record Counter(int Sum, IReadOnlyList<string> Ids)
{
    public static Counter Zero { get; } = new(0, []);

    public static JournalCodec<CounterEntry> Codec { get; } = new JournalCodec<CounterEntry>()
        .With("counter.added.v1", CounterJson.Default.Added)
        .With("counter.reset.v1", CounterJson.Default.Reset);

    public static JournalShape<Counter, CounterEntry> Shape { get; } = new(() => Zero, static (s, e) => s.Apply(e), Codec);

    public static JournalShape<Counter, CounterEntry> WithSnapshots(string type = "counter.sum.v1") => Shape with
    {
        Snapshots = new(
            type, 4, static s => JsonSerializer.SerializeToUtf8Bytes(s, CounterJson.Default.Counter), static b => JsonSerializer.Deserialize(b.Span, CounterJson.Default.Counter)!),
    };

    public Counter Apply(CounterEntry entry) => entry is Added added ? new(Sum + added.Amount, [.. Ids, added.Id]) : Zero;

    public Decision<CounterEntry> Add(string id, int amount) =>
        Ids.Contains(id) ? Decision<CounterEntry>.Nothing
        : Sum + amount > 100 ? new Refusal("counter.full", "Add less.", RefusalKind.Exhausted)
        : new Added(id, amount);
}
