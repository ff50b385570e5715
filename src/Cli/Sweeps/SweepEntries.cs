using System.Text.Json;
using System.Text.Json.Serialization;
using PrivacyGrains.Learning.Sweeps;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Cli.Sweeps;

/// <summary>One entry of a search's journal. Secret: it holds trials that were not selected, and how many there were.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(SweepStarted), "started")]
[JsonDerivedType(typeof(SweepRefused), "refused")]
[JsonDerivedType(typeof(SweepRead), "read")]
[JsonDerivedType(typeof(SweepSized), "sized")]
[JsonDerivedType(typeof(SweepLevelBegun), "level-begun")]
[JsonDerivedType(typeof(SweepTrialDone), "trial-done")]
[JsonDerivedType(typeof(SweepLevelReleased), "level-released")]
[JsonDerivedType(typeof(SweepFinished), "finished")]
internal abstract record SweepEntry
{
    public JournalEntry ToJournal() => new("sweep.v1", JsonSerializer.SerializeToUtf8Bytes(this, SweepJournalJson.Default.SweepEntry));

    public static SweepEntry Of(RecordedEntry entry) => JsonSerializer.Deserialize(entry.Payload.Span, SweepJournalJson.Default.SweepEntry) ?? throw new InvalidDataException($"Entry {entry.Version} of the search's journal is empty.");
}

/// <summary>A search was begun.</summary>
/// <param name="Search">Names it in charges; random.</param>
/// <param name="Computation">Digest of all that was asked.</param>
/// <param name="Key">Splits the records; drawn before they were read.</param>
internal sealed record SweepStarted(string Search, string Computation, byte[] Key) : SweepEntry;

/// <summary>The ledger had no room, or the records are not as was said: nothing was released, and what was held is given back. The next run begins anew.</summary>
internal sealed record SweepRefused : SweepEntry;

/// <summary>The records were read, once every charge was held.</summary>
/// <param name="Rows">Their digest under the key: the same must be there when the search goes on.</param>
internal sealed record SweepRead(string Rows) : SweepEntry;

/// <summary>The number of training records was measured.</summary>
internal sealed record SweepSized(int Count) : SweepEntry;

/// <summary>How many trials a level will have, and of which candidates: drawn once, so that no crash can choose among draws.</summary>
internal sealed record SweepLevelBegun(int Level, int[] Candidates) : SweepEntry;

/// <summary>A trial's result. One that a crash cut short left nothing, and is run again with fresh noise.</summary>
internal sealed record SweepTrialDone(int Level, int Candidate, double[] Parameters, long Right, long Wrong) : SweepEntry
{
    public TrialResult ToResult() => new(Candidate, [.. Parameters], Right, Wrong);
}

/// <summary>The best of a level's trials is released from here on.</summary>
/// <param name="Level">Which level.</param>
/// <param name="Best">Which of its trials; -1 where it has none.</param>
internal sealed record SweepLevelReleased(int Level, int Best) : SweepEntry;

/// <summary>The search has ended.</summary>
internal sealed record SweepFinished : SweepEntry;

/// <summary>JSON of the journal.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(SweepEntry))]
internal sealed partial class SweepJournalJson : JsonSerializerContext;
