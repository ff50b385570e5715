using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Mechanisms;
using PrivacyGrains.Privacy.Queries.Schemas;

namespace PrivacyGrains.Privacy.Queries.Selects;

/// <summary>What each contributor computes in the round of a query over groups: the question and its schema, its share of the noise, and what it is charged. Public.</summary>
/// <param name="Id">The query's name.</param>
/// <param name="Analyst">Who receives the answer.</param>
/// <param name="Sql">The query in canonical form.</param>
/// <param name="Schema">Against what it is checked; its unit and relation are those of the contributors' budgets.</param>
/// <param name="Contributors">How many add their part and noise.</param>
/// <param name="Colluding">How many of them may pool what they know against the others.</param>
/// <param name="Dropping">How many may be missing from the total.</param>
/// <param name="VarianceNumerator">The variance of each contributor's draws, in the vector's integers: numerator.</param>
/// <param name="VarianceDenominator">The same: denominator.</param>
/// <param name="Rho">The zCDP charge at each contributor; it covers the noise's loss, and a contributor checks that.</param>
/// <remarks>Travels as canonical JSON, whose SHA-256 stands in the roster, and so in every signature and charge. <see cref="TryDecode"/> takes no other text. The sensitivity is nowhere in it: it is derived.</remarks>
public sealed record SelectQuerySpec(
    string Id, string Analyst, string Sql, TableSchema Schema, int Contributors, int Colluding, int Dropping, ulong VarianceNumerator, ulong VarianceDenominator, double Rho)
{
    private const string Opening = "{\"selectQuery\":";
    private const int MaximumLength = 2 << 20;

    /// <summary>Whether a computation says that it is one of these.</summary>
    /// <param name="json">A round's computation.</param>
    public static bool IsOne(string json) => json is not null && json.StartsWith(Opening, StringComparison.Ordinal);

    /// <summary>The specification with the least noise that a charge covers.</summary>
    /// <param name="id">The query's name.</param>
    /// <param name="analyst">Who receives the answer.</param>
    /// <param name="query">One that many parties may answer.</param>
    /// <param name="rho">The charge; above zero.</param>
    /// <param name="contributors">How many parties take part.</param>
    /// <param name="colluding">How many of them may pool what they know against the others.</param>
    /// <param name="dropping">How many may be missing from the total.</param>
    /// <returns>The specification.</returns>
    /// <exception cref="ArgumentException">The query is not joint; nobody's noise is left; the charge is zero or needs more noise than 64 bits hold.</exception>
    public static SelectQuerySpec Create(string id, string analyst, SelectQuery query, Rho rho, int contributors, int colluding, int dropping)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(rho.Value, 0, nameof(rho));
        if (query.NotJoint() is { } fault)
        {
            throw new ArgumentException(fault.Message, nameof(query));
        }

        // A hair below, so that whoever checks the plan on another machine, whose exponential differs in the last bit, finds it covered too.
        var target = Accounting.Rho.Create(rho.Value * (1 - 1e-9));
        var noise = JointVector.Least(query, target.Value, loss => Covers(target, loss), contributors, colluding, dropping);
        return new SelectQuerySpec(
            id, analyst, query.ToString(), query.Schema, contributors, colluding, dropping, noise.LocalVariance.Numerator, noise.LocalVariance.Denominator, rho.Value);
    }

    /// <summary>The canonical JSON.</summary>
    public string Encode() => JsonSerializer.Serialize(new Versioned(1, this), SelectQueryJson.Default.Versioned);

    /// <summary>Lower-case hex of SHA-256 over the canonical JSON's UTF-8 bytes.</summary>
    public string Digest() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Encode())));

    /// <summary>The question, checked.</summary>
    /// <exception cref="ArgumentException">The specification was not checked.</exception>
    public SelectQuery Query() => SelectQuery.TryCreate(Sql, Schema, out var query, out var fault) ? query : throw new ArgumentException(fault.Message);

    /// <summary>The noise with its loss.</summary>
    /// <exception cref="ArgumentException">A figure is out of range: the specification was not checked.</exception>
    public JointVector Noise() => JointVector.Of(Query(), ExactRatio.Create(VarianceNumerator, VarianceDenominator), Contributors, Colluding, Dropping);

    /// <summary>Reads a specification that came from outside.</summary>
    /// <param name="json">The text as it came.</param>
    /// <param name="spec">The specification, or null.</param>
    /// <param name="fault">What is wrong first, or null.</param>
    /// <returns>Whether the text is canonical, its figures make a plan, and the charge covers the noise's loss.</returns>
    public static bool TryDecode(string json, [NotNullWhen(true)] out SelectQuerySpec? spec, [NotNullWhen(false)] out string? fault)
    {
        ArgumentNullException.ThrowIfNull(json);
        (spec, fault) = (null, null);
        try
        {
            var read = json.Length <= MaximumLength ? JsonSerializer.Deserialize(json, SelectQueryJson.Default.Versioned) : null;
            spec = read?.Spec;
            fault = read is null ? "a query is not empty, and at most 2 MiB long"
                : read.Spec is not { Id: not null, Analyst: not null, Sql: not null, Schema: not null } ? "a query over groups has an id, an analyst, a sql and a schema"
                : read.Version != 1 ? $"version 1 of a query over groups is known, not {read.Version}"
                : read.Spec.Encode() != json ? "the text is not the canonical one"
                : read.Spec.Fault();
        }
        catch (JsonException e)
        {
            fault = $"not a query over groups: {e.Message}";
        }

        spec = fault is null ? spec : null;
        return fault is null;
    }

    private string? Fault()
    {
        if (Schema.Fault() is { } bad)
        {
            return bad;
        }

        if (!SelectQuery.TryCreate(Sql, Schema, out var query, out var wrong) || (wrong = query.NotJoint()) is not null)
        {
            return wrong.Message;
        }

        try
        {
            return query.ToString() != Sql ? "the query is not in canonical form"
                : Covers(Accounting.Rho.Create(Rho), Noise().Loss) ? null : $"the charge of {Rho} does not cover what the noise loses";
        }
        catch (ArgumentException e)
        {
            return e.Message;
        }
    }

    private static bool Covers(Rho rho, RenyiLoss loss)
    {
        var charge = PrivacyEvents.Zcdp(rho).Units;
        return loss.DeltaUnits == 0 && Enumerable.Range(0, RenyiOrders.Count).All(i => loss.Units[i] <= charge[i]);
    }

    /// <summary>The text's outer form.</summary>
    internal sealed record Versioned([property: JsonPropertyName("selectQuery")] int Version, SelectQuerySpec Spec);
}

/// <summary>The generated serializer of a query over groups.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    RespectNullableAnnotations = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(SelectQuerySpec.Versioned))]
internal sealed partial class SelectQueryJson : JsonSerializerContext;
