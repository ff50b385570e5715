using PrivacyGrains.Grains.Tests.Rounds;
using static PrivacyGrains.Grains.Tests.Hosting.TestConsortium;

namespace PrivacyGrains.Grains.Tests.Trainings;

internal static class TrainingSamples
{
    /// <summary>Three hospitals, three steps, one zCDP half a round.</summary>
    public static readonly TrainingTerms Plain = new(
        "tumour", ["radius", "texture"], "diagnosis", "M", [0, 0], [30, 40], ["hospital-1", "hospital-2", "hospital-3"], "records", 3, 9, 1, 1, 1, 1, 1e-5, false, 3, 3, 0, 10,
        "fedavg", "B");

    public static TrainingTerms Terms(OwnerWorld world, int steps = 3) => Plain with
    {
        Participants = [.. world.Names],
        Steps = steps,
        ReconstructionThreshold = Math.Min(4, world.Names.Length),
        MinimumCohort = Math.Min(4, world.Names.Length),
    };

    public static Task<TrainingView> EndAsync(OwnerWorld world, ITrainingGrain job) => UntilAsync(world, job, v => v.Status != "running");

    /// <summary>Runs the clock until the job is so, and the audit log knows.</summary>
    public static async Task<TrainingView> UntilAsync(OwnerWorld world, ITrainingGrain job, Func<TrainingView, bool> isSo)
    {
        while (true)
        {
            var view = Value(await OwnerWorld.AgainAsync(() => job.GetAsync(0, 0)));
            var expected = view.Status == "running" ? 1 : 2;
            if (isSo(view) && (await world.Consortium.AuditKindsAsync($"\"subject\":\"{view.Job}\"")).Count >= expected)
            {
                return view;
            }

            world.Clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }
    }
}
