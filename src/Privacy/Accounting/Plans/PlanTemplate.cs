using System.Text.Json;
using System.Text.Json.Nodes;

namespace PrivacyGrains.Privacy.Accounting.Plans;

/// <summary>A plan with one unknown: every field that is <c>"?"</c>, all of one name; or, where none is, all noise scaled by one factor.</summary>
public sealed class PlanTemplate
{
    private static readonly Dictionary<string, (bool Protects, bool Whole, double Least, double Most)> Fields = new(StringComparer.Ordinal)
    {
        ["noiseMultiplier"] = (true, false, 1e-6, 1e9),
        ["sigma"] = (true, false, 1e-6, 1e9),
        ["noise"] = (true, false, 1e-9, 1),
        ["a"] = (false, false, 1e-9, 1e4),
        ["epsilon"] = (false, false, 1e-9, 1e4),
        ["rho"] = (false, false, 1e-9, 1e4),
        ["probability"] = (false, false, 1e-9, 1),
        ["count"] = (false, true, 1, 1e9),
        ["sample"] = (false, true, 1, 1e15),
    };

    private readonly JsonNode _root;

    private PlanTemplate(JsonNode root, string field) => (_root, Field) = (root, field);

    /// <summary>The unknown's name: a field, or <c>scale</c>.</summary>
    public string Field { get; }

    /// <summary>Whether more of it loses less.</summary>
    public bool Protects => Field == "scale" || Fields[Field].Protects;

    /// <summary>Whether it has no fraction.</summary>
    public bool Whole => Field != "scale" && Fields[Field].Whole;

    /// <summary>The range in which it is sought.</summary>
    public (double Least, double Most) Range => Field == "scale" ? (1e-6, 1e9) : (Fields[Field].Least, Fields[Field].Most);

    /// <summary>Reads a template from text that may be anything.</summary>
    /// <param name="json">A plan, with <c>"?"</c> for what is sought.</param>
    /// <exception cref="PlanRefusedException"><c>account.bad-plan</c>: it is no plan, or has unknowns of two names.</exception>
    public static PlanTemplate Read(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        JsonNode root;
        try
        {
            root = JsonNode.Parse(json, null, new JsonDocumentOptions { MaxDepth = 64 }) ?? throw new PlanRefusedException("account.bad-plan", "The template is no object.");
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new PlanRefusedException("account.bad-plan", $"The template is no JSON: {e.Message}", e);
        }

        var unknown = Unknowns(root).Select(each => each.Name).Distinct(StringComparer.Ordinal).ToList();
        return unknown switch
        {
            [] => new PlanTemplate(root, "scale"),
            [var one] when Fields.ContainsKey(one) => new PlanTemplate(root, one),
            [var one] => throw new PlanRefusedException("account.bad-plan", $"{one} cannot be sought: write \"?\" for one of {string.Join(", ", Fields.Keys)}."),
            _ => throw new PlanRefusedException("account.bad-plan", $"{string.Join(" and ", unknown)} are both \"?\": seek one."),
        };
    }

    /// <summary>The template's JSON with the unknown filled in.</summary>
    /// <param name="value">Within the range.</param>
    public string With(double value)
    {
        var copy = _root.DeepClone();
        foreach (var (owner, name) in Field == "scale" ? [] : Unknowns(copy).ToList())
        {
            owner[name] = value;
        }

        if (Field == "scale")
        {
            Scale(copy, value);
        }

        return copy.ToJsonString();
    }

    private static IEnumerable<(JsonObject Owner, string Name)> Unknowns(JsonNode? node) => node switch
    {
        JsonObject owner => owner.SelectMany(field => field.Value is JsonValue value && value.TryGetValue<string>(out var text) && text == "?" ? [(owner, field.Key)] : Unknowns(field.Value)),
        JsonArray list => list.SelectMany(Unknowns),
        _ => [],
    };

    // What is proportional to the noise grows, what is inverse to it falls; randomised response has no such number.
    private static void Scale(JsonNode? node, double factor)
    {
        if (node is JsonArray list)
        {
            foreach (var each in list)
            {
                Scale(each, factor);
            }
        }

        if (node is not JsonObject owner)
        {
            return;
        }

        foreach (var (name, power) in new[] { ("noiseMultiplier", 1), ("sigma", 1), ("a", -1), ("epsilon", -1), ("rho", -2) })
        {
            if (owner[name] is JsonValue value && value.TryGetValue<double>(out var number))
            {
                owner[name] = number * Math.Pow(factor, power);
            }
        }

        foreach (var field in owner.ToList())
        {
            Scale(field.Value, factor);
        }
    }
}
