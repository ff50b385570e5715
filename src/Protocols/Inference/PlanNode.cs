using System.Collections.Immutable;
using PrivacyGrains.Protocols.Dealing;

namespace PrivacyGrains.Protocols.Inference;

/// <summary>One node of a plan's graph.</summary>
/// <param name="Layer">What it computes.</param>
/// <param name="Inputs">Which values it takes, in order: 0 is the plan's input, i + 1 what node i makes. Only earlier ones.</param>
public sealed record PlanNode(PlanLayer Layer, ImmutableArray<int> Inputs)
{
    /// <inheritdoc/>
    public bool Equals(PlanNode? other) => other is not null && Layer.Equals(other.Layer) && Inputs.AsSpan().SequenceEqual(other.Inputs.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Layer, Inputs.Length);
}

/// <summary>When a node runs and what it costs.</summary>
/// <param name="Node">The node.</param>
/// <param name="Output">What is known of its value.</param>
/// <param name="FirstRound">The round in which it begins: as soon as its inputs are there, so that independent branches share rounds.</param>
/// <param name="WordsPerRound">Words from each party to each peer, from its first round on; none where it is local.</param>
/// <param name="Requests">What the dealer makes for it.</param>
public sealed record PlanStep(
    PlanNode Node, PlanValue Output, int FirstRound, ImmutableArray<int> WordsPerRound, ImmutableArray<CorrelationRequest> Requests)
{
    /// <summary>The round after its last.</summary>
    public int EndRound => FirstRound + WordsPerRound.Length;

    /// <summary>Its parameters, in order.</summary>
    public required ImmutableArray<LayerParameter> Parameters { get; init; }

    internal LayerPlace Place { get; init; } = null!; // set where it is made
}
