using System.Text.Json;
using System.Text.Json.Serialization;
using PrivacyGrains.Cli.Bench;
using PrivacyGrains.Cli.Bench.Ckks;
using PrivacyGrains.Cli.Bench.CkksParser;
using PrivacyGrains.Cli.Commands;
using PrivacyGrains.Client.Audit;
using PrivacyGrains.Client.Queries.Own;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Inferences;
using PrivacyGrains.Privacy.Accounting.Accountants;

namespace PrivacyGrains.Cli.Output;

/// <summary>What <c>--json</c> prints where a command fails.</summary>
/// <param name="Error">What went wrong.</param>
internal sealed record FailureDocument(FailureBody Error);

/// <summary>What went wrong.</summary>
/// <param name="Code">Stable, lower case with dots.</param>
/// <param name="Detail">One line that says what to change.</param>
/// <param name="Status">The HTTP status where a gateway refused; else 0.</param>
/// <param name="TraceId">Names the request in the gateway's log, or null.</param>
internal sealed record FailureBody(string Code, string Detail, int Status, string? TraceId);

/// <summary>What <c>up --json</c> prints once all is up.</summary>
/// <param name="Consortium">Its name.</param>
/// <param name="Engine"><c>Embedded</c> or <c>Orleans</c>.</param>
/// <param name="Urls">Where it listens.</param>
/// <param name="Data">The folder of keys and journals.</param>
/// <param name="OperatorKeyFile">The operator's API key; null where this process does not coordinate.</param>
/// <param name="ProcessId">To end it.</param>
internal sealed record UpDocument(string Consortium, string Engine, IReadOnlyList<string> Urls, string Data, string? OperatorKeyFile, int ProcessId);

/// <summary>What <c>join --json</c> prints.</summary>
/// <param name="Party">Who joined.</param>
/// <param name="Consortium">What.</param>
/// <param name="Folder">The party's folder.</param>
/// <param name="Fingerprint">Of its signing key.</param>
/// <param name="CoordinatorFingerprint">Of the coordinator's key, pinned.</param>
/// <param name="Members">Fingerprints of members' keys, pinned.</param>
internal sealed record JoinDocument(
    string Party, string Consortium, string Folder, string Fingerprint, string CoordinatorFingerprint, IReadOnlyDictionary<string, string> Members);

/// <summary>What a verification prints.</summary>
/// <param name="Verified">Whether nothing is wrong with anything.</param>
/// <param name="Entries">Entries in all that was verified.</param>
/// <param name="Verdicts">One for the log and one for each ledger.</param>
/// <param name="Away">Ledgers that could not be fetched, as <c>party/budget</c>.</param>
internal sealed record VerifyDocument(bool Verified, long Entries, IReadOnlyList<Verdict> Verdicts, IReadOnlyList<string> Away);

/// <summary>What a command prints that wrote a file.</summary>
/// <param name="File">Which.</param>
/// <param name="Bytes">How long.</param>
/// <param name="Digest">Lower-case hex of SHA-256 over it.</param>
internal sealed record WrittenDocument(string File, long Bytes, string Digest);

/// <summary>What a command prints that has nothing to say but that it is done.</summary>
/// <param name="Done">Always true.</param>
/// <param name="What">What was done.</param>
internal sealed record DoneDocument(bool Done, string What);

/// <summary>What <c>key fingerprint --json</c> prints.</summary>
/// <param name="Folder">The party's folder.</param>
/// <param name="Fingerprint">Lower-case hex of SHA-256 over the public key.</param>
internal sealed record FingerprintDocument(string Folder, string Fingerprint);

/// <summary>What <c>infer ask --json</c> prints. Secret: the scores are the caller's.</summary>
/// <param name="Session">The session.</param>
/// <param name="Outputs">One score for each record, in order.</param>
/// <param name="Cost">What it cost, as stated beforehand.</param>
/// <param name="Seconds">From the first opening to the last.</param>
internal sealed record ScoresDocument(string Session, IReadOnlyList<double> Outputs, InferenceCostBody Cost, double Seconds);

/// <summary>What <c>infer --model --input --json</c> prints.</summary>
/// <param name="Outputs">One list for each record, in order.</param>
/// <param name="ClearOutputs">The same network on plain doubles.</param>
/// <param name="MaxAbsError">The greatest difference between the two.</param>
/// <param name="FractionalBits">Of the fixed-point format that was used.</param>
/// <param name="Cost">Of all sides and batches.</param>
/// <param name="Seconds">Time, all sides one after the other.</param>
internal sealed record LocalInferenceDocument(
    IReadOnlyList<IReadOnlyList<double>> Outputs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<IReadOnlyList<double>>? ClearOutputs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? MaxAbsError,
    int FractionalBits, InferenceCostBody Cost, SecondsBody Seconds)
{
    /// <summary>From 0, the records of which a clip of the planner's cut a value; left out where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? ClippedRecords { get; init; }
}

/// <summary>What <c>infer open --json</c> prints.</summary>
/// <param name="Name">What <c>--held</c> takes.</param>
/// <param name="Epoch">The consortium's in which the weights were opened; of no use once an operator has begun a later one.</param>
/// <param name="Owner">Who gave them.</param>
/// <param name="ComputeParties">Who holds them.</param>
/// <param name="Dealer">Who deals for them.</param>
/// <param name="Rows">The most records of one session.</param>
/// <param name="Features">Columns of a record.</param>
/// <param name="InputBound">Every |number| of a record is at most this.</param>
/// <param name="FractionalBits">Of the fixed-point format.</param>
/// <param name="Terms">What the owner allows.</param>
/// <param name="Cost">Of the opening.</param>
/// <param name="SessionCost">Of each session of so many records.</param>
internal sealed record HeldModelDocument(
    string Name, long Epoch, string Owner, IReadOnlyList<string> ComputeParties, string Dealer, int Rows, int Features, double InputBound, int FractionalBits, WeightTermsBody Terms,
    InferenceCostBody Cost, InferenceCostBody SessionCost);

/// <summary>What a local run of a model will cost.</summary>
/// <param name="Scheme">How values are shared.</param>
/// <param name="Records">Of all batches.</param>
/// <param name="RecordsPerBatch">As many as fit one plan.</param>
/// <param name="Batches">One after the other.</param>
/// <param name="FractionalBits">Of values between layers.</param>
/// <param name="InputBound">No number of a record may be greater in size.</param>
/// <param name="Rounds">Of all batches.</param>
/// <param name="MessagesPerParty">Of all batches.</param>
/// <param name="BytesPerParty">That each party sends, in all batches.</param>
/// <param name="PreprocessingBytesPerParty">That the dealer sends, in all batches, to the party that gets most.</param>
/// <param name="PreprocessingBytes">That the dealer sends to all parties together, in all batches.</param>
/// <param name="PeakBytesPerParty">About what one party holds at once in memory.</param>
/// <param name="Layers">Of one batch, in order.</param>
internal sealed record ModelPlanDocument(
    string Scheme, long Records, int RecordsPerBatch, long Batches, int FractionalBits, double InputBound, long Rounds, long MessagesPerParty, long BytesPerParty, long PreprocessingBytesPerParty,
    long PreprocessingBytes, long PeakBytesPerParty, IReadOnlyList<LayerPlanDocument> Layers);

/// <summary>One layer of a planned model, for one batch.</summary>
/// <param name="Kind">As <c>dense</c>.</param>
/// <param name="Node">The file's name for it.</param>
/// <param name="Shape">Records x the dimensions of its output.</param>
/// <param name="Lower">No number of its output is smaller.</param>
/// <param name="Upper">Nor greater.</param>
/// <param name="FirstRound">Where it begins; layers side by side share rounds.</param>
/// <param name="Rounds">Its own.</param>
/// <param name="BytesPerParty">Its words, without the headers of messages.</param>
/// <param name="PreprocessingBytes">That its correlations cost the party that gets most.</param>
/// <param name="Correlations">What the dealer makes for it.</param>
/// <param name="Parameters">Its weights: name, shape, stated bound and fractional bits.</param>
internal sealed record LayerPlanDocument(
    string Kind, string Node, string Shape, double Lower, double Upper, int FirstRound, int Rounds, long BytesPerParty, long PreprocessingBytes, IReadOnlyList<string> Correlations,
    IReadOnlyList<ParameterPlanDocument> Parameters);

/// <summary>One tensor of weights, as a plan states it.</summary>
/// <param name="Name">As <c>bias</c>.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Bound">No number is greater in size.</param>
/// <param name="FractionalBits">Of its encoding.</param>
/// <param name="Secret">Whether it is shared.</param>
internal sealed record ParameterPlanDocument(string Name, string Shape, double Bound, int FractionalBits, bool Secret);

/// <summary>Where time went.</summary>
/// <param name="Offline">Dealing and expanding correlations.</param>
/// <param name="Online">Sharing, rounds, opening.</param>
internal sealed record SecondsBody(double Offline, double Online);

/// <summary>Source-generated JSON of the command's documents.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(FailureDocument))]
[JsonSerializable(typeof(UpDocument))]
[JsonSerializable(typeof(JoinDocument))]
[JsonSerializable(typeof(VerifyDocument))]
[JsonSerializable(typeof(WrittenDocument))]
[JsonSerializable(typeof(DoneDocument))]
[JsonSerializable(typeof(FingerprintDocument))]
[JsonSerializable(typeof(ScoresDocument))]
[JsonSerializable(typeof(LocalInferenceDocument))]
[JsonSerializable(typeof(HeldModelDocument))]
[JsonSerializable(typeof(ModelPlanDocument))]
[JsonSerializable(typeof(Listing<AuditLeaf>))]
[JsonSerializable(typeof(BenchDocument))]
[JsonSerializable(typeof(SessionsDocument))]
[JsonSerializable(typeof(LedgerBenchDocument))]
[JsonSerializable(typeof(SamplersDocument))]
[JsonSerializable(typeof(AccountsDocument))]
[JsonSerializable(typeof(CkksBenchDocument))]
[JsonSerializable(typeof(CkksParserDocument))]
[JsonSerializable(typeof(PrivacyAuditDocument))]
[JsonSerializable(typeof(CalibrationDocument))]
[JsonSerializable(typeof(OwnAnswer))]
[JsonSerializable(typeof(OwnLedgerDocument))]
[JsonSerializable(typeof(JointDryRunDocument))]
[JsonSerializable(typeof(AccountedLoss))]
[JsonSerializable(typeof(FitDocument))]
[JsonSerializable(typeof(EncryptedScoresDocument))]
[JsonSerializable(typeof(RegisteredScoringDocument))]
internal sealed partial class CliJson : JsonSerializerContext;
