using System.Text.Json;
using PrivacyGrains.Client.Errors;

namespace PrivacyGrains.Cli.Demo;

/// <summary>Where a run keeps its state: <c>demo.json</c>, the operator's key, and a folder for each party with its keys, records and journal.</summary>
internal sealed class DemoFolder : IDisposable
{
    private readonly FileStream _lock;
    private readonly bool _temporary;

    private DemoFolder(string path, bool temporary, FileStream hold, DemoPlan plan, bool resumed)
    {
        FullPath = path;
        Plan = plan;
        Resumed = resumed;
        _temporary = temporary;
        _lock = hold;
    }

    /// <summary>Where it is.</summary>
    public string FullPath { get; }

    /// <summary>What the run is about.</summary>
    public DemoPlan Plan { get; }

    /// <summary>Whether an earlier run began here.</summary>
    public bool Resumed { get; }

    /// <summary>Opens or makes the folder, for this process alone.</summary>
    /// <exception cref="InputException"><c>demo.bad-folder</c>, <c>demo.folder-in-use</c>, <c>demo.other-options</c> or <c>demo.foreign-folder</c>.</exception>
    public static DemoFolder Open(DemoOptions options)
    {
        var plan = DemoPlan.Of(options);
        var temporary = options.Data is null;
        var path = temporary ? Directory.CreateTempSubdirectory("privacygrains-demo-").FullName : Path.GetFullPath(options.Data!);
        FileStream? hold = null;
        try
        {
            var foreign = !temporary && options.Url is null && IsForeign(path);
            OwnerFile.EnsureFolder(path);
            hold = Hold(path);
            var file = PlanOf(path);
            if (File.Exists(file))
            {
                return new DemoFolder(path, temporary, hold, Same(file, plan), resumed: true);
            }

            if (foreign)
            {
                throw new InputException("demo.foreign-folder", $"--data {options.Data} holds something else than a demo. Name a folder of a demo's own, or one that is empty or not there.");
            }

            OwnerFile.Write(file, JsonSerializer.Serialize(plan, DemoFolderJson.Default.DemoPlan));
            return new DemoFolder(path, temporary, hold, plan, resumed: false);
        }
        catch (Exception e)
        {
            hold?.Dispose();
            throw e is IOException or UnauthorizedAccessException
                ? new InputException("demo.bad-folder", $"--data {options.Data} cannot be used: {e.Message}", e)
                : e;
        }
    }

    /// <summary>A party's own folder.</summary>
    public string OfParty(string party) => Path.Combine(FullPath, party);

    /// <summary>A file of the run itself.</summary>
    public string OfRun(string name) => Path.Combine(FullPath, name);

    /// <summary>Lets the folder go; a temporary one is removed.</summary>
    public void Dispose()
    {
        _lock.Dispose();
        if (_temporary)
        {
            try
            {
                Directory.Delete(FullPath, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It lies in the machine's folder for temporary files, whose keeper removes it.
            }
        }
    }

    private static string PlanOf(string path) => Path.Combine(path, "demo.json");

    private static string LockOf(string path) => Path.Combine(path, "demo.lock");

    private static bool IsForeign(string path)
    {
        if (File.Exists(path))
        {
            throw new InputException("demo.bad-folder", $"--data {path} is a file. Name a folder.");
        }

        string[] ours = [LockOf(path), PlanOf(path), PlanOf(path) + OwnerFile.Unfinished];
        return Directory.Exists(path) && !File.Exists(PlanOf(path)) && Directory.EnumerateFileSystemEntries(path).Except(ours, StringComparer.Ordinal).Any();
    }

    /// <summary>Held by the operating system, which lets go when the process dies.</summary>
    private static FileStream Hold(string path)
    {
        try
        {
            return new FileStream(LockOf(path), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not DirectoryNotFoundException)
        {
            throw new InputException("demo.folder-in-use", $"--data {path} is in use by another run. Wait for its end, or name another folder.", e);
        }
    }

    private static DemoPlan Same(string file, DemoPlan wanted)
    {
        DemoPlan? kept;
        try
        {
            kept = JsonSerializer.Deserialize(File.ReadAllBytes(file), DemoFolderJson.Default.DemoPlan);
        }
        catch (JsonException e)
        {
            throw new InputException("demo.bad-folder", $"{file} is damaged: {e.Message} Remove the folder to begin anew.", e);
        }

        return kept == wanted
            ? wanted
            : throw new InputException(
                "demo.other-options",
                $"{Path.GetDirectoryName(file)} holds a run with --seed {kept?.Seed} --epsilon {Shown(kept?.Epsilon)}, not --seed {wanted.Seed} --epsilon {Shown(wanted.Epsilon)}. Repeat those, or name another folder.");
    }

    private static string Shown(double? epsilon) => epsilon is { } value ? value.ToString("R") : "none";
}
