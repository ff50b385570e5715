using PrivacyGrains.Client.Errors;
using PrivacyGrains.Messages.Inferences;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Sessions;

namespace PrivacyGrains.Client.Inferences;

/// <content>Weights that are given once: the end of their opening, and what sessions over them are asked with.</content>
public sealed partial class JointInference
{
    /// <summary>Waits for an opening's end, and sees that all sides opened the same.</summary>
    /// <param name="ask">What <see cref="AskAsync"/> gave for a question with an <see cref="InferenceQuestion.Opening"/>.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <returns>What sessions over the weights are asked with, and how the opening went.</returns>
    /// <exception cref="GatewayException">The session's abort code where it was aborted; <c>inference.bad-session</c> where sides differ.</exception>
    public async Task<OpenedModel> OpenedAsync(InferenceAsk ask, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(ask);
        var (view, agreed) = await EndOfAsync(ask, cancel);
        var sides = await OutputsAsync(ask, agreed, cancel);
        return sides.Select(side => Convert.ToHexString(side.Output)).Distinct(StringComparer.Ordinal).Count() == 1
            ? new OpenedModel(HeldOf(agreed), view, [.. sides.Select(side => side.Body)])
            : throw Bad("the sides opened different weights. Withdraw them, and open them anew.");
    }

    /// <summary>Finds weights that compute parties hold, by the name of their opening, and checks it as every session is checked.</summary>
    /// <param name="opening">The opening's session.</param>
    /// <param name="cancel">Cancels the requests.</param>
    /// <exception cref="GatewayException"><c>inference.unknown</c>; <c>inference.no-opening</c>; <c>inference.not-completed</c>; <c>inference.bad-session</c>.</exception>
    public async Task<HeldModel> FindHeldAsync(string opening, CancellationToken cancel = default)
    {
        var view = await client.Inferences.GetAsync(opening, cancel: cancel);
        ThrowIfAborted(view);
        return view.Terms.Opening is null ? throw new GatewayException("inference.no-opening", 404, $"{opening} is no opening of weights.")
            : view.Status != "completed" ? throw new GatewayException("inference.not-completed", 409, $"{opening} is {view.Status}.")
            : HeldOf(await VerifyAsync(view, cancel));
    }

    private static HeldModel HeldOf(Agreed agreed)
    {
        var (statement, roster) = (agreed.Statement, agreed.Roster);
        var terms = statement.Opening!;
        return new HeldModel(
            roster.Terms.Session.Value, roster.Terms.Epoch, statement.Receiver.Value, agreed.Plan, HeldWeights.MasksOf(agreed.Plan, roster)!,
            new InferenceCast([.. statement.ComputeParties.Select(party => party.Value)], statement.Dealer.Value),
            new WeightTermsBody([.. terms.Receivers.Select(receiver => receiver.Value)], terms.Sessions, terms.Until));
    }

    private static WeightTerms? TermsOf(WeightTermsBody? terms) =>
        terms is null ? null
        : terms.Receivers.All(name => PartyId.TryCreate(name, out _)) && terms is { Sessions: >= 1, Until: >= 0 } ? new WeightTerms([.. terms.Receivers.Select(PartyId.Create)], terms.Sessions, terms.Until)
        : throw Bad("the owner's terms name what is no party, no session or no end.");

    private static HeldWeights? HeldOf(HeldWeightsNameBody? held) =>
        held is null ? null
        : SessionId.TryCreate(held.Opening, out var opening) && held.Epoch >= 0 ? new HeldWeights(opening, held.Epoch)
        : throw Bad("the weights are named after no session.");
}
