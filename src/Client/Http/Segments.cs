namespace PrivacyGrains.Client.Http;

/// <summary>Builds paths of the API.</summary>
public static class Segments
{
    /// <summary>Joins <c>v1</c> and escaped segments.</summary>
    /// <param name="segments">Each one name, unescaped.</param>
    /// <returns>As <c>v1/budgets/hospital-1/records</c>.</returns>
    /// <exception cref="ArgumentException">A segment is empty, or a dot that would be taken for a folder.</exception>
    public static string Path(params ReadOnlySpan<string> segments)
    {
        var path = "v1";
        foreach (var segment in segments)
        {
            path += segment is null or "" or "." or ".."
                ? throw new ArgumentException($"'{segment}' cannot stand in a path.", nameof(segments))
                : "/" + Uri.EscapeDataString(segment);
        }

        return path;
    }
}
