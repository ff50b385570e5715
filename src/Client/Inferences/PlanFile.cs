using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sessions;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Client.Inferences;

/// <summary>A plan as a model's owner hands it to whoever asks, and of a public model the digest of its weights: what the asker's question names, and every side holds the weights against.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="WeightsDigest">Of a public model; null of a secret one.</param>
public sealed record PlanFile(InferencePlan Plan, string? WeightsDigest)
{
    private const string Kind = "inference.plan-file";

    /// <summary>The plan with the digest of these weights where they are public.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="weights">All weights, in the plan's order.</param>
    public static PlanFile Of(InferencePlan plan, ReadOnlySpan<double> weights) => new(
        plan,
        PublicInputs.HasPublicWeights(plan) ? PublicInputs.Digest(plan, new StatementInput(InferenceLayout.Weights, default, 0, false), weights) : null);

    /// <summary>The file's bytes: of a secret model the plan's own.</summary>
    public byte[] ToBytes() => WeightsDigest is { } digest ? new WireWriter(Kind, 1).Bytes(Plan.ToBytes()).Text(digest).ToArray() : Plan.ToBytes();

    /// <summary>Reads a file that may be anything.</summary>
    /// <param name="bytes">What <see cref="ToBytes"/> wrote.</param>
    public static Checked<PlanFile> Parse(ReadOnlySpan<byte> bytes)
    {
        var reader = new WireReader(bytes, Kind, 1);
        var plan = reader.Bytes();
        var digest = reader.Text();
        var hasDigest = reader.Finish();
        return !InferencePlan.Parse(hasDigest ? plan : bytes).Try(out var read, out var fault) ? fault
            : PublicInputs.HasPublicWeights(read) == hasDigest ? new PlanFile(read, hasDigest ? digest : null)
            : new ProtocolFault("plan.malformed", null, "a plan of public weights with their digest, or of secret ones without", hasDigest ? "secret ones with one" : "public ones without one");
    }
}
