using System.Collections.Immutable;
using System.Text.Json;
using PrivacyGrains.Privacy.Accounting.Selection;

namespace PrivacyGrains.Privacy.Accounting.Plans;

/// <summary>Reads a plan: <c>{"neighbors": "add-remove" | "replace-one", "events": [{"kind": ...}]}</c>, see docs/privacy/accounting.md.</summary>
public static partial class PlanJson
{
    private const int MostEvents = 10_000;
    private const int Deepest = 32;
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 2 * Deepest, AllowTrailingCommas = false };

    /// <summary>Reads a plan from text that may be anything.</summary>
    /// <param name="json">The text.</param>
    /// <returns>A plan whose figures are all in range.</returns>
    /// <exception cref="PlanRefusedException"><c>account.bad-plan</c>: the message names the field.</exception>
    public static PrivacyPlan Read(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using var document = JsonDocument.Parse(json, Options);
            return Read(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new PlanRefusedException("account.bad-plan", $"The plan is no JSON: {e.Message}", e);
        }
    }

    private static PrivacyPlan Read(JsonElement root)
    {
        var plan = new EventReader(root, "plan", 0);
        var neighbours = plan.Text("neighbors");
        if (!RelationNames.TryParse(neighbours, out var relation))
        {
            throw EventReader.Wrong("neighbors", $"is '{neighbours}': write \"add-remove\" or \"replace-one\"");
        }

        var events = plan.Events("events", "events");
        plan.End("neighbors", "events");
        return new PrivacyPlan(relation, events);
    }

    /// <summary>One object of the text, and where it stands.</summary>
    private sealed class EventReader
    {
        private readonly Dictionary<string, JsonElement> _fields = new(StringComparer.Ordinal);
        private readonly string _path;
        private readonly int _depth;

        public EventReader(JsonElement element, string path, int depth)
        {
            (_path, _depth) = (depth == 0 ? string.Empty : path + ".", depth);
            if (element.ValueKind != JsonValueKind.Object)
            {
                throw Wrong(path, "is no object: write {...}");
            }

            if (depth > Deepest)
            {
                throw Wrong(path, $"is nested more than {Deepest} deep");
            }

            foreach (var field in element.EnumerateObject())
            {
                if (!_fields.TryAdd(field.Name, field.Value))
                {
                    throw Wrong(_path + field.Name, "stands twice");
                }
            }
        }

        public static PlanRefusedException Wrong(string field, string what) => new("account.bad-plan", $"{field} {what}.");

        public string Text(string name) => Field(name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : throw Wrong(_path + name, "is no text");

        public double Number(string name, Func<double, bool> fits, string range)
        {
            var value = Field(name);
            return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) && fits(number)
                ? number
                : throw Wrong(_path + name, $"is {Shown(value)}: give a number {range}");
        }

        public double Positive(string name) => Number(name, static value => value is >= 1e-9 and <= 1e12, "above 0 (from 1e-9 to 1e12)");

        public long Whole(string name, long least, long most) =>
            (long)Number(name, value => value >= least && value <= most && Math.Floor(value) == value, $"from {least} to {most}, without fraction");

        public ImmutableArray<PrivacyEvent> Events(string name, string path)
        {
            var value = Field(name);
            if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() is < 1 or > MostEvents)
            {
                throw Wrong(_path + name, $"must be a list of 1 to {MostEvents} events");
            }

            return [.. value.EnumerateArray().Select((each, i) => new EventReader(each, $"{path}[{i}]", _depth + 1).Event())];
        }

        public void End(params string[] known)
        {
            if (_fields.Keys.FirstOrDefault(name => !known.Contains(name)) is { } other)
            {
                throw Wrong(_path + other, $"is no field here: known are {string.Join(", ", known)}");
            }
        }

        private PrivacyEvent Event()
        {
            var kind = Text("kind");
            switch (kind)
            {
                case "gaussian":
                    return Closed(new PrivacyEvent.Gaussian(Positive("noiseMultiplier")), "noiseMultiplier");
                case "laplace":
                    return Closed(new PrivacyEvent.Laplace(Positive("noiseMultiplier")), "noiseMultiplier");
                case "discrete-gaussian":
                    return Closed(new PrivacyEvent.DiscreteGaussian(Positive("sigma"), Whole("sensitivity", 1, 1L << 40)), "sigma", "sensitivity");
                case "discrete-laplace":
                    return Closed(new PrivacyEvent.DiscreteLaplace(Positive("a"), Whole("sensitivity", 1, 1L << 40)), "a", "sensitivity");
                case "randomized-response":
                    return Closed(new PrivacyEvent.RandomizedResponse(Number("noise", static p => p is > 0 and <= 1, "above 0, at most 1"), Whole("buckets", 2, 1L << 40)), "noise", "buckets");
                case "exponential":
                    return Closed(new PrivacyEvent.Exponential(Positive("epsilon")), "epsilon");
                case "pure":
                    return Closed(new PrivacyEvent.Pure(Positive("epsilon")), "epsilon");
                case "approximate":
                    return Closed(new PrivacyEvent.Approximate(Positive("epsilon"), Number("delta", static d => d is >= 1e-300 and < 1, "above 0 (from 1e-300), below 1")), "epsilon", "delta");
                case "zcdp":
                    return Closed(new PrivacyEvent.Zcdp(Positive("rho")), "rho");
                case "poisson":
                    return Closed(new PrivacyEvent.Poisson(Number("probability", static p => p is > 0 and <= 1, "above 0, at most 1"), Inner()), "probability", "event");
                case "without-replacement":
                    var population = Whole("population", 1, 1L << 50);
                    return Closed(new PrivacyEvent.WithoutReplacement(population, Whole("sample", 1, population), Inner()), "population", "sample", "event");
                case "selection":
                    return Closed(new PrivacyEvent.Selection(Runs(), Inner()), "eta", "mean", "event");
                case "selection-poisson":
                    return Closed(new PrivacyEvent.Selection(new NumberOfRuns.Poisson((int)Whole("mean", 1, NumberOfRuns.MaximumMean)), Inner()), "mean", "event");
                case "repeat":
                    return Closed(new PrivacyEvent.Repeat(Whole("count", 1, 1_000_000_000), Inner()), "count", "event");
                case "compose":
                    return Closed(new PrivacyEvent.Compose(Events("events", _path + "events")), "events");
                default:
                    throw Wrong(_path + "kind", $"is '{kind}': known are gaussian, discrete-gaussian, laplace, discrete-laplace, randomized-response, exponential, pure, approximate, zcdp, poisson, without-replacement, selection, selection-poisson, repeat, compose");
            }
        }

        private NumberOfRuns Runs()
        {
            var eta = Number("eta", static eta => eta is > -1 and <= 1, "above -1, at most 1");
            var mean = Number("mean", static mean => mean is > 1 and <= NumberOfRuns.MaximumMean, $"above 1, at most {NumberOfRuns.MaximumMean}");
            try
            {
                return NumberOfRuns.WithMean(eta, mean);
            }
            catch (ArgumentOutOfRangeException e)
            {
                throw Wrong(_path + "mean", $"cannot be had with this eta: {e.Message.Split('(')[0].Trim()}");
            }
        }

        private static string Shown(JsonElement value) => value.ValueKind == JsonValueKind.Number ? value.GetRawText() : $"a {value.ValueKind}".ToLowerInvariant();

        private PrivacyEvent Inner() => new EventReader(Field("event"), _path + "event", _depth + 1).Event();

        private PrivacyEvent Closed(PrivacyEvent read, params string[] fields)
        {
            End(["kind", .. fields]);
            return read;
        }

        private JsonElement Field(string name) => _fields.TryGetValue(name, out var value) ? value : throw Wrong(_path + name, "is missing");
    }
}
