using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Messages.Rounds;
using PrivacyGrains.Privacy.Ledger;

namespace PrivacyGrains.Client.Agents;

/// <summary>What a party enters into rounds of one kind of owner.</summary>
internal interface IRoundComputation
{
    /// <summary>As in <see cref="RoundPlanBody.OwnerKind"/>.</summary>
    string OwnerKind { get; }

    /// <summary>Reads what a round computes, and checks it against the plan, the party's policy, its budget's terms and its records.</summary>
    /// <param name="plan">Checked by <see cref="RoundAgreement"/>.</param>
    /// <param name="agent">Whose agent.</param>
    /// <param name="cancel">The agent is being stopped.</param>
    /// <returns>What to charge and to compute, or why the party does not.</returns>
    /// <exception cref="Errors.GatewayException">The gateway failed.</exception>
    Task<(PreparedRound? Work, AgentRefusal? Refusal)> PrepareAsync(RoundPlanBody plan, AgentContext agent, CancellationToken cancel);
}

/// <summary>A party's part of one round, ready to be computed.</summary>
/// <param name="Purpose">What the charge is for.</param>
/// <param name="Recipient">To whom the sum goes.</param>
/// <param name="Loss">What is charged; null where nothing is, which the policy has allowed.</param>
/// <param name="Blocks">The time blocks whose rows are charged; null where the budget has no periods, or nothing is charged.</param>
/// <param name="Compute">The party's words, noised as the loss says, from a cryptographic source. CPU-heavy; its result is secret and for one round. Or why the records cannot answer: they are read only once the loss is held.</param>
internal sealed record PreparedRound(string Purpose, string Recipient, LossBody? Loss, BlockSet? Blocks, Func<IRandomSource, (ulong[]? Words, AgentRefusal? Refusal)> Compute);
