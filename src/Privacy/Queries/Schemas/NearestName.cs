namespace PrivacyGrains.Privacy.Queries.Schemas;

/// <summary>What a mistyped name may have meant.</summary>
internal static class NearestName
{
    /// <summary>The name of the fewest edits away (ignoring case), or null where none is near: more than a third of its letters differ.</summary>
    public static string? Of(string name, IEnumerable<string> known) => known
        .Select(k => (Name: k, Distance: Distance(name.ToUpperInvariant(), k.ToUpperInvariant())))
        .Where(c => c.Distance <= Math.Max(1, Math.Max(name.Length, c.Name.Length) / 3))
        .OrderBy(c => c.Distance).ThenBy(c => c.Name, StringComparer.Ordinal)
        .Select(c => c.Name).FirstOrDefault();

    // Levenshtein 1966, by rows.
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (left[i - 1] == right[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[right.Length];
    }
}
