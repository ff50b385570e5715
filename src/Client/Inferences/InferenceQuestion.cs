using PrivacyGrains.Messages.Inferences;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sessions;

namespace PrivacyGrains.Client.Inferences;

/// <summary>What a receiver asks for.</summary>
/// <param name="Plan">Shapes, layers, fixed point, scheme.</param>
/// <param name="ComputeParties">Who computes, at least 2.</param>
/// <param name="Dealer">Who deals.</param>
/// <param name="Inputs">Who gives what: the features in the order of their columns, then the weights.</param>
/// <param name="Disclosure">The quota's name.</param>
/// <param name="Budget">The ledger's name at each counted party.</param>
/// <param name="TimeoutSeconds">The session's deadline.</param>
public sealed record InferenceQuestion(
    InferencePlan Plan, IReadOnlyList<string> ComputeParties, string Dealer, IReadOnlyList<InputSlotBody> Inputs, string Disclosure, string Budget, double TimeoutSeconds = 60)
{
    /// <summary>For an opening: what the caller allows with the weights that it gives. Null otherwise.</summary>
    public WeightTermsBody? Opening { get; init; }

    /// <summary>For a session over weights that the compute parties hold: which. Null otherwise.</summary>
    public HeldWeightsNameBody? Held { get; init; }
}

/// <summary>An inference that was asked for, with the key that opens its outputs. The key lives in memory only.</summary>
public sealed class InferenceAsk : IDisposable
{
    internal InferenceAsk(string session, InferencePlan plan, InferenceStatement statement, AgreementKey key, InferenceBody opened) =>
        (Session, Plan, Statement, Key, Opened) = (session, plan, statement, key, opened);

    /// <summary>The session's name.</summary>
    public string Session { get; }

    /// <summary>What is computed.</summary>
    public InferencePlan Plan { get; }

    /// <summary>Where it stood when it was opened.</summary>
    public InferenceBody Opened { get; }

    internal InferenceStatement Statement { get; }

    internal AgreementKey Key { get; }

    /// <inheritdoc/>
    public void Dispose() => Key.Dispose();

    /// <inheritdoc/>
    public override string ToString() => $"InferenceAsk({Session})";
}

/// <summary>The outputs of a joint inference.</summary>
/// <param name="Values">Row-major, rows x outputs. Secret to the receiver.</param>
/// <param name="Session">Where the session ended.</param>
/// <param name="Sides">What each side reports of its own run.</param>
public sealed record InferenceAnswer(double[] Values, InferenceBody Session, IReadOnlyList<SideOutputBody> Sides)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Values.Length} outputs of {Session.Session}";
}
