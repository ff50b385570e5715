namespace PrivacyGrains.Testing;

/// <summary>What some tests need and a machine may lack: orleans, postgres, postgres-programs, prometheus, browser, node-seal.</summary>
/// <remarks>
/// A test whose requirement is missing is skipped, and the run says so. A name that stands in the environment variable <c>PRIVACYGRAINS_REQUIRE</c>
/// (separated by commas or spaces) may not be skipped: its tests run, and fail.
/// </remarks>
public static class Requirement
{
    private static readonly Dictionary<string, (Func<bool> IsMet, string Remedy)> Known = new(StringComparer.Ordinal)
    {
        ["orleans"] = (() => File.Exists(Path.Combine(AppContext.BaseDirectory, "Orleans.Runtime.dll")), "build with -p:GrainEngine=Orleans"),
        ["postgres"] = (() => PostgresBinaries.Find() is not null || PostgresServer.GivenConnectionString is not null, "install postgresql, or set PRIVACYGRAINS_POSTGRES"),
        ["postgres-programs"] = (() => PostgresBinaries.Find() is not null, "install postgresql; a given server is not enough for a test that crashes it"),
        ["prometheus"] = (() => Programs.Find("prometheus") is not null, "install prometheus"),
        ["browser"] = (() => Programs.Find("chromium", "chromium-browser", "google-chrome", "google-chrome-stable") is not null, "install chromium"),
        ["node-seal"] = (() => NodeSeal.Find() is not null, "run 'npm install' in examples/node-seal with a Node of version 22 or later, or set PRIVACYGRAINS_NODE and PRIVACYGRAINS_NODE_SEAL"),
    };

    /// <summary>Why a test must be skipped; null where it runs.</summary>
    /// <exception cref="ArgumentException">A name is none of these.</exception>
    public static string? SkipReason(params IEnumerable<string> names) =>
        names.Where(name => !IsDemanded(name)).Select(Missing).FirstOrDefault(reason => reason is not null);

    /// <summary>What is missing and what to do; null where it is there.</summary>
    public static string? Missing(string name)
    {
        var (isMet, remedy) = Known.TryGetValue(name, out var known)
            ? known
            : throw new ArgumentException($"'{name}' is no requirement; there are {string.Join(", ", Known.Keys)}.", nameof(name));
        return isMet() ? null : $"needs {name}: {remedy}";
    }

    /// <summary>Whether <c>PRIVACYGRAINS_REQUIRE</c> names it.</summary>
    public static bool IsDemanded(string name) =>
        (Environment.GetEnvironmentVariable("PRIVACYGRAINS_REQUIRE") ?? string.Empty).Split([',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries).Contains(name, StringComparer.Ordinal);
}
