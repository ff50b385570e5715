namespace PrivacyGrains.Protocols.Inference;

/// <summary>Why parts make no plan.</summary>
/// <param name="Sentence">One line; names the layer.</param>
/// <param name="Node">The node whose inputs do not fit it or whose range leaves the headroom; null where it is the plan as a whole.</param>
public sealed record PlanTrouble(string Sentence, int? Node);
