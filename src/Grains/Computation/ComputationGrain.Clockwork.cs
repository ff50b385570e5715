using System.Collections.Frozen;
using System.Threading.Channels;
using PrivacyGrains.Protocols;

namespace PrivacyGrains.Grains.Computation;

/// <content>What drives a side: its peers' frames in, its own out, and its end.</content>
internal sealed partial class ComputationGrain
{
    private readonly Dictionary<PartyId, Channel<Frame>> _outboxes = [];
    private Task _sends = Task.CompletedTask;
    private bool _isCut;
    private bool _pumping;

    /// <summary>Goes on with what has come, in turns of this grain; whoever woke it does not wait for it.</summary>
    private void Wake()
    {
        if (!_pumping && _side is { IsRunning: true })
        {
            _ = PumpAsync(null);
        }
    }

    private async Task PumpAsync(Func<ComputationStep>? first)
    {
        _pumping = true;
        try
        {
            if (first is not null)
            {
                await GoOnAsync(await Task.Run(first));
            }

            while (_side is { IsRunning: true } side && side.HasWork)
            {
                await GoOnAsync(await Task.Run(side.Continue));
            }
        }
        catch (Exception e)
        {
            LogBroken(_self.Value, _session, e);
            await EndAsync(new ProtocolFault("computation.broken", _self, "a working side", e.GetType().Name));
        }
        finally
        {
            _pumping = false;
        }

        await EndIfLostAsync();
    }

    private async Task GoOnAsync(ComputationStep step)
    {
        if (_side is not { } side)
        {
            return;
        }

        if (step.Fault is { } fault)
        {
            await EndAsync(fault);
        }
        else if (step.Output is { } output)
        {
            await FinishAsync(side, output);
        }
    }

    /// <summary>A box for each peer: a step fills it from its own thread, and this grain empties it in its turns.</summary>
    private Action<Frame> OpenOutlet(ComputationSide side)
    {
        foreach (var peer in side.Peers)
        {
            _outboxes[peer] = Channel.CreateUnbounded<Frame>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        }

        _sends = Task.WhenAll(_outboxes.Select(box => SendAllAsync(box.Key, box.Value.Reader)));
        var boxes = _outboxes.ToFrozenDictionary();
        return frame => boxes[frame.Peer].Writer.TryWrite(frame); // a closed one takes none: the side has ended
    }

    /// <summary>One frame after the other to each peer: a channel refuses what comes out of order.</summary>
    private async Task SendAllAsync(PartyId peer, ChannelReader<Frame> frames)
    {
        await foreach (var frame in frames.ReadAllAsync())
        {
            if (_isCut)
            {
                return;
            }

            if (await SentAsync(frame))
            {
                frame.Return();
                continue;
            }

            Refusal? refusal; // the memory is the peer's now, for as long as it likes
            try
            {
                refusal = (await grains.GetGrain<IComputationGrain>($"{peer}/{_session}").DeliverAsync(_self.Value, frame.Memory)).Refusal;
            }
            catch (Exception e) when (e is TimeoutException or OrleansException)
            {
                refusal = new Refusal("party.unavailable", e.GetType().Name, RefusalKind.Unavailable);
            }

            if (refusal is not null)
            {
                await EndAsync(new ProtocolFault("computation.peer-lost", peer, "a peer that takes this side's message", refusal.Code));
                return;
            }
        }
    }

    private void StopSending()
    {
        _isCut = true;
        CloseOutlet();
    }

    private void CloseOutlet()
    {
        foreach (var box in _outboxes.Values)
        {
            box.Writer.TryComplete();
        }
    }

    private async Task FinishAsync(ComputationSide side, ReadOnlyMemory<byte> output)
    {
        if (await PaidAsync(side) is { } unpaid)
        {
            await EndAsync(new ProtocolFault(unpaid.Code, _self, "a committed disclosure", unpaid.Message));
            return;
        }

        if (await KeepAsync(side) is { } notKept)
        {
            await EndAsync(new ProtocolFault(notKept.Code, _self, "weights that this party can hold", notKept.Message));
            return;
        }

        var key = await keys.GetAsync(_self.Value);
        var outcome = await Task.Run(() => side.SealOutput(output, key, clock.GetElapsedTime(side.StartedAt).TotalSeconds));
        if (outcome is null || !await CloseAsync(ComputationBook.Completed))
        {
            Cut(); // ended otherwise meanwhile
            await ForsakeAsync();
            return;
        }

        CloseOutlet();
        await _sends;
        HangUp();
        await grains.GetGrain<IInferenceGrain>(_session).SideEndedAsync(outcome);
        metrics.SideEnded("completed", outcome.BytesSent, outcome.Seconds);
    }

    private async Task EndAsync(ProtocolFault fault)
    {
        if (_side is null)
        {
            return;
        }

        StopSending();
        try
        {
            if (await CloseAsync(fault.Code))
            {
                metrics.SideEnded(fault.Code, 0, 0);
                await grains.GetGrain<IInferenceGrain>(_session).SideEndedAsync(new SideOutcome(
                    _self.Value, ReadOnlyMemory<byte>.Empty, ReadOnlyMemory<byte>.Empty, string.Empty, fault.Code, fault.Party?.Value, fault.Explanation, 0, 0, 0));
            }
        }
        finally
        {
            HangUp(); // last: a peer that sees its stream end reports this side as lost, and the reason should be there first
        }
    }

    /// <summary>Writes the end, once, and clears keys and shares.</summary>
    /// <returns>Whether this call wrote it.</returns>
    private async Task<bool> CloseAsync(string outcome)
    {
        var side = _side;
        _side = null;
        if (side is null)
        {
            return false;
        }

        side.Dispose();
        var refusal = await _journal.DecideAsync(book => book.End(outcome, clock.GetUtcNow()));
        LogEnded(_self.Value, _session, outcome);
        return refusal is null;
    }
}
