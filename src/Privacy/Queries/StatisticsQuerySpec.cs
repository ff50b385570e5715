using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Mechanisms;

namespace PrivacyGrains.Privacy.Queries;

/// <summary>What each contributor computes in a query's round: the question, its share of the noise, and what it is charged. Public.</summary>
/// <param name="Id">The query's name.</param>
/// <param name="Analyst">Who receives the answer.</param>
/// <param name="Query">What is asked.</param>
/// <param name="Relation">How neighbours differ, as <see cref="RelationNames"/>: that of the contributors' budgets.</param>
/// <param name="Unit">Who is protected: that of the contributors' budgets.</param>
/// <param name="Contributors">How many add their part and noise.</param>
/// <param name="Colluding">How many of them may pool what they know against the others.</param>
/// <param name="Dropping">How many may be missing from the total.</param>
/// <param name="VarianceNumerator">The variance of each contributor's draws, in the aggregate's integers: numerator.</param>
/// <param name="VarianceDenominator">The same: denominator.</param>
/// <param name="Rho">The zCDP charge at each contributor; it covers the noise's loss, and a contributor checks that.</param>
/// <remarks>Travels as canonical JSON, whose SHA-256 stands in the roster, and so in every signature and charge. <see cref="TryDecode"/> takes no other text.</remarks>
public sealed record StatisticsQuerySpec(
    string Id,
    string Analyst,
    StatisticsQuery Query,
    string Relation,
    string Unit,
    int Contributors,
    int Colluding,
    int Dropping,
    ulong VarianceNumerator,
    ulong VarianceDenominator,
    double Rho)
{
    private const int MaximumLength = 128 << 10;

    /// <summary>Words of a contributor's vector.</summary>
    [JsonIgnore]
    public int VectorLength => Query.Dimension;

    /// <summary>The specification with the least noise that a charge covers.</summary>
    /// <param name="id">The query's name.</param>
    /// <param name="analyst">Who receives the answer.</param>
    /// <param name="query">A query without fault, each row its own unit.</param>
    /// <param name="rho">The charge; above zero.</param>
    /// <param name="contributors">How many parties take part.</param>
    /// <param name="colluding">How many of them may pool what they know against the others.</param>
    /// <param name="dropping">How many may be missing from the total.</param>
    /// <returns>The specification, for one record added or removed.</returns>
    /// <exception cref="ArgumentException">As of <see cref="QueryPlan.ForRho"/>.</exception>
    public static StatisticsQuerySpec Create(string id, string analyst, StatisticsQuery query, Rho rho, int contributors, int colluding, int dropping)
    {
        var neighbours = Neighbours.AddRemoveRecord;
        var plan = QueryPlan.ForRho(query, neighbours, rho, contributors, colluding, dropping);
        return new StatisticsQuerySpec(
            id, analyst, query, RelationNames.Of(neighbours.Relation), neighbours.Unit.Name, contributors, colluding, dropping,
            plan.LocalVariance.Numerator, plan.LocalVariance.Denominator, rho.Value);
    }

    /// <summary>The canonical JSON.</summary>
    public string Encode() => JsonSerializer.Serialize(new Versioned(1, this), StatisticsQueryJson.Default.Versioned);

    /// <summary>Lower-case hex of SHA-256 over the canonical JSON's UTF-8 bytes.</summary>
    public string Digest() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Encode())));

    /// <summary>Reads a specification that came from outside.</summary>
    /// <param name="json">The text as it came.</param>
    /// <param name="spec">The specification, or null.</param>
    /// <param name="fault">What is wrong first, or null.</param>
    /// <returns>Whether the text is canonical, its figures make a plan, and the charge covers the noise's loss.</returns>
    public static bool TryDecode(string json, [NotNullWhen(true)] out StatisticsQuerySpec? spec, [NotNullWhen(false)] out string? fault)
    {
        ArgumentNullException.ThrowIfNull(json);
        (spec, fault) = (null, null);
        try
        {
            var read = json.Length <= MaximumLength ? JsonSerializer.Deserialize(json, StatisticsQueryJson.Default.Versioned) : null;
            spec = read?.Spec;
            fault = read is null ? "a query is not empty, and at most 128 KiB long"
                : read.Version != 1 ? $"version 1 of a query is known, not {read.Version}"
                : read.Spec.Encode() != json ? "the text is not the canonical one"
                : read.Spec.Fault();
        }
        catch (JsonException e)
        {
            fault = $"not a query: {e.Message}";
        }

        spec = fault is null ? spec : null;
        return fault is null;
    }

    /// <summary>What is wrong with the figures, or null.</summary>
    public string? Fault()
    {
        try
        {
            return Query.Fault()
                ?? (Plan().IsCoveredBy(Accounting.Rho.Create(Rho)) ? null : $"the charge of {Rho} does not cover what the noise loses");
        }
        catch (ArgumentException e)
        {
            return e.Message;
        }
    }

    /// <summary>The plan: its noise, its loss and how to read the total.</summary>
    /// <exception cref="ArgumentException">A figure is out of range: the specification was not checked.</exception>
    public QueryPlan Plan() => RelationNames.TryParse(Relation, out var relation)
        ? QueryPlan.WithVariance(
            Query, new Neighbours(relation, PrivacyUnit.Create(Unit)), ExactRatio.Create(VarianceNumerator, VarianceDenominator), Contributors, Colluding, Dropping)
        : throw new ArgumentException($"A relation is add-remove or replace-one, not {Relation}.");

    /// <summary>The text's outer form.</summary>
    internal sealed record Versioned([property: JsonPropertyName("statisticsQuery")] int Version, StatisticsQuerySpec Spec);
}

/// <summary>The generated serializer of a query's specification.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(StatisticsQuerySpec.Versioned))]
internal sealed partial class StatisticsQueryJson : JsonSerializerContext;
