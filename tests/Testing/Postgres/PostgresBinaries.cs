namespace PrivacyGrains.Testing;

/// <summary>Where PostgreSQL's programs lie.</summary>
public static class PostgresBinaries
{
    /// <summary>The folder with <c>initdb</c> and <c>postgres</c>, the newest version first; null where there is none.</summary>
    public static string? Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(Versions("/usr/lib/postgresql").Concat(Versions("/usr/pgsql")).Select(version => Path.Combine(version, "bin")))
            .FirstOrDefault(folder => Programs.IsThere(Path.Combine(folder, "initdb")) && Programs.IsThere(Path.Combine(folder, "postgres")));

    private static IEnumerable<string> Versions(string folder) =>
        Directory.Exists(folder)
            ? Directory.EnumerateDirectories(folder).OrderByDescending(path => int.TryParse(Path.GetFileName(path), out var version) ? version : 0)
            : [];
}
