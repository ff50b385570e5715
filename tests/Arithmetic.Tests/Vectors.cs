using System.Text.Json;

namespace PrivacyGrains.Arithmetic.Tests;

/// <summary>Known answers from <c>tests/vectors</c>, found from wherever the tests run.</summary>
internal static class Vectors
{
    public static string PathOf(string relativePath)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PrivacyGrains.sln")))
        {
            folder = folder.Parent;
        }

        Assert.NotNull(folder);
        return Path.Combine(folder.FullName, "tests", "vectors", relativePath);
    }

    public static JsonDocument Read(string relativePath) => JsonDocument.Parse(File.ReadAllBytes(PathOf(relativePath)));

    /// <summary>A decimal number in a string: JSON readers lose 64-bit numbers.</summary>
    public static ulong Word(this JsonElement element, string property) => ulong.Parse(element.GetProperty(property).GetString()!);

    public static ulong[] Words(this JsonElement element, string property) =>
        [.. element.GetProperty(property).EnumerateArray().Select(item => ulong.Parse(item.GetString()!))];
}
