using System.Text.Json;

namespace PrivacyGrains.Protocols.Tests;

/// <summary>Known answers from <c>tests/vectors</c>, found from wherever the tests run.</summary>
internal static class Vectors
{
    /// <summary>Reads one file of known answers; the caller disposes it.</summary>
    public static JsonDocument Read(string relativePath)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PrivacyGrains.sln")))
        {
            folder = folder.Parent;
        }

        Assert.NotNull(folder);
        return JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder.FullName, "tests", "vectors", relativePath)));
    }

    /// <summary>A property of hexadecimal digits.</summary>
    public static byte[] Hex(this JsonElement element, string property) => Convert.FromHexString(element.GetProperty(property).GetString()!);

    /// <summary>An array property of hexadecimal digits.</summary>
    public static byte[][] HexArray(this JsonElement element, string property) =>
        [.. element.GetProperty(property).EnumerateArray().Select(item => Convert.FromHexString(item.GetString()!))];
}
