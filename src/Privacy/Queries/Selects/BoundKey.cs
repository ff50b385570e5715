using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using PrivacyGrains.Privacy.Queries.Language;
using PrivacyGrains.Privacy.Queries.Schemas;

namespace PrivacyGrains.Privacy.Queries.Selects;

/// <summary>A group key with its values: listed in the schema, or buckets of a bounded column; none where they must be selected privately.</summary>
public sealed class BoundKey
{
    private readonly FrozenDictionary<string, int> _places;

    private BoundKey(GroupKey key, ColumnSchema column, ImmutableArray<string> labels)
    {
        (Key, Column, Labels) = (key, column, labels);
        _places = (key.Width > 0 ? [] : labels.Select((label, place) => KeyValuePair.Create(label, place))).ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>As the query names it.</summary>
    public GroupKey Key { get; }

    /// <summary>Of which column.</summary>
    public ColumnSchema Column { get; }

    /// <summary>The public values in order; none where they are not public. A bucket is shown as <c>[from, to)</c>, the last one as <c>[from, to]</c>.</summary>
    public ImmutableArray<string> Labels { get; }

    /// <summary>Whether the values are public.</summary>
    public bool IsPublic => Labels.Length > 0;

    /// <summary>Binds a key to its column.</summary>
    internal static (BoundKey? Key, QueryFault? Fault) Create(GroupKey key, ColumnSchema column, int maximum)
    {
        if (key.Width == 0)
        {
            return (new BoundKey(key, column, column.HasKeys ? column.Keys : []), null);
        }

        if (column.Type != ColumnSchema.Number)
        {
            return (null, new QueryFault(QueryFault.WrongType, $"{key.At}: BUCKET needs numbers, and {column.Name} is text."));
        }

        if (!column.IsBounded)
        {
            return (null, new QueryFault(QueryFault.Unbounded, $"{key.At}: BUCKET needs public bounds; give {column.Name} a low and a high in the schema."));
        }

        var (low, high) = (column.Low!.Value, column.High!.Value);
        var buckets = Math.Ceiling((high - low) / key.Width);
        return buckets > maximum
            ? (null, new QueryFault(QueryFault.TooLarge, $"{key.At}: {buckets} buckets; at most {maximum}. Choose wider ones."))
            : (new BoundKey(key, column, [.. Enumerable.Range(0, Math.Max(1, (int)buckets)).Select(i => Label(i, Math.Max(1, (int)buckets)))]), null);

        string Label(int i, int count) => string.Create(
            CultureInfo.InvariantCulture, $"[{low + (i * key.Width)}, {(i == count - 1 ? high : low + ((i + 1) * key.Width))}{(i == count - 1 ? ']' : ')')}");
    }

    /// <summary>The place of a cell among the values; -1 where it is none of them. Buckets clamp, so every number has one.</summary>
    internal int PlaceOf(string cell, double number) => Key.Width == 0
        ? _places.GetValueOrDefault(cell, -1)
        : Math.Clamp((int)Math.Floor((Math.Clamp(number, Column.Low!.Value, Column.High!.Value) - Column.Low.Value) / Key.Width), 0, Labels.Length - 1);
}
