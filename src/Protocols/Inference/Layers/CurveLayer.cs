using System.Collections.Immutable;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>A function of one number, element by element: see <see cref="Curve"/>.</summary>
/// <remarks>A function with a stated domain takes it from the range of its input, and is refused where that range leaves what can be stated.</remarks>
public sealed record CurveLayer : PlanLayer
{
    internal const byte Number = 33;

    private const int Ulps = 4; // how far below a bound rounding may bring a number

    private CurveLayer(CurveKind function, double first, double second) => (Function, First, Second) = (function, first, second);

    /// <summary>The function.</summary>
    public CurveKind Function { get; }

    /// <summary>Its first parameter, or zero.</summary>
    public double First { get; }

    /// <summary>Its second parameter, or zero.</summary>
    public double Second { get; }

    /// <inheritdoc/>
    public override string Name => Function.ToString().ToLowerInvariant();

    internal override byte Kind => Number;

    internal override bool TakesUntruncated => true;

    private bool HasDomain => Function is CurveKind.Exp or CurveKind.Log or CurveKind.Sqrt or CurveKind.InverseSqrt or CurveKind.Reciprocal;

    /// <summary>A function whose domain, if it has one, is its input's range.</summary>
    /// <param name="function">The function.</param>
    /// <param name="first">Its first parameter, as <see cref="Curve"/> states it; zero where it has none or a domain.</param>
    /// <param name="second">Its second parameter.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such function, or a parameter lies outside.</exception>
    public static PlanLayer Create(CurveKind function, double first = 0, double second = 0) =>
        TryCreate(function, first, second) ?? throw new ArgumentOutOfRangeException(nameof(function), $"{function}({first}, {second}) is no function here.");

    internal static PlanLayer? Read(ref WireReader reader) => TryCreate((CurveKind)reader.Byte(), reader.Double(), reader.Double());

    internal override void Write(WireWriter writer) => writer.Byte((byte)Function).Double(First).Double(Second);

    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs)
    {
        var input = inputs[0];
        if (CurveFor(setting, input) is not { } curve)
        {
            return $"{Function} is not possible where a number may be as small as {input.Lower:G4} or as great as {input.Upper:G4}.";
        }

        return CurveSteps.Output(setting, input, curve, Turn);
    }

    internal override ImmutableArray<CorrelationRequest> Requests(LayerPlace place) => CurveSteps.Requests(place, CurveAt(place));

    internal override ImmutableArray<int> WordsPerRound(LayerPlace place) => CurveSteps.WordsPerRound(place, CurveAt(place));

    internal override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot) =>
        CurveSteps.Script(place, run, CurveAt(place), inputs[0], slot);

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters) => [.. inputs[0].Select(CurveAt(place).Of)];

    // Where the function turns, if it does.
    private double Turn => Function switch
    {
        CurveKind.Gelu => -0.7517916,
        CurveKind.Silu => -1.2784645,
        CurveKind.HardSwish => -1.5,
        _ => 0,
    };

    private static PlanLayer? TryCreate(CurveKind function, double first, double second)
    {
        var layer = new CurveLayer(function, first, second);
        return layer.HasDomain ? first == 0 && second == 0 ? layer : null : Curve.FromNumbers((int)function, first, second) is null ? null : layer;
    }

    private Curve CurveAt(LayerPlace place) => CurveFor(place.Setting, place.Input)!;

    private Curve? CurveFor(PlanSetting setting, PlanValue input)
    {
        var slack = Ulps * setting.Ulp;
        var (lower, upper) = (input.Lower - slack, input.Upper + slack);
        return Function switch
        {
            CurveKind.Exp => Curve.FromNumbers((int)Function, Math.Max(Math.Ceiling(upper), -7), 0),
            CurveKind.Sqrt => input.Lower < -slack ? null : Curve.FromNumbers((int)Function, Math.Max(upper, 1.0 / 256), 0),
            CurveKind.Log or CurveKind.InverseSqrt or CurveKind.Reciprocal => Curve.FromNumbers((int)Function, lower, upper),
            _ => Curve.FromNumbers((int)Function, First, Second),
        };
    }
}
