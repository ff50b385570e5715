using System.Security.Cryptography;
using PrivacyGrains.Grains.Inference;
using PrivacyGrains.Protocols.Sessions;

namespace PrivacyGrains.Grains.Computation;

/// <content>Weights that this party holds from an opening: written at the opening's end, read before the rounds of a session over them, once their owner's terms are met and the session is counted.</content>
internal sealed partial class ComputationGrain
{
    private long _reign; // the operators' epoch, under which weights are kept: a member that joins does not end it
    private string? _keptFor;

    private IHeldWeightsGrain HeldHere => grains.GetGrain<IHeldWeightsGrain>($"{_self}/{_reign}");

    private WeightsUse? UseOf(ProposedSession proposed) => proposed.Statement.Held is { } held
        ? new WeightsUse(held.Opening.Value, _session, proposed.Statement.Receiver.Value, Convert.ToHexStringLower(HeldWeights.HoldersOf(proposed.Roster)), proposed.Statement.Plan)
        : null;

    /// <summary>Whether this party may take part: the weights are of an epoch that is not void, they are here, and their owner's terms are met. Counts nothing.</summary>
    private async Task<Refusal?> AllowedAsync(ProposedSession proposed)
    {
        if (proposed.Statement is { Held: null, Opening: null })
        {
            return null;
        }

        var consortium = await grains.GetGrain<IConsortiumGrain>(settings.Consortium).GetAsync();
        if (consortium.Value is not { } view)
        {
            return consortium.Refusal;
        }

        _reign = view.VoidBefore;
        return SessionProposals.CheckHeld(proposed.Statement.Held, view) ?? (UseOf(proposed) is { } use ? (await HeldHere.CheckAsync(use)).Refusal : null);
    }

    /// <summary>Counts the session and puts the weights into the side. Nothing of the session has left this party before.</summary>
    private async Task<Refusal?> TakeHeldAsync(ComputationSide side)
    {
        if (UseOf(side.Proposed) is not { } use)
        {
            return null;
        }

        var reply = await HeldHere.UseAsync(use);
        if (reply.Value is not { } view)
        {
            return reply.Refusal;
        }

        var refusal = await Task.Run(() =>
        {
            if (weights.Read(_self.Value, _reign, view.MaskDigest) is not { } file)
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
        if ((await HeldHere.KeepAsync(keep)).Refusal is { } refusal)
        {
            return refusal;
        }

        _keptFor = statement.Receiver.Value;
        await Task.Run(() =>
        {
            weights.EraseBefore(_self.Value, _reign);
            side.WriteKept(file => weights.Write(_self.Value, _reign, digest, file));
        });
        return null;
    }

    /// <summary>Lets go of what an opening left here that did not end well everywhere: nobody can use it.</summary>
    private async Task ForsakeAsync()
    {
        if (_keptFor is { } owner)
        {
            _keptFor = null;
            await HeldHere.WithdrawAsync(_session, owner);
        }
    }
}
