using System.Text.Json.Serialization;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Learning.Training;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Ledger;

namespace PrivacyGrains.Cli.Demo;

/// <summary>What a run is about: kept in its folder as <c>demo.json</c>, and the same whenever it is resumed.</summary>
/// <param name="Version">Of this form: 1.</param>
/// <param name="Seed">Of the splits.</param>
/// <param name="Epsilon">The training's target; null for none.</param>
internal sealed record DemoPlan(int Version, int Seed, double? Epsilon)
{
    /// <summary>The noise is such that the target would allow so many rounds more: those that a crash ends are charged, and run again.</summary>
    public const int SpareRounds = 5;

    private const double DefaultEpsilon = 8;

    /// <summary>How the model is trained.</summary>
    [JsonIgnore]
    public TrainingOptions Training => TrainingPresets.Hospitals(
        Epsilon is { } target ? Privacy.Accounting.Epsilon.Create(target) : null, Delta.Create(DemoCast.Delta), SpareRounds);

    /// <summary>The whole of each hospital's budget, at <see cref="DemoCast.Delta"/>.</summary>
    [JsonIgnore]
    public double Limit => (Epsilon ?? DefaultEpsilon) * DemoCast.Room;

    /// <summary>The zCDP cost of the count.</summary>
    [JsonIgnore]
    public double CountRho => Share(0.02);

    /// <summary>The zCDP cost of the mean.</summary>
    [JsonIgnore]
    public double MeanRho => Share(0.04);

    /// <summary>A plan for what was asked.</summary>
    /// <exception cref="InputException"><c>demo.bad-epsilon</c>: no noise of the known sizes keeps it.</exception>
    public static DemoPlan Of(DemoOptions options)
    {
        var plan = new DemoPlan(1, options.Seed, options.Epsilon);
        try
        {
            _ = plan.Training;
            _ = BudgetLimit.Create(Privacy.Accounting.Epsilon.Create(plan.Limit), Delta.Create(DemoCast.Delta));
            return plan;
        }
        catch (ArgumentException e)
        {
            throw new InputException("demo.bad-epsilon", $"--epsilon {options.Epsilon:R} cannot be kept at delta {DemoCast.Delta}: choose one between 0.1 and 100, or 'none'.", e);
        }
    }

    /// <summary>A share of the whole budget, in zCDP: the statistics stay affordable whatever epsilon was asked for.</summary>
    private double Share(double part) => part * ZeroConcentrated.LargestRho(Privacy.Accounting.Epsilon.Create(Limit), Delta.Create(DemoCast.Delta)).Value;
}

/// <summary>JSON of a run's folder.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(DemoPlan))]
[JsonSerializable(typeof(KeptScores))]
internal sealed partial class DemoFolderJson : JsonSerializerContext;
