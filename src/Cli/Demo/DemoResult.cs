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
internal sealed record DemoInference(
    string Session,
    int Patients,
    IReadOnlyList<string> ComputeParties,
    string Dealer,
    string Receiver,
    double MaxAbsError,
    int RoundsPerParty,
    long BytesPerParty,
    long PreprocessingBytes,
    double Seconds,
    IReadOnlyList<DemoScore> Scores);

/// <summary>One patient's score.</summary>
internal sealed record DemoScore(double Joint, double Clear, bool Malignant);

/// <summary>The training.</summary>
internal sealed record DemoTraining(
    int Rounds,
    int Steps,
    IReadOnlyList<DemoDropped> Dropped,
    double Seconds,
    long BytesPerParty,
    string ModelDigest,
    int ModelVersion,
    IReadOnlyList<DemoRound> RoundLines);

/// <summary>Who dropped out of which round.</summary>
internal sealed record DemoDropped(string Party, int Round, string Phase, string Reason);

/// <summary>One training round.</summary>
internal sealed record DemoRound(int Number, string Session, string Outcome, IReadOnlyList<string> Survivors, IReadOnlyDictionary<string, double> Seconds);

/// <summary>The statistics.</summary>
internal sealed record DemoStatistics(DemoStatistic Count, DemoStatistic Mean);

/// <summary>One noised answer beside the truth, which only the demo knows.</summary>
internal sealed record DemoStatistic(string Query, double Value, double ErrorBar95, double Truth, double Rho);

/// <summary>What was spent.</summary>
/// <param name="Epsilon">The training's claim for one record at <paramref name="Delta"/>, rounded up; 0 without noise.</param>
/// <param name="Delta">Of all figures here.</param>
/// <param name="LedgerEpsilon">The greatest ledger's loss so far: training and statistics together.</param>
/// <param name="Limit">Each ledger's limit.</param>
/// <param name="Charges">Every charge and disclosure of every ledger.</param>
internal sealed record DemoPrivacy(double Epsilon, double Delta, double LedgerEpsilon, double Limit, IReadOnlyList<DemoCharge> Charges);

/// <summary>One line of a ledger.</summary>
internal sealed record DemoCharge(string Id, string Party, string Kind, string Purpose, string Status, double Epsilon, long Count);

/// <summary>A request that was refused, as it should be.</summary>
internal sealed record DemoRefusal(string What, string Code, string Message);

/// <summary>The audit log after the run.</summary>
internal sealed record DemoAudit(long Entries, bool Verified, string Root, int Ledgers);

/// <summary>JSON of the demo.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(DemoResult))]
internal sealed partial class DemoJson : JsonSerializerContext;
