using System.Xml.Linq;

namespace PrivacyGrains.Architecture.Tests;

/// <summary>The checkout that this test was built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    public static IEnumerable<string> Sources(params string[] folder) =>
        Directory.EnumerateFiles(PathOf(folder), "*.cs", SearchOption.AllDirectories);

    public static IEnumerable<string> Projects() =>
        new[] { "src", "tests", "bench" }.Select(folder => PathOf(folder)).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.csproj", SearchOption.AllDirectories));

    public static string NameOf(string project) => Path.GetFileNameWithoutExtension(project);

    public static XDocument Load(string project) => XDocument.Load(project);

    public static IReadOnlySet<string> References(string project)
    {
        var document = Load(project);
        var names = document.Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')))
            .ToHashSet(StringComparer.Ordinal);
        if (document.Descendants("UsesEngine").Any(element => element.Value == "true"))
        {
            names.Add("(engine)");
        }

        return names;
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "PrivacyGrains.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("These tests run from within the checkout: no PrivacyGrains.sln above " + AppContext.BaseDirectory);
    }
}
