using PrivacyGrains.Client.Agents;
using PrivacyGrains.Messages.Rounds;

namespace PrivacyGrains.Cli.Demo;

/// <summary>The hospitals' agents, running beside one another; one of them is stopped once in the midst of a round, as a crash would stop it, and started again when the round is over.</summary>
internal sealed class HospitalCrew : IAgentObserver, IAsyncDisposable
{
    private readonly DemoStage _stage;
    private readonly CancellationTokenSource _stop;
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Task> _agents;
    private readonly Lock _gate = new();
    private TaskCompletionSource _roundOver = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _dropIsDue;
    private int _left;

    private HospitalCrew(DemoStage stage, bool dropIsDue, CancellationToken cancel)
    {
        (_stage, _dropIsDue) = (stage, dropIsDue);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        _agents = [.. stage.Hospitals.Select(hospital => Task.Run(() => RunAsync(hospital, _stop.Token), CancellationToken.None))];
    }

    /// <summary>Starts the agents.</summary>
    /// <param name="stage">Whose hospitals.</param>
    /// <param name="dropIsDue">Whether <see cref="DemoCast.Dropping"/> has still to drop out of a round.</param>
    /// <param name="cancel">Stops them.</param>
    public static HospitalCrew Start(DemoStage stage, bool dropIsDue, CancellationToken cancel) => new(stage, dropIsDue, cancel);

    /// <summary>Waits for something that needs the agents; where one of them fails, its failure comes instead.</summary>
    public async Task<T> GuardAsync<T>(Task<T> awaited)
    {
        if (await Task.WhenAny(awaited, _failed.Task) != awaited)
        {
            await _failed.Task;
        }

        return await awaited;
    }

    /// <summary>A round of the training is over: whoever left it may come back. Where it gave no sum, nobody has dropped out of anything yet.</summary>
    public void RoundEnded(RoundLineBody round)
    {
        lock (_gate)
        {
            if (round.Number == _left)
            {
                _dropIsDue = round.Outcome == RoundStages.Aborted;
                _roundOver.TrySetResult();
            }
        }
    }

    /// <inheritdoc/>
    public Task OnPhaseAsync(AgentEvent happened, CancellationToken cancel)
    {
        var told = (happened.Step, happened.Detail) switch
        {
            (AgentStep.Refused, var why) => $"{happened.Party} takes no part in {happened.Session}: {why}",
            (AgentStep.Interrupted, var why) => $"{happened.Party} lost its connection: {why}",
            (AgentStep.Settled, "aborted-committed") => $"{happened.Party}'s charge for {happened.Session} stands, marked aborted: its round gave no sum with it",
            (AgentStep.Settled, "refunded") => $"{happened.Party}'s charge for {happened.Session} is refunded: its masked update was never sent",
            _ => null,
        };
        if (told is not null)
        {
            _stage.Narrator.Step(told);
        }

        if (happened.Owner == DemoCast.Job)
        {
            Stage(happened);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_agents);
        _stop.Dispose();
    }

    private void Stage(AgentEvent happened)
    {
        lock (_gate)
        {
            if (_dropIsDue && happened is { Step: AgentStep.Uploading, Number: >= DemoCast.DropRound } && happened.Party == DemoCast.Dropping)
            {
                (_dropIsDue, _left) = (false, happened.Number);
                _roundOver = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                throw new DroppedOutException();
            }

            if (happened.Number == _left && happened.Step is AgentStep.Completed)
            {
                _roundOver.TrySetResult();
            }

            if (happened.Party == DemoCast.Dropping && happened.Step is AgentStep.Advertised && _left > 0 && happened.Number == _left + 1)
            {
                _stage.Narrator.Step($"{happened.Party} is back, in round {happened.Number}");
            }
        }
    }

    private async Task RunAsync(DemoParty hospital, CancellationToken cancel)
    {
        try
        {
            var data = PartyData.Read(hospital.Records, DemoCast.Budget);
            var policy = new AgentPolicy { MinimumCohort = DemoCast.MinimumCohort, Colluders = DemoCast.Colluders, AllowTrainingWithoutNoise = _stage.Plan.Epsilon is null };
            while (true)
            {
                try
                {
                    await new PartyAgent(hospital.Gateway, hospital.Folder, [data], this, policy).RunAsync(cancel);
                }
                catch (DroppedOutException)
                {
                    _stage.Narrator.Step($"{hospital.Name} drops out of round {_left}: its keys are shared, its masked update is not sent. The others wait for it until the phase's deadline");
                    await _roundOver.Task.WaitAsync(cancel);
                }
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The story is over.
        }
#pragma warning disable CA1031 // whatever ends an agent ends the story: GuardAsync throws it there
        catch (Exception e)
        {
            _failed.TrySetException(e);
        }
#pragma warning restore CA1031
    }

    /// <summary>What ends the agent that drops out.</summary>
    private sealed class DroppedOutException : Exception;
}
