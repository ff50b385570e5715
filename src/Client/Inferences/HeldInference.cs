using PrivacyGrains.Client.Errors;
using PrivacyGrains.Learning.Onnx;
using PrivacyGrains.Messages.Inferences;
using PrivacyGrains.Protocols.Sessions;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Client.Inferences;

/// <summary>Weights that compute parties hold: their owner gives them once, and whoever it allows asks with records alone.</summary>
/// <remarks>
/// An opening splits the weights and seals a share to each compute party; they open them under masks that its dealer keeps, in one round, and keep what they have. A session over them needs nothing of their owner. What a
/// compute party lets be asked is in the opening's terms, which its owner has signed; each checks and counts for itself.
/// </remarks>
/// <param name="self">The caller's name.</param>
/// <param name="inference">Its part in inferences.</param>
/// <param name="client">Its connection.</param>
public sealed class HeldInference(string self, JointInference inference, GatewayClient client)
{
    /// <summary>Lets compute parties hold a network's weights.</summary>
    /// <param name="name">The opening's session: the name by which the weights are held; new.</param>
    /// <param name="network">From a file; secret.</param>
    /// <param name="scheme">How values are shared, and among how many compute parties.</param>
    /// <param name="rows">The most records of one session.</param>
    /// <param name="inputBound">Every |number| of a record is at most this.</param>
    /// <param name="terms">What the caller allows.</param>
    /// <param name="options">Who takes part, and what the plan may choose; its input bound is not read.</param>
    /// <param name="cancel">Cancels the session, and ends.</param>
    /// <returns>What sessions are asked with, and how the opening went.</returns>
    /// <exception cref="InputException">Those of <see cref="NetworkPlanning"/> and <see cref="InferenceCast"/>; <c>inference.batch-too-large</c>.</exception>
    /// <exception cref="GatewayException">A refusal, or the code of a session that was aborted.</exception>
    public async Task<OpenedModel> OpenAsync(
        string name, OnnxNetwork network, SharingScheme scheme, int rows, double inputBound, WeightTermsBody terms, ConsortiumInferenceOptions options, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(scheme);
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(options);
        var planned = NetworkPlanning.Plan(network, scheme, rows, inputBound, options.FractionalBits, publicModel: false);
        var cut = ConsortiumInference.Cut(planned.Plan);
        if (cut.Rows < rows)
        {
            throw new InputException("inference.batch-too-large", $"A session of this model takes at most {cut.Rows} records. Let a session have fewer.");
        }

        var cast = await InferenceCast.ChooseAsync(client, self, scheme.Parties, options.ComputeParties, options.Dealer, cancel);
        return await OpenAsync(name, planned with { Plan = planned.Plan.WithRows(rows) }, cast, terms, options.TimeoutSeconds, cancel);
    }

    /// <summary>The same for a network that is planned, for so many records a session, among parties that are chosen.</summary>
    internal async Task<OpenedModel> OpenAsync(string name, PlannedNetwork planned, InferenceCast cast, WeightTermsBody terms, double timeoutSeconds, CancellationToken cancel)
    {
        var question = new InferenceQuestion(planned.Plan, cast.ComputeParties, cast.Dealer, [new InputSlotBody(InferenceLayout.Weights, self, [], false)], "weights", "records", timeoutSeconds)
        {
            Opening = terms with { Receivers = [.. terms.Receivers.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)] },
        };
        try
        {
            using var ask = await inference.AskAsync(name, question, cancel);
            await inference.ProvideAsync(name, InferenceLayout.Weights, planned.Parameters.SelectMany(static own => own).SelectMany(static tensor => tensor).ToArray(), cancel);
            return await inference.OpenedAsync(ask, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            await inference.CancelAsync(name);
            throw;
        }
    }

    /// <summary>Scores the caller's own records with held weights; each session counts once.</summary>
    /// <param name="model">Of <see cref="JointInference.FindHeldAsync"/>.</param>
    /// <param name="records">At least one, each with as many finite numbers as the model takes, within its bound; secret. More than one session takes become several, one after the other.</param>
    /// <param name="options">The sessions' prefix and deadline; nothing else is read.</param>
    /// <param name="cancel">Cancels the session under way, and ends.</param>
    /// <exception cref="InputException"><c>inference.no-records</c>, <c>inference.wrong-columns</c>, <c>inference.out-of-range</c>.</exception>
    /// <exception cref="GatewayException">A refusal, as <c>inference.weights-used-up</c>, or the code of a session that was aborted.</exception>
    public async Task<LocalInferenceResult> RunAsync(HeldModel model, IReadOnlyList<double[]> records, ConsortiumInferenceOptions options, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(options);
        LocalInference.RequireRecords(model.Plan.Features, records, model.Plan.InputBound);
        var prefix = options.SessionPrefix ?? $"infer-{Guid.NewGuid():N}";
        var (outputs, clipped) = (new List<double[]>(), new List<int>());
        var (cost, offline, online) = (new InferenceCostBody(0, 0, 0, 0), 0.0, 0.0);
        foreach (var (batch, i) in records.Chunk(model.Plan.Rows).Select(static (batch, i) => (batch, i)))
        {
            var question = NetworkQuestion.Over(model, batch.Length, [(self, null)], self, "scores", "records", options.TimeoutSeconds);
            var answer = await RunAsync($"{prefix}.{i + 1}", question, [.. batch.SelectMany(static record => record)], cancel);
            var (rows, cut) = PlanOutputs.Read(question.Plan, answer.Values);
            clipped.AddRange(cut.Select(row => outputs.Count + row));
            outputs.AddRange(rows);
            var one = answer.Session.Cost;
            cost = new InferenceCostBody(cost.Rounds + one.Rounds, cost.MessagesPerParty + one.MessagesPerParty, cost.BytesPerParty + one.BytesPerParty, cost.PreprocessingBytes + one.PreprocessingBytes);
            offline += answer.Session.Seconds.GetValueOrDefault("preprocessing");
            online += answer.Sides.Max(static side => side.Seconds);
        }

        return new LocalInferenceResult(outputs, null, null, model.Plan.Format.FractionalBits, cost, offline, online) { ClippedRecords = clipped };
    }

    private async Task<InferenceAnswer> RunAsync(string session, InferenceQuestion question, double[] input, CancellationToken cancel)
    {
        try
        {
            using var ask = await inference.AskAsync(session, question, cancel);
            await inference.ProvideAsync(session, question.Inputs[0].Slot, input, cancel);
            return await inference.ReceiveAsync(ask, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            await inference.CancelAsync(session);
            throw;
        }
    }
}
