using PrivacyGrains.Client.Errors;
using PrivacyGrains.Learning.Onnx;
using PrivacyGrains.Messages.Inferences;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sessions;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Client.Inferences;

/// <summary>What a run in a consortium may choose.</summary>
public sealed record ConsortiumInferenceOptions
{
    /// <summary>Who computes; null for members that are there, by name, as many as the scheme has parties.</summary>
    public IReadOnlyList<string>? ComputeParties { get; init; }

    /// <summary>Who deals; null for a member whose role that is, else one that has no other part.</summary>
    public string? Dealer { get; init; }

    /// <summary>1 to 24 (fewer where functions need it); null for as many as the ranges leave room for.</summary>
    public int? FractionalBits { get; init; }

    /// <summary>Every |number| is at most this; null for the greatest one of the records, rounded up to a power of two.</summary>
    public double? InputBound { get; init; }

    /// <summary>Whether the compute parties may know the weights: saves what hides them.</summary>
    public bool PublicModel { get; init; }

    /// <summary>Whether the compute parties may know the records.</summary>
    public bool PublicInput { get; init; }

    /// <summary>Whether the same network runs on plain doubles here too.</summary>
    public bool ComparesWithClear { get; init; } = true;

    /// <summary>Each session's deadline.</summary>
    public double TimeoutSeconds { get; init; } = 300;

    /// <summary>The most records of one session, at least 1; null for as many as one can have.</summary>
    public int? RecordsPerSession { get; init; }

    /// <summary>What the sessions' names begin with; null for a name that nobody has used.</summary>
    public string? SessionPrefix { get; init; }
}

/// <summary>Runs a network on records in a running consortium: the caller, a member, owns both and alone learns the outputs; the compute parties see neither, unless the caller calls one public.</summary>
/// <remarks>
/// Weights and records are split here and go as sealed shares (<see cref="JointInference"/>); a public one goes whole to every compute party, each of which holds it against the digest that all signed (<see cref="PublicInputs"/>). What compute parties learn is the plan: shapes, kinds of layers and bounds, powers of two. A batch that is too large
/// for one plan becomes several sessions, one after the other, over weights that are given once (<see cref="HeldInference"/>) and withdrawn at the end. A cancelled run cancels its session. Where model and records belong to two parties, each gives its own with <see cref="JointInference.ProvideAsync"/>.
/// </remarks>
/// <param name="self">The caller's name.</param>
/// <param name="inference">Its part in inferences.</param>
/// <param name="client">Its connection.</param>
public sealed class ConsortiumInference(string self, JointInference inference, GatewayClient client)
{
    /// <summary>The most bytes of correlations that one party gets in one session: they travel in one message between silos, which holds 100 MiB.</summary>
    public const long LargestPart = 64L << 20;

    /// <summary>Runs a network.</summary>
    /// <param name="network">From a file; secret.</param>
    /// <param name="records">At least one, each with as many finite numbers as the network has features; secret.</param>
    /// <param name="scheme">How values are shared, and among how many compute parties.</param>
    /// <param name="options">Who takes part, and what the plan may choose.</param>
    /// <param name="cancel">Cancels the session under way, and ends.</param>
    /// <exception cref="InputException">As <see cref="LocalInference"/>'s, and <c>inference.too-few-parties</c>, <c>inference.no-dealer</c>.</exception>
    /// <exception cref="GatewayException">A refusal, or the code of a session that was aborted.</exception>
    public async Task<LocalInferenceResult> RunAsync(
        OnnxNetwork network, IReadOnlyList<double[]> records, SharingScheme scheme, ConsortiumInferenceOptions options, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(scheme);
        ArgumentNullException.ThrowIfNull(options);
        var bound = LocalInference.BoundOf(network, records, options.InputBound);
        var planned = NetworkPlanning.Plan(network, scheme, records.Count, bound, options.FractionalBits, options.PublicModel);
        var largest = Cut(planned.Plan);
        planned = planned with { Plan = largest.WithRows(Math.Min(largest.Rows, options.RecordsPerSession ?? largest.Rows)) };
        var cast = await InferenceCast.ChooseAsync(client, self, scheme.Parties, options.ComputeParties, options.Dealer, cancel);
        var prefix = options.SessionPrefix ?? $"infer-{Guid.NewGuid():N}";
        var batches = (records.Count + planned.Plan.Rows - 1) / planned.Plan.Rows;
        var opened = LocalInference.OpensOnce(planned.Plan, records.Count) ? await OpenAsync($"{prefix}.weights", planned, cast, batches, options.TimeoutSeconds, cancel) : null;
        try
        {
            return await RunAsync(planned, records, cast, opened, prefix, options, cancel);
        }
        finally
        {
            await WithdrawAsync(opened?.Model);
        }
    }

    private async Task<LocalInferenceResult> RunAsync(
        PlannedNetwork planned, IReadOnlyList<double[]> records, InferenceCast cast, OpenedModel? opened, string prefix, ConsortiumInferenceOptions options, CancellationToken cancel)
    {
        var (outputs, clear, clipped) = (new List<double[]>(), new List<double[]>(), new List<int>());
        var (cost, offline, online) = opened is null
            ? (new InferenceCostBody(0, 0, 0, 0), 0.0, 0.0)
            : (opened.Session.Cost, opened.Session.Seconds.GetValueOrDefault("preprocessing"), opened.Sides.Max(static side => side.Seconds));
        double[] weights = [.. planned.Parameters.SelectMany(static own => own).SelectMany(static tensor => tensor)];
        for (var (first, batchNumber) = (0, 1); first < records.Count; first += planned.Plan.Rows, batchNumber++)
        {
            var batch = planned.Plan.WithRows(Math.Min(planned.Plan.Rows, records.Count - first));
            double[] input = [.. records.Skip(first).Take(batch.Rows).SelectMany(static record => record)];
            var answer = await RunAsync($"{prefix}.{batchNumber}", Named(Question(batch, cast, opened?.Model, options.TimeoutSeconds), input, weights, options), input, weights, cancel);
            var (rows, cut) = PlanOutputs.Read(batch, answer.Values);
            outputs.AddRange(rows);
            clipped.AddRange(cut.Select(row => first + row));
            if (options.ComparesWithClear)
            {
                clear.AddRange(PlanOutputs.Read(batch, ClearEvaluation.Evaluate(batch, input, planned.Parameters)).Outputs);
            }

            var one = answer.Session.Cost;
            cost = new InferenceCostBody(cost.Rounds + one.Rounds, cost.MessagesPerParty + one.MessagesPerParty, cost.BytesPerParty + one.BytesPerParty, cost.PreprocessingBytes + one.PreprocessingBytes);
            offline += answer.Session.Seconds.GetValueOrDefault("preprocessing");
            online += answer.Sides.Max(static side => side.Seconds);
        }

        double? error = clear.Count == 0 ? null : outputs.Zip(clear).Max(static pair => pair.First.Zip(pair.Second, static (got, wanted) => Math.Abs(got - wanted)).Max());
        return new LocalInferenceResult(outputs, options.ComparesWithClear ? clear : null, error, planned.Plan.Format.FractionalBits, cost, offline, online) { ClippedRecords = clipped };
    }

    /// <summary>A plan whose correlations fit a message, with fewer records where they must be.</summary>
    /// <param name="plan">For as many records as are wanted in one session.</param>
    public static InferencePlan Cut(InferencePlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        for (var rows = plan.Rows; rows > 1; rows = (rows + 1) / 2)
        {
            var cut = rows == plan.Rows ? plan : plan.WithRows(rows);
            if (Enumerable.Range(0, plan.Scheme.Parties).Max(party => sizeof(ulong) * cut.Preprocessing.CorrectionWords(party)) <= LargestPart)
            {
                return cut;
            }
        }

        return plan.WithRows(1);
    }

    /// <summary>The records are the receiver's own: they disclose nothing to anybody else, so no ledger counts them.</summary>
    private InferenceQuestion Question(InferencePlan plan, InferenceCast cast, HeldModel? held, double timeoutSeconds)
    {
        if (held is not null)
        {
            return NetworkQuestion.Over(held, plan.Rows, [(self, null)], self, "scores", "records", timeoutSeconds);
        }

        var features = new InputSlotBody("features.0", self, [.. Enumerable.Range(0, plan.Features).Select(static column => $"{column}")], false);
        IReadOnlyList<InputSlotBody> inputs = InferenceLayout.HasWeights(plan) ? [features, new InputSlotBody(InferenceLayout.Weights, self, [], false)] : [features];
        return new InferenceQuestion(plan, cast.ComputeParties, cast.Dealer, inputs, "scores", "records", timeoutSeconds);
    }

    /// <summary>Lets the compute parties hold the weights for as many sessions as there are batches, for the caller alone.</summary>
    private Task<OpenedModel> OpenAsync(string name, PlannedNetwork planned, InferenceCast cast, int sessions, double timeoutSeconds, CancellationToken cancel)
    {
        var until = TimeProvider.System.GetUtcNow().AddDays(1).AddSeconds(sessions * timeoutSeconds).ToUnixTimeSeconds();
        return new HeldInference(self, inference, client).OpenAsync(name, planned, cast, new WeightTermsBody([self], sessions, until), timeoutSeconds, cancel);
    }

    /// <summary>Does not throw where the gateway is away: then the terms end it.</summary>
    private async Task WithdrawAsync(HeldModel? held)
    {
        if (held is not null)
        {
            try
            {
                await client.Inferences.WithdrawAsync(held.Name, CancellationToken.None);
            }
            catch (GatewayException)
            {
                // So many sessions, and a day.
            }
        }
    }

    private static InferenceQuestion Named(InferenceQuestion question, double[] input, double[] weights, ConsortiumInferenceOptions options)
    {
        var named = PublicInputs.HasPublicWeights(question.Plan) ? question.WithPublic(InferenceLayout.Weights, weights) : question;
        return options.PublicInput ? named.WithPublic("features.0", input) : named;
    }

    private async Task<InferenceAnswer> RunAsync(string session, InferenceQuestion question, double[] input, double[] weights, CancellationToken cancel)
    {
        try
        {
            using var ask = await inference.AskAsync(session, question, cancel);
            foreach (var slot in question.Inputs)
            {
                await inference.ProvideAsync(session, slot.Slot, slot.Slot == InferenceLayout.Weights ? weights : input, cancel);
            }

            return await inference.ReceiveAsync(ask, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            await inference.CancelAsync(session);
            throw;
        }
    }
}
