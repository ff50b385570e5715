using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace PrivacyGrains.Protocols.Tests.SecureAggregation;

/// <summary>The protocol gives the sum over the survivors, or says that too few are left; nothing else.</summary>
public sealed class IdealFunctionTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Run_EveryDropoutPatternAtEveryPhase_SumsTheSurvivorsOrSaysTooFew(int clients)
    {
        using var world = new World(clients);
        for (var phase = 0; phase < 5; phase++)
        {
            for (var dropped = 0; dropped < 1 << clients; dropped++)
            {
                AssertIdeal(world, Pattern(clients, dropped, phase));
            }
        }
    }

    [Theory]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Run_EverySurvivablePatternAfterTheShares_SumsTheSurvivors(int clients)
    {
        // Phase 2 is where a dropped client's masks must be reconstructed; the other phases' patterns are covered above and by the property below.
        using var world = new World(clients);
        for (var dropped = 0; dropped < 1 << clients; dropped++)
        {
            if (clients - BitOperations.PopCount((uint)dropped) >= World.Thresholds(clients).Cohort)
            {
                AssertIdeal(world, Pattern(clients, dropped, phase: 2));
            }
        }
    }

    [Fact]
    public void Run_RandomSizesWordsAndDropouts_SumsTheSurvivorsOrSaysTooFew()
    {
        var runs =
            from clients in Gen.Choose(3, 8)
            from stops in Gen.Frequency((3, Gen.Constant(World.Stays)), (1, Gen.Choose(0, 4))).ArrayOf(clients)
            from length in Gen.Frequency((3, Gen.Choose(1, 40)), (1, Gen.Choose(4090, 9000)))
            from bytes in Gen.Choose(1, 8)
            select (clients, stops, length, bytes);
        Prop.ForAll(runs.ToArbitrary(), run =>
        {
            using var world = new World(run.clients);
            AssertIdeal(world, run.stops, run.length, 8 * run.bytes);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));
    }

    [Fact]
    public void Run_AllStayUnderTheHighestThreshold_Sums()
    {
        using var world = new World(5);
        var context = world.Context(threshold: 5, cohort: 5);
        Assert.Equal(World.ExpectedSum(context, Enumerable.Range(0, 5)), world.Run(context, Pattern(5, 0, 0)).Value.Sum);
        Assert.Equal("secagg.too-few", world.Run(world.Context(threshold: 5, cohort: 5), Pattern(5, 1, 4)).Fault.Code());
    }

    private static int[] Pattern(int clients, int dropped, int phase) =>
        [.. Enumerable.Range(0, clients).Select(i => ((dropped >> i) & 1) == 1 ? phase : World.Stays)];

    private static void AssertIdeal(World world, int[] stopsBefore, int vectorLength = 3, int wordBits = 32)
    {
        var context = world.Context(vectorLength, wordBits);
        var result = world.Run(context, stopsBefore);
        int Heard(int phase) => stopsBefore.Count(stop => stop > phase);
        if (Heard(2) < context.Parameters.MinimumCohort || Heard(4) < context.Parameters.ReconstructionThreshold)
        {
            Assert.Equal("secagg.too-few", result.Fault.Code());
            return;
        }

        var survivors = Enumerable.Range(0, stopsBefore.Length).Where(i => stopsBefore[i] > 2).ToArray();
        Assert.Equal(survivors.Select(i => world.Names[i]), result.Value.Contributors);
        Assert.Equal(World.ExpectedSum(context, survivors), result.Value.Sum);
    }
}
