using System.Text;
using PrivacyGrains.Client.Errors;

namespace PrivacyGrains.Client.Queries.Own;

/// <summary>Lines that are only appended, each flushed to the disk before the append returns. For one process at a time.</summary>
/// <remarks>A last line without its end is a torn write that nobody was told of: it is cut off when the file is opened.</remarks>
internal sealed class LineFile : IDisposable
{
    private readonly FileStream _file;

    private LineFile(FileStream file, List<string> lines) => (_file, Lines) = (file, lines);

    /// <summary>The lines that stand.</summary>
    public List<string> Lines { get; }

    /// <summary>Opens a file, or begins one.</summary>
    /// <exception cref="QueryRefusedException"><c>ledger.in-use</c>: another process has it open.</exception>
    /// <exception cref="InputException"><c>ledger.unreadable</c>: it may not be read or written.</exception>
    public static LineFile Open(string path)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new QueryRefusedException("ledger.in-use", $"{path} is open in another process. Try again when that is done.", e);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new InputException("ledger.unreadable", $"{path} cannot be opened: {e.Message}", e);
        }

        using var reader = new StreamReader(file, new UTF8Encoding(false), detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        var text = reader.ReadToEnd();
        var whole = text.LastIndexOf('\n') + 1;
        file.SetLength(Encoding.UTF8.GetByteCount(text.AsSpan(0, whole)));
        file.Seek(0, SeekOrigin.End);
        return new LineFile(file, [.. text[..whole].Split('\n', StringSplitOptions.RemoveEmptyEntries)]);
    }

    /// <summary>Appends a line and waits for the disk.</summary>
    public void Append(string line)
    {
        _file.Write(Encoding.UTF8.GetBytes(line + '\n'));
        _file.Flush(flushToDisk: true);
        Lines.Add(line);
    }

    public void Dispose() => _file.Dispose();
}
