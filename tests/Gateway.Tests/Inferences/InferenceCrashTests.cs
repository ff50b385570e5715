using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Inferences;
using PrivacyGrains.Grains;
using PrivacyGrains.Testing;
using static PrivacyGrains.Gateway.Tests.Inferences.InferenceWorld;

namespace PrivacyGrains.Gateway.Tests.Inferences;

/// <summary>One grain of a session is stopped between two of its turns, at ever later ones: the session ends in right scores or by name, and the next one works.</summary>
public sealed class InferenceCrashTests(InferenceWorld world) : IClassFixture<InferenceWorld>
{
    /// <summary>What joint-inference.md says that a stopped grain leads to, and what a caller is told whose call it took along.</summary>
    private static readonly string[] Documented =
    [
        "computation.lost", "computation.peer-lost", "computation.aborted", "computation.not-prepared", "computation.not-ready", "inference.coordinator-restarted", "inference.over",
        "inference.unknown", "inference.timeout", "inference.not-ready", "dealer.unknown-session", "dealer.already-dealt", "party.unavailable", "cluster.unavailable",
    ];

    [Theory]
    [InlineData("coordinator")]
    [InlineData("side")]
    [InlineData("dealer")]
    public async Task KilledBetweenTurns_TheSessionEndsByNameOrInScores_AndTheNextWorks(string which)
    {
        if (!GrainTestCluster.CanKill)
        {
            return;
        }

        var (ended, turns) = (new HashSet<string>(StringComparer.Ordinal), 1);
        for (var step = 1; turns <= 120; turns += step++)
        {
            var session = NewSession();
            world.Consortium.Cluster.KillAfterTurns(GrainOf(which, session), turns);
            ended.Add(await RunAsync(session));
        }

        Assert.All(ended, code => Assert.Contains(code, Documented.Append("completed")));
        Assert.True(ended.Count > 1, $"No stop was met: {string.Join(", ", ended)}.");
        if (which == "dealer")
        {
            await world.Consortium.Cluster.KillActivationAsync(GrainOf(which, string.Empty)); // the count of its turns goes with it
        }

        await world.WorksAsync();
    }

    /// <summary>Plays a session to its end; how it ended.</summary>
    private async Task<string> RunAsync(string session)
    {
        using var asker = world.Of(Asker);
        InferenceAsk? ask = null;
        try
        {
            ask = await asker.Inference.AskAsync(session, Question(timeoutSeconds: 5));
            await world.ProvideAllAsync(session);
            var answer = await asker.Inference.ReceiveAsync(ask);
            Assert.All(answer.Values.Zip(Clear()), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, Math.Pow(2, -10)));
            return "completed";
        }
        catch (GatewayException e)
        {
            await EndsAsync(asker, session);
            return e.Code;
        }
        finally
        {
            ask?.Dispose();
        }
    }

    /// <summary>Whatever a caller was told, the session is over by its own deadline, or was never opened.</summary>
    private static async Task EndsAsync(Part asker, string session)
    {
        try
        {
            var view = await asker.Client.Inferences.GetAsync(session);
            while (view.Status is not ("completed" or "aborted"))
            {
                view = await asker.Client.Inferences.GetAsync(session, view.Version, 5000);
            }
        }
        catch (GatewayException e)
        {
            Assert.Contains(e.Code, (string[])["inference.unknown", "party.unavailable", "cluster.unavailable"]);
        }
    }

    private IGrainWithStringKey GrainOf(string which, string session) => which switch
    {
        "coordinator" => world.Consortium.Cluster.Grains.GetGrain<IInferenceGrain>(session),
        "side" => world.Consortium.Cluster.Grains.GetGrain<IComputationGrain>($"h-2/{session}"),
        _ => world.Consortium.Cluster.Grains.GetGrain<IDealerGrain>(Dealer),
    };
}
