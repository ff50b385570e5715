using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace PrivacyGrains.Privacy.Queries.Selects;

/// <summary>To which group a row belongs: by the public keys' places, or, where one key is not public, by the combinations that the rows have.</summary>
internal sealed class GroupFinder
{
    private readonly Table _table;
    private readonly ImmutableArray<BoundKey> _keys;
    private readonly (int Place, double[] Numbers)[] _columns;
    private readonly bool _isPublic;
    private readonly Dictionary<string, int> _found = new(StringComparer.Ordinal);
    private readonly List<ImmutableArray<string>> _names = [];

    private GroupFinder(Table table, SelectQuery query, (int Place, double[] Numbers)[] columns) =>
        (_table, _keys, _columns, _isPublic) = (table, query.Keys, columns, query.HasPublicKeys);

    public static bool TryCreate(Table table, SelectQuery query, [NotNullWhen(true)] out GroupFinder? finder, [NotNullWhen(false)] out TableFault? fault)
    {
        (finder, fault) = (null, null);
        var columns = new List<(int, double[])>();
        foreach (var key in query.Keys)
        {
            double[] numbers = [];
            var place = table.IndexOf(key.Column.Name);
            if (place < 0)
            {
                fault = new TableFault("table.unknown-column", 0, key.Column.Name, $"There is no column {key.Column.Name}.");
                return false;
            }

            if (key.Key.Width > 0 && !table.TryNumbers(key.Column.Name, out numbers!, out fault))
            {
                return false;
            }

            columns.Add((place, numbers));
        }

        finder = new GroupFinder(table, query, [.. columns]);
        return true;
    }

    /// <summary>The row's group, from 0; -1 where a public key has another value than the listed ones.</summary>
    public int GroupOf(int row)
    {
        var place = 0;
        var names = _isPublic ? null : new string[_keys.Length];
        for (var k = 0; k < _keys.Length; k++)
        {
            var cell = _table.Text(row, _columns[k].Place);
            if (_keys[k].IsPublic)
            {
                var at = _keys[k].PlaceOf(cell, _keys[k].Key.Width > 0 ? _columns[k].Numbers[row] : 0);
                if (at < 0)
                {
                    return -1;
                }

                place = (place * _keys[k].Labels.Length) + at;
                cell = _keys[k].Labels[at];
            }

            if (names is not null)
            {
                names[k] = cell;
            }
        }

        return names is null ? place : Found(names);
    }

    /// <summary>The keys of all groups, in order.</summary>
    public ImmutableArray<ImmutableArray<string>> Groups() => _isPublic ? PublicGroups(_keys) : [.. _names];

    /// <summary>Every combination of public keys, the last key running fastest.</summary>
    public static ImmutableArray<ImmutableArray<string>> PublicGroups(ImmutableArray<BoundKey> keys) => keys.Aggregate(
        (ImmutableArray<ImmutableArray<string>>)[[]], (groups, key) => [.. groups.SelectMany(g => key.Labels.Select(g.Add))]);

    private int Found(string[] names)
    {
        var joined = string.Join('\u001f', names.Select(n => $"{n.Length}:{n}"));
        if (!_found.TryGetValue(joined, out var group))
        {
            _found.Add(joined, group = _names.Count);
            _names.Add([.. names]);
        }

        return group;
    }
}
