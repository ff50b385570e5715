namespace PrivacyGrains.Privacy.Queries.Schemas;

/// <summary>What a mistyped name may have meant.</summary>
internal static class NearestName
{
    /// <summary>The name of the fewest edits away (ignoring case), or null where none is near: more than half of its letters differ.</summary>
    public static string? Of(string name, IEnumerable<string> known) => known
        .Where(k => k.Length <= 128 && name.Length <= 128)
        .Select(k => (Name: k, Distance: Distance(name.ToUpperInvariant(), k.ToUpperInvariant())))
        .Where(c => c.Distance <= Math.Max(1, Math.Max(name.Length, c.Name.Length) / 2))
        .OrderBy(c => c.Distance).ThenBy(c => c.Name, StringComparer.Ordinal)
        .Select(c => c.Name).FirstOrDefault();

    // Optimal string alignment: insertions, deletions, replacements and exchanged neighbours; by rows.
    private static int Distance(string left, string right)
    {
        var rows = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
        {
            for (var j = 0; j <= right.Length; j++)
            {
                rows[i, j] = i == 0 || j == 0 ? i + j
                    : Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, rows[i - 1, j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[left.Length, right.Length];
    }
}
