using System.Text.Json;
using PrivacyGrains.Client.Errors;

namespace PrivacyGrains.Cli.Demo;

/// <summary>What the asking hospital keeps of its scoring, in a file of its own: which session was begun last, and what came of it.</summary>
/// <param name="Attempt">Sessions begun so far.</param>
/// <param name="Scores">One a patient, once received; null before. Secret.</param>
/// <param name="RoundsPerParty">As each side counted.</param>
/// <param name="BytesPerParty">As each side counted.</param>
/// <param name="PreprocessingBytes">As the plan states.</param>
/// <param name="Seconds">From the opening to the outputs.</param>
/// <param name="Phases">Seconds of each phase.</param>
internal sealed record KeptScores(
    int Attempt, IReadOnlyList<double>? Scores = null, int RoundsPerParty = 0, long BytesPerParty = 0, long PreprocessingBytes = 0, double Seconds = 0,
    IReadOnlyDictionary<string, double>? Phases = null)
{
    /// <summary>The last session that was begun.</summary>
    public string Session() => $"{DemoCast.ScoreQuota}-{Attempt}";

    /// <summary>Reads the file; before the first attempt there is none.</summary>
    public static KeptScores Read(DemoStage stage)
    {
        var path = PathOf(stage);
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), DemoFolderJson.Default.KeptScores) ?? throw new JsonException("null") : new KeptScores(0);
        }
        catch (JsonException e)
        {
            throw new InputException("demo.bad-folder", $"{path} is damaged: {e.Message} Restore it, or remove the whole folder to begin anew.", e);
        }
    }

    /// <summary>Makes it durable.</summary>
    public KeptScores Keep(DemoStage stage)
    {
        OwnerFile.Write(PathOf(stage), JsonSerializer.Serialize(this, DemoFolderJson.Default.KeptScores));
        return this;
    }

    private static string PathOf(DemoStage stage) => Path.Combine(stage.Parties[DemoCast.Asking].Folder.FullPath, "scores.json");
}
