using System.Security.Cryptography;
using PrivacyGrains.Grains.Inference;
using PrivacyGrains.Protocols.Sessions;

namespace PrivacyGrains.Grains.Computation;

/// <content>Weights that this party holds from an opening: written at the opening's end, read before the rounds of a session over them, once their owner's terms are met and the session is counted.</content>
internal sealed partial class ComputationGrain
{
    private (long Epoch, string Owner)? _kept;

    private IHeldWeightsGrain WeightsAt(ProposedSession proposed) => grains.GetGrain<IHeldWeightsGrain>($"{_self}/{proposed.Roster.Terms.Epoch}");

    private WeightsUse? UseOf(ProposedSession proposed) => proposed.Statement.Held is { } held
        ? new WeightsUse(held.Opening.Value, _session, proposed.Statement.Receiver.Value, Convert.ToHexStringLower(HeldWeights.HoldersOf(proposed.Roster)), proposed.Statement.Plan)
        : null;

    /// <summary>Counts the session and puts the weights into the side. Nothing of the session has left this party before.</summary>
    private async Task<Refusal?> TakeHeldAsync(ComputationSide side)
    {
        if (UseOf(side.Proposed) is not { } use)
        {
            return null;
        }

        var reply = await WeightsAt(side.Proposed).UseAsync(use);
        if (reply.Value is not { } view)
        {
            return reply.Refusal;
        }

        var refusal = await Task.Run(() =>
        {
            if (weights.Read(_self.Value, side.Roster.Terms.Epoch, view.MaskDigest) is not { } file)
            {
                return new Refusal("inference.weights-lost", $"{_self}'s file of the weights of {use.Opening} is missing or damaged. Let {view.Owner} open them anew.");
            }

            var fault = side.TakeHeld(file, view.Masks);
            CryptographicOperations.ZeroMemory(file);
            return fault?.AsRefusal();
        });
        return refusal ?? (_side == side ? null : Ended(_journal.State.Outcome ?? "computation.aborted"));
    }

    /// <summary>Of an opening: the journal first, then the file, so that nothing lies on the disk that no journal knows.</summary>
    private async Task<Refusal?> KeepAsync(ComputationSide side)
    {
        if (side.Proposed is not { Masks: { } masks, Statement: { Opening: { } terms } statement } proposed)
        {
            return null;
        }

        var digest = Convert.ToHexStringLower(masks.Digest());
        var keep = new WeightsKeep(
            _session, statement.Receiver.Value, digest, Convert.ToHexStringLower(HeldWeights.HoldersOf(proposed.Roster)), statement.Plan, masks.ToBytes(),
            new WeightTermsView([.. terms.Receivers.Select(receiver => receiver.Value)], terms.Sessions, terms.Until));
        var epoch = proposed.Roster.Terms.Epoch;
        if ((await WeightsAt(proposed).KeepAsync(keep)).Refusal is { } refusal)
        {
            return refusal;
        }

        _kept = (epoch, statement.Receiver.Value);
        await Task.Run(() =>
        {
            weights.EraseBefore(_self.Value, epoch);
            side.WriteKept(file => weights.Write(_self.Value, epoch, digest, file));
        });
        return null;
    }

    /// <summary>Lets go of what an opening left here that did not end well everywhere: nobody can use it.</summary>
    private async Task ForsakeAsync()
    {
        if (_kept is { } kept)
        {
            _kept = null;
            await grains.GetGrain<IHeldWeightsGrain>($"{_self}/{kept.Epoch}").WithdrawAsync(_session, kept.Owner);
        }
    }
}
