using System.Collections.Immutable;
using PrivacyGrains.Grains.Consortium;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.Sessions;

namespace PrivacyGrains.Grains.Inference;

/// <content>Of an opening: what its compute parties hold, and its end. What each party does is its own to decide and to count; here answers are collected.</content>
internal sealed partial class InferenceGrain
{
    /// <inheritdoc/>
    public async Task<Reply<WeightsStanding>> WeightsAsync() =>
        await OpeningAsync() is var opening && opening.Value is { } view ? await StandingAsync(party => HeldAt(party, view).GetAsync(Session)) : Refuse(opening.Refusal!);

    /// <inheritdoc/>
    public async Task<Reply<WeightsStanding>> WithdrawAsync(string owner)
    {
        var opening = await OpeningAsync();
        if (opening.Value is not { } view)
        {
            return Refuse(opening.Refusal!);
        }

        if (Terms.Receiver != owner)
        {
            return Refuse(new Refusal("inference.weights-not-the-owner", $"The weights of {Session} are {Terms.Receiver}'s to withdraw.", RefusalKind.Forbidden));
        }

        var standing = await StandingAsync(party => HeldAt(party, view).WithdrawAsync(Session, owner));
        await QuietlyAsync("the keeper of stock", Keeper.RetireAsync(SessionsOrder(view.Epoch), $"{owner} withdrew the weights"));
        var forgotten = await AskAsync(Terms.Dealer, grains.GetGrain<IDealerGrain>(Terms.Dealer).ForgetMasksAsync(view.VoidBefore, Convert.ToHexStringLower(Opened().Masks.Digest())));
        return forgotten.Refusal is { } away ? standing with { Missing = standing.Missing.SetItem(Terms.Dealer, away.Code) } : standing;
    }

    /// <summary>Weights are held: they are listed, and correlations for sessions over them are made ahead, where the keeper has room.</summary>
    private async Task AnnounceAsync()
    {
        await new CatalogueOnce(grains, settings, clock).EnterAsync(CatalogueKinds.Weights, Session, $"of {Terms.Receiver}, at {string.Join(", ", Terms.ComputeParties)}");
        await QuietlyAsync("the keeper of stock", Keeper.ExpectAsync(SessionsOrder(Terms.Epoch)));
    }

    private async Task<WeightsStanding> StandingAsync(Func<string, Task<Reply<HeldWeightsView>>> ask)
    {
        var replies = await Task.WhenAll(Terms.ComputeParties.Select(async party => (Party: party, Reply: await AskAsync(party, ask(party)))));
        return new WeightsStanding(
            Session,
            [.. replies.Where(each => each.Reply.Value is not null).Select(each => each.Reply.Value!)],
            replies.Where(each => each.Reply.Refusal is not null).ToImmutableDictionary(each => each.Party, each => each.Reply.Refusal!.Code));
    }

    /// <summary>The consortium as it is, where this is an opening whose weights are not void in it.</summary>
    private async Task<Reply<ConsortiumView>> OpeningAsync()
    {
        if (NoOpening() is { } none)
        {
            return none;
        }

        var consortium = await grains.GetGrain<IConsortiumGrain>(settings.Consortium).GetAsync();
        return consortium.Value is { } view && SessionProposals.CheckHeld(new HeldWeights(SessionId.Create(Session), Terms.Epoch), view) is { } stale ? stale : consortium;
    }

    private Refusal? NoOpening() =>
        _journal.State.Created is not { } created ? new Refusal("inference.unknown", "There is no such inference.", RefusalKind.NotFound)
        : created.Terms.Opening is null ? new Refusal("inference.no-opening", $"{Session} is no opening of weights.", RefusalKind.NotFound)
        : _journal.State.Status != "completed" ? new Refusal("inference.not-completed", $"{Session} is {_journal.State.Status}.", RefusalKind.Conflict)
        : null;

    /// <summary>The correlations of the sessions over these weights that are as large as the opening allows.</summary>
    private StockOrder SessionsOrder(long epoch)
    {
        var (plan, masks) = Opened();
        return new StockOrder(epoch, plan.WithMasks(masks).Preprocessing.ToBytes(), Terms.ComputeParties, Terms.Dealer);
    }

    private (InferencePlan Plan, WeightMaskPlan Masks) Opened() =>
        InferencePlan.Parse(Terms.Plan.Span).Try(out var plan, out _) && Roster.Decode(_journal.State.Created!.Roster.Span).Try(out var roster, out _) && HeldWeights.MasksOf(plan, roster) is { } masks
            ? (plan, masks)
            : throw new InvalidOperationException("The plan and the roster were checked before.");

    private IHeldWeightsGrain HeldAt(string party, ConsortiumView consortium) => grains.GetGrain<IHeldWeightsGrain>($"{party}/{consortium.VoidBefore}");
}
