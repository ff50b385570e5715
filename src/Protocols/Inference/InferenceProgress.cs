using System.Collections.Immutable;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Inference;

/// <summary>What a party does next: <see cref="Continue"/>, <see cref="Finish"/> or <see cref="Halt"/>.</summary>
public abstract record InferenceProgress
{
    private InferenceProgress()
    {
    }

    /// <summary>Send these messages, then wait for more.</summary>
    /// <param name="Outbound">Seal and send each; empty where this only waits.</param>
    /// <param name="Round">The round that is awaited, from 0.</param>
    /// <param name="Missing">Whose messages of that round are not in.</param>
    public sealed record Continue(ImmutableArray<RoundMessage> Outbound, int Round, ImmutableArray<PartyId> Missing) : InferenceProgress
    {
        /// <inheritdoc/>
        public override string ToString() => $"{Outbound.Length} messages to send; round {Round} waits for {string.Join(", ", Missing)}";
    }

    /// <summary>The computation is over.</summary>
    /// <param name="Outbound">Messages that peers still need; almost always none.</param>
    /// <param name="Output">This party's share of the output, for the named receiver only. Secret.</param>
    public sealed record Finish(ImmutableArray<RoundMessage> Outbound, ShareTensor Output) : InferenceProgress
    {
        /// <inheritdoc/>
        public override string ToString() => $"finished: {Output}";
    }

    /// <summary>The computation is over without a result. Nothing more may be sent; correlations and keys are of no further use.</summary>
    /// <param name="Fault">Who did what.</param>
    public sealed record Halt(ProtocolFault Fault) : InferenceProgress
    {
        /// <inheritdoc/>
        public override string ToString() => Fault.ToString();
    }
}
