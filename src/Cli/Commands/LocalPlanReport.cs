using System.Security.Cryptography;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client.Inferences;
using PrivacyGrains.Learning.Onnx;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Cli.Commands;

/// <summary>What a model will cost, layer by layer and in all: <c>infer --model F --plan</c>.</summary>
internal static class LocalPlanReport
{
    /// <summary>Plans and prints.</summary>
    public static void Write(CommandOutput output, OnnxNetwork network, SharingScheme scheme, int records, double inputBound, LocalInferenceOptions options)
    {
        var planned = NetworkPlanning.Plan(network, scheme, records, inputBound, options.FractionalBits, options.PublicModel);
        var (plan, whole, last) = (planned.Plan, records / planned.Plan.Rows, records % planned.Plan.Rows);
        var masks = LocalInference.OpensOnce(plan, records) ? plan.MaskPlan(new byte[SHA256.HashSizeInBytes], new byte[SHA256.HashSizeInBytes]) : null;
        plan = masks is null ? plan : plan.WithMasks(masks);
        var rest = last == 0 ? null : plan.WithRows(last);
        var name = SessionId.Create("local.0");
        long Total(Func<InferencePlan, long> cost, Func<WeightMaskPlan, long> opening) => (whole * cost(plan)) + (rest is null ? 0 : cost(rest)) + (masks is null ? 0 : opening(masks));
        var document = new ModelPlanDocument(
            $"{scheme}", records, plan.Rows, whole + (rest is null ? 0 : 1), plan.Format.FractionalBits, plan.InputBound,
            Total(each => each.Rounds, _ => 1), Total(each => each.MessagesPerParty, _ => scheme.Parties - 1), Total(each => each.BytesPerParty, WeightOpening.BytesPerParty),
            Total(each => Parties(scheme).Max(party => each.PreprocessingBytes(party, name)), each => Parties(scheme).Max(party => each.Preprocessing.BlobBytes(party, each.Namespace))),
            Total(each => Parties(scheme).Sum(party => each.PreprocessingBytes(party, name)), each => Parties(scheme).Sum(party => each.Preprocessing.BlobBytes(party, each.Namespace))), plan.PeakBytes,
            [.. plan.Steps.Select((step, i) => Layer(plan, step, planned.Names[i]))]);
        output.Result(document, console =>
        {
            console.Write(
                ["layer", "node", "output", "range", "rounds", "bytes", "preprocessing", "correlations"],
                document.Layers.Select(layer => (IReadOnlyList<string>)
                [
                    layer.Kind, layer.Node, layer.Shape, $"{layer.Lower:G4} to {layer.Upper:G4}", layer.Rounds == 0 ? "local" : $"{layer.FirstRound} to {layer.FirstRound + layer.Rounds - 1}",
                    $"{layer.BytesPerParty}", $"{layer.PreprocessingBytes}", Short(layer.Correlations),
                ]),
                "No layer.");
            console.Line($"{document.Records} records in {document.Batches} batches of {document.RecordsPerBatch}, {document.Scheme}, {document.FractionalBits} fractional bits, inputs up to {document.InputBound:G6}.");
            console.Line($"{document.Rounds} rounds, {document.BytesPerParty} bytes from each party, {document.PreprocessingBytesPerParty} bytes of preprocessing to a party, about {document.PeakBytesPerParty} bytes of memory.");
        });
    }

    private static IEnumerable<int> Parties(SharingScheme scheme) => Enumerable.Range(0, scheme.Parties);

    private static string Short(IReadOnlyList<string> correlations) => correlations.Count <= 2 ? string.Join(", ", correlations) : $"{correlations[0]} and {correlations.Count - 1} more";

    private static LayerPlanDocument Layer(InferencePlan plan, PlanStep step, string node) => new(
        step.Node.Layer.Name, node, $"{step.Output.Shape}", step.Output.Lower, step.Output.Upper, step.FirstRound, step.WordsPerRound.Length,
        (plan.Scheme.Parties - 1) * sizeof(ulong) * step.WordsPerRound.Sum(words => (long)words), plan.PreprocessingBytes(step), [.. step.Requests.Select(request => $"{request}")],
        [.. step.Parameters.Select(parameter => new ParameterPlanDocument(parameter.Name, $"{parameter.Shape}", parameter.Bound, parameter.FractionalBits, parameter.IsSecret))]);
}
