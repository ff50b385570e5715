namespace PrivacyGrains.Testing;

/// <summary>Looks for installed programs.</summary>
public static class Programs
{
    /// <summary>The full path of the first of these that is in PATH (or in the places an administrator's PATH has); null where none is.</summary>
    public static string? Find(params IEnumerable<string> names) =>
        names.SelectMany(name => Folders().Select(folder => Path.Combine(folder, name))).FirstOrDefault(IsThere);

    /// <summary>Whether a file is there, and not only a link to one that has gone.</summary>
    public static bool IsThere(string path) => File.Exists(path) && (File.ResolveLinkTarget(path, returnFinalTarget: true)?.Exists ?? true);

    private static IEnumerable<string> Folders() =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"]);
}
