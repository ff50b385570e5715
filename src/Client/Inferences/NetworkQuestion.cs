using PrivacyGrains.Client.Errors;
using PrivacyGrains.Learning.Onnx;
using PrivacyGrains.Messages.Inferences;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sessions;

namespace PrivacyGrains.Client.Inferences;

/// <summary>Joint inferences with a network whose records are others', or whose weights are: one party asks by its plan, each gives what it has.</summary>
/// <remarks>A plan is public: shapes, kinds of layers, and bounds that are powers of two. Its owner hands it to whoever asks; it holds no weight.</remarks>
public static class NetworkQuestion
{
    /// <summary>The question.</summary>
    /// <param name="plan">Of the network, for so many records.</param>
    /// <param name="features">Who gives which columns, in the network's order; a null for all of them.</param>
    /// <param name="asker">Who learns the outputs. Its own columns are not counted.</param>
    /// <param name="weightsFrom">Whose the network is.</param>
    /// <param name="cast">Who computes and deals.</param>
    /// <param name="quota">The quota that counts the outputs at each other party that gives columns.</param>
    /// <param name="budget">The ledger's name there.</param>
    /// <param name="timeoutSeconds">The session's deadline.</param>
    /// <exception cref="InputException"><c>inference.wrong-columns</c>: another number than the network takes, or one twice.</exception>
    public static InferenceQuestion Create(
        InferencePlan plan, IReadOnlyList<(string Party, IReadOnlyList<string>? Columns)> features, string asker, string weightsFrom, InferenceCast cast, string quota, string budget,
        double timeoutSeconds = 300)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(cast);
        InputSlotBody[] weights = InferenceLayout.HasWeights(plan) ? [new InputSlotBody(InferenceLayout.Weights, weightsFrom, [], false)] : [];
        return new InferenceQuestion(plan, cast.ComputeParties, cast.Dealer, [.. Features(plan, features, asker), .. weights], quota, budget, timeoutSeconds);
    }

    /// <summary>The question over weights that compute parties hold: nobody gives any.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rows">Records.</param>
    /// <param name="features">As in <see cref="Create"/>.</param>
    /// <param name="asker">Who learns the outputs; one of the model's receivers.</param>
    /// <param name="quota">As in <see cref="Create"/>.</param>
    /// <param name="budget">As in <see cref="Create"/>.</param>
    /// <param name="timeoutSeconds">The session's deadline.</param>
    /// <exception cref="InputException"><c>inference.wrong-columns</c>, or <c>inference.batch-too-large</c>: more records than the model's owner let one session have.</exception>
    public static InferenceQuestion Over(
        HeldModel model, int rows, IReadOnlyList<(string Party, IReadOnlyList<string>? Columns)> features, string asker, string quota, string budget, double timeoutSeconds = 300)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (rows < 1 || rows > model.Plan.Rows)
        {
            throw new InputException("inference.batch-too-large", $"A session of {model.Name} takes 1 to {model.Plan.Rows} records; {rows} are asked for.");
        }

        var plan = model.PlanFor(rows);
        return new InferenceQuestion(plan, model.Cast.ComputeParties, model.Cast.Dealer, Features(plan, features, asker), quota, budget, timeoutSeconds) { Held = model.Reference };
    }

    private static InputSlotBody[] Features(InferencePlan plan, IReadOnlyList<(string Party, IReadOnlyList<string>? Columns)> features, string asker)
    {
        ArgumentNullException.ThrowIfNull(features);
        var parts = features.Select(part => (part.Party, Columns: part.Columns ?? [.. Enumerable.Range(0, plan.Features).Select(static column => $"{column}")])).ToList();
        var columns = parts.SelectMany(static part => part.Columns).ToList();
        if (columns.Count != plan.Features || columns.Distinct(StringComparer.Ordinal).Count() != columns.Count)
        {
            throw new InputException("inference.wrong-columns", $"The network takes {plan.Features} columns; {columns.Distinct(StringComparer.Ordinal).Count()} different ones are to be given, {columns.Count} in all.");
        }

        return [.. parts.Select((part, i) => new InputSlotBody($"features.{i}", part.Party, part.Columns, part.Party != asker))];
    }

    /// <summary>A network's weights for a session, in its plan's order.</summary>
    /// <param name="network">From a file; secret.</param>
    /// <param name="plan">The session's.</param>
    /// <returns>What <see cref="JointInference.ProvideAsync"/> takes for the weights. Secret.</returns>
    /// <exception cref="InputException"><c>inference.other-plan</c>: the session computes something else than this network, or within other bounds.</exception>
    public static double[] Weights(OnnxNetwork network, InferencePlan plan)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(plan);
        foreach (var bits in (int?[])[null, plan.Format.FractionalBits])
        {
            if (network.Features != plan.Features || Planned(network, plan, bits) is not { } planned || !planned.Plan.WithRows(plan.Rows).ToBytes().AsSpan().SequenceEqual(plan.ToBytes()))
            {
                continue;
            }

            return [.. planned.Parameters.SelectMany(static own => own).SelectMany(static tensor => tensor)];
        }

        throw new InputException("inference.other-plan", "The session does not compute this network, or not with the bounds that it has. Ask with the plan that 'infer plan --model' makes of it.");
    }

    private static PlannedNetwork? Planned(OnnxNetwork network, InferencePlan plan, int? bits)
    {
        try
        {
            return NetworkPlanning.Plan(network, plan.Scheme, 1, plan.InputBound, bits, PublicInputs.HasPublicWeights(plan));
        }
        catch (InputException)
        {
            return null;
        }
    }
}
