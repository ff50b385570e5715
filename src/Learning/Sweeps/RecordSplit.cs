using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using PrivacyGrains.Privacy.Queries;

namespace PrivacyGrains.Learning.Sweeps;

/// <summary>Which records are scored on and not trained on: decided for each record by its own cells and a key, so that adding or removing a record moves no other one.</summary>
/// <remarks>A split by place or by count would not do: removing one record would shift those after it. Equal records go to one side.</remarks>
public static class RecordSplit
{
    /// <summary>The length of a key.</summary>
    public const int KeyLength = 32;

    /// <summary>Splits a table.</summary>
    /// <param name="table">The owner's rows; secret.</param>
    /// <param name="heldBack">The share that is scored on, from 0 (none) to below 1.</param>
    /// <param name="key">Random, drawn once for a search without looking at the rows.</param>
    /// <returns>Rows from 0: those to train on and those to score on, each in the table's order.</returns>
    public static (IReadOnlyList<int> Trained, IReadOnlyList<int> Scored) Of(Table table, double heldBack, ReadOnlySpan<byte> key)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyLength);
        var (trained, scored) = (new List<int>(), new List<int>());
        var bound = (UInt128)(heldBack * Math.Pow(2, 64));
        Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
        for (var row = 0; row < table.RowCount; row++)
        {
            var cells = Enumerable.Range(0, table.Columns.Length).Select(column => table.Text(row, column));
            HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(string.Concat(cells.Select(cell => $"{cell.Length}:{cell}"))), digest);
            (BinaryPrimitives.ReadUInt64LittleEndian(digest) < bound ? scored : trained).Add(row);
        }

        return (trained, scored);
    }
}
