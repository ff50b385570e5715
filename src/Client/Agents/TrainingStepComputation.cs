using System.Security.Cryptography;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Learning.Data;
using PrivacyGrains.Learning.Models;
using PrivacyGrains.Learning.Training;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Messages.Rounds;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Ledger;

namespace PrivacyGrains.Client.Agents;

/// <summary>A training step: local gradient steps on the party's rows, clipped and noised record by record, then quantised for the sum.</summary>
/// <remarks>The noise is in full at this party, so its charge holds against everybody else together, whoever drops out. See <see cref="LocalTrainer"/>.</remarks>
internal sealed class TrainingStepComputation : IRoundComputation
{
    /// <inheritdoc/>
    public string OwnerKind => "training";

    /// <inheritdoc/>
    public async Task<(PreparedRound? Work, AgentRefusal? Refusal)> PrepareAsync(RoundPlanBody plan, AgentContext agent, CancellationToken cancel)
    {
        if (!TrainingStepSpec.TryDecode(plan.Computation, out var spec, out var fault))
        {
            return (null, new AgentRefusal("agent.bad-computation", $"This is no training step: {fault}."));
        }

        var (blocks, refusal) = await CheckAsync(plan, spec, agent, cancel);
        if (refusal is not null)
        {
            return (null, refusal);
        }

        var bytes = await agent.Gateway.Trainings.WeightsAsync(spec.Job, spec.Step - 1, cancel);
        if (Convert.ToHexStringLower(SHA256.HashData(bytes)) != spec.BaseWeights || !LogisticModelFile.TryRead(bytes, out var model, out _)
            || !model.Scale.Ranges.AsSpan().SequenceEqual(spec.Features.AsSpan()))
        {
            return (null, new AgentRefusal("agent.other-weights", $"The weights of step {spec.Step - 1} are not those that the round names, or not a model of its features."));
        }

        // The records are read once the loss is held: a step over budget is refused before.
        var data = agent.DataOf(plan.Budget)!;
        return (new PreparedRound(OwnerKind, spec.Job, spec.IsCharged ? new LossBody("zcdp", spec.RoundRho().Value) : null, blocks, Compute), null);

        (ulong[]? Words, AgentRefusal? Refusal) Compute(IRandomSource random) =>
            LabelledTable.TryCreate(data.Rows, spec.SchemaFor(data.Rows), out var rows, out var wrong)
                ? (spec.Words().Encode(LocalTrainer.Run(model, rows, spec.Options(), data.DeclaredRows, random), weight: 1, random), null)
                : (null, PartyPolicy.Refuse(wrong));
    }

    private static async Task<(BlockSet? Blocks, AgentRefusal? Refusal)> CheckAsync(RoundPlanBody plan, TrainingStepSpec spec, AgentContext agent, CancellationToken cancel)
    {
        var refusal = spec.Job != plan.OwnerId || spec.VectorLength != plan.VectorLength || spec.WordBits != plan.WordBits || spec.Clients < plan.Participants.Count
                ? new AgentRefusal("agent.other-computation", "The training step is of another job, size or number of parties than the round.")
            : !spec.IsCharged && !agent.Policy.AllowTrainingWithoutNoise
                ? new AgentRefusal("agent.no-noise", "The training has no noise, and this party does not take part in such.")
            : PartyPolicy.CheckColumns(agent, plan.Budget, spec.Features.Select(f => f.Name).Append(spec.Label));
        return refusal is null && spec.IsCharged ? await PartyPolicy.CheckTermsAsync(agent, plan.Budget, Neighbours.AddRemoveRecord, cancel) : (null, refusal);
    }
}
