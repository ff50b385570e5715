using System.Collections.Immutable;

namespace PrivacyGrains.Cli.Demo;

/// <summary>Who plays, and the names of things.</summary>
internal static class DemoCast
{
    public const string Consortium = "five-hospitals";
    public const string Dealer = "dealer";
    public const string Budget = "records";
    public const string DataSet = "patients";
    public const string Job = "detector";
    public const string Model = "detector";
    public const string ScoreQuota = "scores";
    public const string CountQuery = "malignant-count";
    public const string MeanQuery = "radius-mean";

    /// <summary>Of every privacy figure.</summary>
    public const double Delta = 1e-5;

    /// <summary>Patients that nobody trains on.</summary>
    public const int HeldOut = 50;

    /// <summary>Exact scores that each hospital's ledger allows over its life: a session that a crash ends has used up its share.</summary>
    public const int Scores = 20 * HeldOut;

    /// <summary>A budget holds so many times what the training was planned for: the rest is for reruns and statistics.</summary>
    public const double Room = 1.5;

    /// <summary>The round, from this number on, in which a hospital drops out.</summary>
    public const int DropRound = 2;

    /// <summary>Of each round: any four of five can finish it.</summary>
    public const int ReconstructionThreshold = 4;

    /// <summary>Of each round: nobody helps to open a sum of fewer.</summary>
    public const int MinimumCohort = 4;

    /// <summary>Of each round: one hospital may side with the coordinator.</summary>
    public const int Colluders = 1;

    /// <summary>How long a phase waits for who is missing.</summary>
    public const double PhaseSeconds = 3;

    /// <summary>The five hospitals.</summary>
    public static ImmutableArray<string> Hospitals { get; } = [.. Enumerable.Range(1, 5).Select(i => $"hospital-{i}")];

    /// <summary>All who join: the hospitals, then the dealer.</summary>
    public static ImmutableArray<string> Parties { get; } = [.. Hospitals, Dealer];

    /// <summary>The hospital that drops out, and comes back.</summary>
    public static string Dropping => Hospitals[2];

    /// <summary>The hospitals among which the held-out patients' features are divided, and which compute.</summary>
    public static ImmutableArray<string> Computing { get; } = [.. Hospitals.Take(2)];

    /// <summary>The hospital that asks for the scores, gives the model, and alone learns them.</summary>
    public static string Asking => Hospitals[3];
}
