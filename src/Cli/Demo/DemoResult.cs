using System.Text.Json;
using System.Text.Json.Serialization;

namespace PrivacyGrains.Cli.Demo;

/// <summary>Everything that a demo run has to show: the one JSON document of <c>demo --json</c>, and what the report is drawn from.</summary>
internal sealed record DemoResult(
    string Engine,
    int Seed,
    bool Resumed,
    double Seconds,
    IReadOnlyList<DemoMember> Members,
    DemoAccuracy Accuracy,
    DemoInference Inference,
    DemoTraining Training,
    DemoStatistics Statistics,
    DemoPrivacy Privacy,
    IReadOnlyList<DemoCharge> Charges,
    IReadOnlyList<DemoRefusal> Refusals,
    DemoAudit Audit);

/// <summary>An organisation of the consortium.</summary>
/// <param name="Party">Its name.</param>
/// <param name="Role"><c>hospital</c> or <c>dealer</c>.</param>
/// <param name="Records">Training records that it holds; 0 for the dealer.</param>
/// <param name="MalignantShare">The share of malignant records among them, from 0 to 1.</param>
/// <param name="Fingerprint">Of its verification key.</param>
internal sealed record DemoMember(string Party, string Role, int Records, double MalignantShare, string Fingerprint);

/// <summary>Shares of held-out patients that are classified rightly, from 0 to 1.</summary>
/// <param name="Joint">The federated model.</param>
/// <param name="Pooled">A model trained without noise on all records in one place.</param>
/// <param name="Alone">Each hospital's own model, without noise.</param>
/// <param name="AfterStep">The federated model after each step.</param>
internal sealed record DemoAccuracy(double Joint, double Pooled, IReadOnlyList<double> Alone, IReadOnlyList<double> AfterStep);

/// <summary>The joint inference.</summary>
/// <param name="Session">Its name.</param>
/// <param name="Attempts">Sessions that were begun, those that a crash ended included.</param>
/// <param name="Patients">How many were scored.</param>
/// <param name="ComputeParties">Who has the features and computes.</param>
/// <param name="Dealer">Who made the correlated randomness.</param>
/// <param name="Receiver">Who gave the model, and alone learned the scores.</param>
/// <param name="MaxAbsError">The largest difference between a joint score and the one that the model gives in clear.</param>
/// <param name="RoundsPerParty">Exchanges of messages, as each side counted them.</param>
/// <param name="BytesPerParty">Bytes that each side sent to its peer, before sealing.</param>
/// <param name="PreprocessingBytes">Bytes that the dealer sent to both.</param>
/// <param name="Seconds">From the session's opening to its outputs.</param>
/// <param name="Phases">Seconds of each phase, as the session measured them.</param>
/// <param name="Scores">One a patient.</param>
internal sealed record DemoInference(
    string Session,
    int Attempts,
    int Patients,
    IReadOnlyList<string> ComputeParties,
    string Dealer,
    string Receiver,
    double MaxAbsError,
    int RoundsPerParty,
    long BytesPerParty,
    long PreprocessingBytes,
    double Seconds,
    IReadOnlyDictionary<string, double> Phases,
    IReadOnlyList<DemoScore> Scores);

/// <summary>One patient's score.</summary>
internal sealed record DemoScore(double Joint, double Clear, bool Malignant);

/// <summary>The training.</summary>
/// <param name="Rounds">Rounds that were run, aborted ones included.</param>
/// <param name="Aborted">Those that ended without a sum.</param>
/// <param name="Steps">Federated steps, one for each completed round.</param>
/// <param name="Dropped">How often a hospital was lost in a completed round.</param>
/// <param name="Dropouts">Each of those.</param>
/// <param name="Seconds">In all phases of all rounds.</param>
/// <param name="BytesPerParty">Bytes that a hospital which was there to the end sent.</param>
/// <param name="ModelDigest">Lower-case hex of SHA-256 over the registered weights.</param>
/// <param name="ModelVersion">From 1.</param>
/// <param name="Phases">One for each phase of secure aggregation.</param>
/// <param name="RoundLines">Every round.</param>
internal sealed record DemoTraining(
    int Rounds,
    int Aborted,
    int Steps,
    int Dropped,
    IReadOnlyList<DemoDropped> Dropouts,
    double Seconds,
    long BytesPerParty,
    string ModelDigest,
    int ModelVersion,
    IReadOnlyList<DemoPhase> Phases,
    IReadOnlyList<DemoRound> RoundLines);

/// <summary>One phase over all rounds.</summary>
/// <param name="Phase">As <c>share-keys</c>.</param>
/// <param name="Rounds">Rounds that came to it.</param>
/// <param name="BytesPerParty">Bytes that a hospital sent in it, over all completed rounds: what the protocol's messages come to, exactly.</param>
/// <param name="Seconds">Over all rounds.</param>
internal sealed record DemoPhase(string Phase, int Rounds, long BytesPerParty, double Seconds);

/// <summary>Who dropped out of which round.</summary>
internal sealed record DemoDropped(string Party, int Round, string Phase, string Reason);

/// <summary>One training round.</summary>
internal sealed record DemoRound(int Number, string Session, string Outcome, IReadOnlyList<string> Survivors, IReadOnlyDictionary<string, double> Seconds);

/// <summary>The statistics.</summary>
internal sealed record DemoStatistics(DemoStatistic Count, DemoStatistic Mean);

/// <summary>One noised answer beside the truth, which only the demo knows.</summary>
internal sealed record DemoStatistic(string Query, double Value, double ErrorBar95, double Truth, double Rho);

/// <summary>What was spent.</summary>
/// <param name="Epsilon">The training's claim for one record at <paramref name="Delta"/>, rounded up; null without noise, where there is no claim.</param>
/// <param name="Delta">Of all figures here.</param>
/// <param name="LedgerEpsilon">The fullest ledger's loss so far: training, reruns and statistics together.</param>
/// <param name="LedgerParty">Whose ledger that is.</param>
/// <param name="Limit">Each ledger's limit.</param>
/// <param name="Spent">By what the fullest ledger was charged.</param>
/// <param name="Charges">Every charge and disclosure of every ledger.</param>
internal sealed record DemoPrivacy(
    double? Epsilon, double Delta, double LedgerEpsilon, string LedgerParty, double Limit, IReadOnlyList<DemoSpent> Spent, IReadOnlyList<DemoCharge> Charges);

/// <summary>What one purpose cost at the fullest ledger.</summary>
/// <param name="What">The purpose.</param>
/// <param name="Charges">How many charges stand for it.</param>
/// <param name="Rho">Their zCDP together.</param>
/// <param name="Epsilon">Of that alone, rounded up; epsilons of several purposes do not add, their zCDP does.</param>
internal sealed record DemoSpent(string What, int Charges, double Rho, double Epsilon);

/// <summary>One line of a ledger.</summary>
/// <param name="Id"><c>party/budget/charge</c>: unique over all ledgers. The charge's part is the session that it paid for.</param>
/// <param name="Party">Whose ledger.</param>
/// <param name="Kind"><c>charge</c> or <c>disclosure</c>.</param>
/// <param name="Purpose">What for.</param>
/// <param name="Status"><c>committed</c>, <c>refunded</c> or <c>aborted-committed</c>.</param>
/// <param name="Epsilon">This charge's loss taken alone; 0 for a disclosure.</param>
/// <param name="Count">Exact outputs of a disclosure; 0 for a charge.</param>
internal sealed record DemoCharge(string Id, string Party, string Kind, string Purpose, string Status, double Epsilon, long Count);

/// <summary>A request that was refused, as it should be.</summary>
internal sealed record DemoRefusal(string What, string Code, string Message);

/// <summary>The audit log after the run.</summary>
internal sealed record DemoAudit(long Entries, bool Verified, string Root, int Ledgers);

/// <summary>JSON of the demo.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(DemoResult))]
internal sealed partial class DemoJson : JsonSerializerContext;
