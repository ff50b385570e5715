using PrivacyGrains.Grains.Tests.Rounds;
using static PrivacyGrains.Grains.Tests.Hosting.TestConsortium;

namespace PrivacyGrains.Grains.Tests.Queries;

internal static class QuerySamples
{
    /// <summary>A count of all rows at three hospitals; a zCDP charge of 2.</summary>
    public static readonly QueryTerms Plain = new("analyst", "count", "", 0, 0, "", "", 2, ["hospital-1", "hospital-2", "hospital-3"], "records", 3, 3, 0, 10);

    public static QueryTerms Count(OwnerWorld world) => Plain with
    {
        Participants = [.. world.Names],
        ReconstructionThreshold = Math.Min(4, world.Names.Length),
        MinimumCohort = Math.Min(4, world.Names.Length),
    };

    public static QueryTerms Mean(OwnerWorld world) => Count(world) with { Statistic = "mean", Column = "radius", Low = 0, High = 30, FilterColumn = "diagnosis", FilterValue = "M" };

    /// <summary>Runs the clock until the query has ended, and the audit log knows.</summary>
    public static async Task<QueryView> EndAsync(OwnerWorld world, IQueryGrain query)
    {
        while (true)
        {
            var view = Value(await OwnerWorld.AgainAsync(() => query.GetAsync(0, 0)));
            if (view.Status != "running" && (await world.Consortium.AuditKindsAsync($"\"subject\":\"{view.Query}\"")).Count >= 2)
            {
                return view;
            }

            world.Clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }
    }
}
