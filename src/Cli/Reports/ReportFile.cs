using System.Text;
using PrivacyGrains.Client.Errors;

namespace PrivacyGrains.Cli.Reports;

/// <summary>Where a report goes; found wanting before anything is done for it.</summary>
internal sealed class ReportFile
{
    private ReportFile(string path) => FullPath = path;

    /// <summary>The file.</summary>
    public string FullPath { get; }

    /// <summary>Checks the place.</summary>
    /// <param name="place">A folder, made where it is missing, or a file that ends in <c>.html</c>.</param>
    /// <exception cref="InputException"><c>report.bad-place</c>: nothing can be written there.</exception>
    public static ReportFile For(string place)
    {
        var isFile = place.EndsWith(".html", StringComparison.OrdinalIgnoreCase) && !Directory.Exists(place);
        try
        {
            var path = Path.GetFullPath(isFile ? place : Path.Combine(place, "report.html"));
            var (folder, wasThere) = (Path.GetDirectoryName(path)!, File.Exists(path));
            Directory.CreateDirectory(folder);
            using (new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write))
            {
            }

            if (!wasThere)
            {
                File.Delete(path);
            }

            return new ReportFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException("report.bad-place", $"--out {place} cannot be written: {e.Message} Name a folder, or a file that ends in .html.", e);
        }
    }

    /// <summary>Writes it, whole or not at all.</summary>
    public void Write(string html)
    {
        var fresh = FullPath + ".new";
        File.WriteAllText(fresh, html, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        File.Move(fresh, FullPath, overwrite: true);
    }
}
