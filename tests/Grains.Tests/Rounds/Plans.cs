using System.Collections.Immutable;
using PrivacyGrains.Grains.Rounds;
using PrivacyGrains.Learning.Data;
using PrivacyGrains.Learning.Training;
using PrivacyGrains.Protocols.Identity;

namespace PrivacyGrains.Grains.Tests.Rounds;

/// <summary>Plans for tests: five hospitals, threshold 4, cohort 4, unless said otherwise.</summary>
internal static class Plans
{
    public static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly byte[][] Keys = [.. Enumerable.Range(0, 6).Select(_ => SigningKey.Create().PublicKey.Spki.ToArray())];

    public static readonly ImmutableArray<string> Hospitals = [.. Enumerable.Range(1, 5).Select(i => $"hospital-{i}")];

    public static RoundPlan Plan(int participants = 5, int threshold = 4, int cohort = 4, int colluders = 0, string owner = "detector", int number = 1) =>
        Plan(owner, number, [.. Hospitals.Take(participants).Select((p, i) => new ParticipantKey(p, Keys[i]))], Computation(), 3, threshold, cohort, colluders);

    public static RoundPlan Plan(
        string owner, int number, ImmutableArray<ParticipantKey> participants, string computation, int vectorLength, int threshold = 4, int cohort = 4, int colluders = 0) => new(
            $"training.{owner}.{number}.abcd", "training", owner, number, 7, participants, threshold, cohort, colluders, vectorLength, 64, computation,
            RoundPlanRules.DigestOf(computation), "records", 10);

    /// <summary>A training step over two features: three words.</summary>
    public static string Computation(double noise = 1) => new TrainingStepSpec(
        "detector", 1, "logistic", new string('0', 64), "diagnosis", "M", "B", [new FeatureRange("radius", 0, 30), new FeatureRange("texture", 0, 40)],
        1, 1, 0, 0, 0.5, noise, 8, 24, 64, 5).Encode();
}
