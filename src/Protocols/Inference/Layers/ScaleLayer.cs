using System.Collections.Immutable;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>a x + c with two public numbers: local where a is a small integer, else one truncation.</summary>
public sealed record ScaleLayer : PlanLayer
{
    internal const byte Number = 11;

    private ScaleLayer(double factor, double summand) => (Factor, Summand) = (factor, summand);

    /// <summary>a; part of the model's architecture, public.</summary>
    public double Factor { get; }

    /// <summary>c; part of the model's architecture, public.</summary>
    public double Summand { get; }

    /// <inheritdoc/>
    public override string Name => "scale";

    internal override byte Kind => Number;

    private bool IsWhole => Math.Abs(Factor) <= 1 << 20 && Factor == Math.Truncate(Factor);

    /// <summary>Checks the numbers.</summary>
    /// <param name="factor">Finite; public.</param>
    /// <param name="summand">Finite; public.</param>
    /// <exception cref="ArgumentException">One is not finite.</exception>
    public static PlanLayer Create(double factor, double summand) =>
        double.IsFinite(factor) && double.IsFinite(summand) ? new ScaleLayer(factor, summand) : throw new ArgumentException("Finite numbers are wanted.", nameof(factor));

    internal static PlanLayer? Read(ref WireReader reader) =>
        (reader.Double(), reader.Double()) is var (factor, summand) && double.IsFinite(factor) && double.IsFinite(summand) ? new ScaleLayer(factor, summand) : null;

    internal override void Write(WireWriter writer) => writer.Double(Factor).Double(Summand);

    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs)
    {
        var (one, other) = (Factor * inputs[0].Lower, Factor * inputs[0].Upper);
        var product = new PlanValue(inputs[0].Shape, Math.Min(one, other), Math.Max(one, other));
        product = IsWhole ? product : setting.Truncated(setting.Truncated(product)); // once for the factor's own rounding
        var half = Summand == 0 ? 0 : setting.Ulp / 2;
        var scaled = product with { Lower = product.Lower + Summand - half, Upper = product.Upper + Summand + half };
        return setting.RangeTrouble("A scaled value", Math.Max(scaled.Bound, Math.Abs(Summand)), setting.FractionalBits + 1) is { } trouble ? trouble
            : !IsWhole && Bits(setting, inputs[0]) < 8 ? $"a product with {Factor:G4} may reach {Math.Abs(Factor) * inputs[0].Bound:G4}, which leaves its factor too few bits."
            : scaled;
    }

    internal override ImmutableArray<CorrelationRequest> Requests(LayerPlace place) =>
        IsWhole ? [] : [CorrelationRequest.Truncation(place.Output.Shape.Length, Bits(place.Setting, place.Input))];

    internal override ImmutableArray<int> WordsPerRound(LayerPlace place) => IsWhole ? [] : [place.Output.Shape.Length];

    internal override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot)
    {
        var (x, setting) = (inputs[0], place.Setting);
        if (IsWhole)
        {
            x = x.Scale(PublicFactor.Encode(setting, Factor, 0));
        }
        else
        {
            var bits = Bits(setting, place.Input);
            var truncation = PublicFactor.Truncate(run, x.Scale(PublicFactor.Encode(setting, Factor, bits)), run.Correlations.TakeTruncation(x.Shape.Length, bits));
            yield return [truncation];
            x = truncation.Result;
        }

        var summands = new ulong[x.Shape.Length];
        Array.Fill(summands, setting.Format.Encode(setting.Scheme.Algebra, Summand));
        slot.Value = Summand == 0 ? x : x.AddPublic(summands);
    }

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters) => [.. inputs[0].Select(x => (Factor * x) + Summand)];

    private int Bits(PlanSetting setting, PlanValue input) => PublicFactor.Bits(setting, Math.Abs(Factor), (Math.Abs(Factor) * input.Bound) + setting.Ulp);
}
