using System.Buffers;
using System.Security.Cryptography;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Channels;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sessions;
using PrivacyGrains.Protocols.Sharing;
using PlanMessage = PrivacyGrains.Protocols.Inference.RoundMessage;

namespace PrivacyGrains.Grains.Computation;

/// <content>The rounds: peers' frames in, its own out, the output at the end.</content>
internal sealed partial class ComputationSide
{
    /// <summary>Notes that the rounds begin.</summary>
    /// <param name="timestamp">The clock's.</param>
    /// <param name="outlet">Takes sealed frames, in order, from whatever thread a step runs on.</param>
    public void Started(long timestamp, Action<Frame> outlet) => (IsRunning, StartedAt, _outlet) = (true, timestamp, outlet);

    /// <summary>The first local step.</summary>
    public ComputationStep Start() => Step(FirstStep) ?? ComputationStep.Nothing;

    /// <summary>Takes the waiting frames and goes as far as it gets.</summary>
    public ComputationStep Continue() => Step(TakeFrames) ?? ComputationStep.Nothing;

    private ComputationStep FirstStep()
    {
        var (plan, statement) = (_proposed.Plan, _proposed.Statement);
        var committee = Committee.Create(plan.Scheme, statement.ComputeParties, _self);
        if (_proposed.Masks is { } masks)
        {
            var flat = _inputs[InferenceLayout.Weights];
            return First(InferenceSide.BeginOpening(plan, masks, Roster.Terms.Session, committee, flat, InferenceLayout.Layers(plan, flat), _correlations!));
        }

        var (features, weights) = InferenceLayout.Assemble(plan, statement, _inputs);
        return First(InferenceSide.Begin(plan, Roster.Terms.Session, committee, features, _held ?? weights, _correlations!, SystemRandomSource.Instance));
    }

    private ComputationStep First((InferenceSide Side, InferenceProgress Progress) begun)
    {
        _machine = begun.Side;
        return StepOf(begun.Progress);
    }

    /// <summary>Queues a peer's frame.</summary>
    public ProtocolFault? Enqueue(Frame frame)
    {
        var peer = frame.Peer;
        if (!_inbound.TryGetValue(peer, out var queue))
        {
            return new ProtocolFault("computation.foreign-peer", peer, "a compute party of this session", "another party, or one before the sides agreed");
        }

        if (queue.Count >= _mostWaiting)
        {
            return new ProtocolFault("computation.flooded", peer, $"at most {_mostWaiting} frames in waiting", "one more");
        }

        if (frame.Memory.Length > ChannelFrame.MaximumLength)
        {
            return new ProtocolFault("computation.flooded", peer, $"frames of at most {ChannelFrame.MaximumLength} bytes", $"one of {frame.Memory.Length}");
        }

        queue.Enqueue(frame);
        return null;
    }

    private ComputationStep TakeFrames()
    {
        while (NextFrame() is { } frame)
        {
            var peer = frame.Peer;
            var fault = _openings[peer].Take(frame.Memory.Span, _proposed.LongestMessage, out var message);
            frame.Return();
            if (fault is not null)
            {
                return ComputationStep.Broken(fault);
            }

            if (message is null)
            {
                continue; // a part: the rest is in later frames
            }

            var step = StepOf(_machine!.Receive(peer, message));
            if (step.Fault is not null || step.Output is not null)
            {
                return step;
            }
        }

        return ComputationStep.Nothing;
    }

    /// <summary>Seals the output to the receiver and signs it together with the transcripts of all channels.</summary>
    /// <returns>The outcome, or null where the side was disposed meanwhile.</returns>
    public SideOutcome? SealOutput(ReadOnlyMemory<byte> output, SigningKey key, double seconds) => Step(() => Outcome(output, key, seconds));

    private SideOutcome Outcome(ReadOnlyMemory<byte> output, SigningKey key, double seconds)
    {
        var statement = _proposed.Statement;
        var message = SealedInput.Seal(Roster, _self, key, statement.Receiver, statement.ReceiverKey, SessionPurposes.Output, output.Span);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var channel in _channels.OrderBy(pair => pair.Key).Select(pair => pair.Value))
        {
            hash.AppendData(channel.SignTranscript(key));
        }

        var transcript = hash.GetHashAndReset();
        var signature = SessionPurposes.SignTranscript(Roster, transcript, message, key);
        return new SideOutcome(
            _self.Value, message, signature, Convert.ToHexStringLower(transcript), null, null, null, _bytesSent, _machine!.Round, seconds);
    }

    private T? Step<T>(Func<T> step)
        where T : class
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return null;
            }

            _isStepping = true;
        }

        try
        {
            return step();
        }
        finally
        {
            bool erase;
            lock (_gate)
            {
                (_isStepping, erase) = (false, _isDisposed);
            }

            if (erase)
            {
                Erase();
            }
        }
    }

    private Frame? NextFrame()
    {
        foreach (var peer in _machine!.Missing)
        {
            if (_inbound[peer].TryDequeue(out var frame))
            {
                return frame;
            }
        }

        return null;
    }

    private ComputationStep StepOf(InferenceProgress progress)
    {
        switch (progress)
        {
            case InferenceProgress.Continue go:
                Seal(go.Outbound);
                return ComputationStep.Nothing;
            case InferenceProgress.Finish end:
                Seal(end.Outbound);
                return new ComputationStep(_machine!.Opened is { } opened ? opened.Digest().ToArray() : end.Output.ToBytes(), null); // an opening's asker sees that all opened the same
            case InferenceProgress.Halt halt:
                return ComputationStep.Broken(halt.Fault);
            default:
                throw new InvalidOperationException($"No progress: {progress.GetType().Name}");
        }
    }

    // Each frame leaves as soon as it is sealed: it is under way while the next one is encrypted.
    private void Seal(IEnumerable<PlanMessage> outbound)
    {
        foreach (var message in outbound)
        {
            _bytesSent += message.Length;
            var sealing = new MessageSealing(_channels[message.To], message);
            while (!sealing.IsDone)
            {
                var memory = ArrayPool<byte>.Shared.Rent(sealing.NextLength);
                _outlet!(new Frame(message.To, memory.AsMemory(0, sealing.Next(memory)), memory));
            }
        }
    }
}
