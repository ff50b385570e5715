using System.Text.Json.Serialization;

namespace PrivacyGrains.Cli.Sweeps;

/// <summary>What <c>train --sweep --json</c> prints and keeps as <c>report.json</c>: released figures and public ones, nothing else.</summary>
/// <param name="Status"><c>reached</c> or <c>out-of-reach</c>.</param>
/// <param name="TargetAccuracy">As asked.</param>
/// <param name="Chosen">The lowest epsilon whose released accuracy reaches the target; null where none does.</param>
/// <param name="Frontier">Every epsilon, rising.</param>
/// <param name="Guarantee">What holds for the whole search, wherever it stopped.</param>
/// <param name="Selection">How a level's trial is chosen.</param>
/// <param name="Scoring">What the accuracy was measured on.</param>
/// <param name="Ledger">Where it was charged, and how that stands.</param>
/// <param name="NotGiven">What no figure here says.</param>
/// <param name="Model">The chosen model's file within the job's folder; null where none was chosen.</param>
internal sealed record SweepDocument(
    string Status, double TargetAccuracy, SweepPointDocument? Chosen, IReadOnlyList<SweepPointDocument> Frontier, SweepGuaranteeDocument Guarantee, SweepSelectionDocument Selection,
    SweepScoringDocument Scoring, SweepLedgerDocument Ledger, IReadOnlyList<string> NotGiven, string? Model);

/// <summary>One epsilon.</summary>
/// <param name="Epsilon">Of one trial alone.</param>
/// <param name="Status"><c>released</c>, <c>no-trial</c> (the drawn number of trials was zero) or <c>not-run</c> (the search had stopped).</param>
/// <param name="LearningRate">Of the released trial.</param>
/// <param name="Accuracy">Measured, noise included.</param>
/// <param name="Noise">Half of the interval of 95 % that the noise alone makes.</param>
/// <param name="Low">Of the interval of 95 % of sampling and noise together.</param>
/// <param name="High">Likewise.</param>
/// <param name="ReachesTarget">Whether the accuracy less the noise (with <c>--sure</c>: the interval's lower end) is at least the target.</param>
/// <param name="LevelEpsilon">What the level's release costs alone, its selection included; of one that was not run, what it would have cost.</param>
internal sealed record SweepPointDocument(
    double Epsilon, string Status, double? LearningRate, double? Accuracy, double? Noise, double? Low, double? High, bool ReachesTarget, double LevelEpsilon);

/// <summary>A guarantee.</summary>
/// <param name="Epsilon">Rounded up.</param>
/// <param name="Delta">Its failure probability.</param>
/// <param name="Neighbours">How neighbours differ.</param>
/// <param name="Order">The Renyi order that gives it.</param>
internal sealed record SweepGuaranteeDocument(double Epsilon, double Delta, string Neighbours, double Order);

/// <summary>How one of a level's trials is chosen.</summary>
/// <param name="Distribution"><c>one-trial</c>, <c>truncated-negative-binomial</c> or <c>poisson</c>.</param>
/// <param name="MeanTrials">Expected at each level; the true number is secret.</param>
/// <param name="Eta">The shape; null but for the negative binomial.</param>
/// <param name="Gamma">Likewise.</param>
/// <param name="Source">The theorem that is charged.</param>
internal sealed record SweepSelectionDocument(string Distribution, double MeanTrials, double? Eta, double? Gamma, string Source);

/// <summary>What accuracy was measured on.</summary>
/// <param name="On"><c>held-back</c>: the owner's own records, with noise; <c>public</c>: another file, exactly.</param>
/// <param name="Share">Of the owner's records that are held back.</param>
internal sealed record SweepScoringDocument(string On, double Share);

/// <summary>A ledger after the search.</summary>
/// <param name="Name">A folder, or <c>party/budget</c>.</param>
/// <param name="Limit">Its whole epsilon.</param>
/// <param name="Delta">At which.</param>
/// <param name="EpsilonSoFar">The filter's bound on all that is spent or held there, others' charges included.</param>
/// <param name="EpsilonLeft">Rounded down.</param>
/// <param name="Charges">The search's own.</param>
internal sealed record SweepLedgerDocument(string Name, double Limit, double Delta, double EpsilonSoFar, double EpsilonLeft, IReadOnlyList<SweepChargeDocument> Charges);

/// <summary>One charge of a search.</summary>
/// <param name="Id">Its name in the ledger.</param>
/// <param name="Purpose">What for.</param>
/// <param name="Status"><c>committed</c>, <c>reserved</c> or <c>refunded</c>.</param>
/// <param name="Epsilon">Its loss taken alone; losses do not simply add.</param>
internal sealed record SweepChargeDocument(string Id, string Purpose, string Status, double Epsilon);

/// <summary>JSON of searches.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(SweepDocument))]
internal sealed partial class SweepJson : JsonSerializerContext;
