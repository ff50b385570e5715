using PrivacyGrains.Messages.Inferences;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Inference;

namespace PrivacyGrains.Client.Inferences;

/// <summary>A model whose weights compute parties hold, as its opening's signed roster and terms say. Public.</summary>
/// <param name="Name">The opening's session.</param>
/// <param name="Epoch">The consortium's epoch in which it was opened; of no use once an operator has begun a later one.</param>
/// <param name="Owner">Who gave the weights.</param>
/// <param name="Plan">The opening's, without masks: its rows are the most of one session.</param>
/// <param name="Masks">Under which the weights were opened.</param>
/// <param name="Cast">Who holds the weights, and who deals.</param>
/// <param name="Terms">What the owner allows.</param>
public sealed record HeldModel(string Name, long Epoch, string Owner, InferencePlan Plan, WeightMaskPlan Masks, InferenceCast Cast, WeightTermsBody Terms)
{
    /// <summary>What a session over the weights computes: no round opens them again.</summary>
    /// <param name="rows">Records, at most the opening's.</param>
    public InferencePlan PlanFor(int rows) => Plan.WithRows(rows).WithMasks(Masks);

    /// <summary>As a session's terms name it.</summary>
    public HeldWeightsNameBody Reference => new(Name, Epoch);
}

/// <summary>An opening that has ended well.</summary>
/// <param name="Model">What sessions are asked with.</param>
/// <param name="Session">Where the opening ended; its cost is stated beforehand.</param>
/// <param name="Sides">What each side reports of its own run.</param>
public sealed record OpenedModel(HeldModel Model, InferenceBody Session, IReadOnlyList<SideOutputBody> Sides);
