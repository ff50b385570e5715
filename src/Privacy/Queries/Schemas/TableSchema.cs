using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using PrivacyGrains.Privacy.Accounting;

namespace PrivacyGrains.Privacy.Queries.Schemas;

/// <summary>What is publicly agreed on a table before anybody queries it: whom the answers protect, how much one of them may contribute, and the columns' bounds. Public.</summary>
/// <param name="Columns">The columns that may be queried; others of the table may not.</param>
/// <param name="Table">What FROM names.</param>
/// <param name="Unit">Whom the answers protect, as the budget names it.</param>
/// <param name="UnitColumn">The column that tells whose row it is; empty where each row is a unit of its own.</param>
/// <param name="Neighbours"><c>add-remove</c> or <c>replace-one</c>.</param>
/// <param name="MaximumRowsPerUnit">How many of one unit's rows count in an answer, over all its groups, at one party.</param>
/// <param name="MaximumGroupsPerUnit">In how many groups one unit counts, at one party.</param>
/// <param name="MaximumPartiesPerUnit">At how many parties one unit may have rows.</param>
/// <param name="DataVersion">Names the state of the data, as <c>2026-q1</c>: answers are kept for it. A change of the data changes it.</param>
/// <param name="TimeColumn">The date column that says to which block of a budget with periods a row belongs; null where none does.</param>
public sealed record TableSchema(
    ImmutableArray<ColumnSchema> Columns,
    string Table = "data",
    string Unit = "record",
    string UnitColumn = "",
    string Neighbours = "add-remove",
    int MaximumRowsPerUnit = 1,
    int MaximumGroupsPerUnit = 1,
    int MaximumPartiesPerUnit = 1,
    string DataVersion = "",
    string? TimeColumn = null)
{
    /// <summary>Longest JSON that is read, in bytes.</summary>
    public const int MaximumLength = 1 << 20;

    /// <summary>What the answers' loss is about.</summary>
    /// <exception cref="ArgumentException">The schema was not checked.</exception>
    internal Neighbours ToNeighbours() => new(
        RelationNames.TryParse(Neighbours, out var relation) ? relation : throw new ArgumentException("The schema was not checked."), PrivacyUnit.Create(Unit));

    /// <summary>The column of a name, or null.</summary>
    /// <param name="name">By ordinal comparison.</param>
    public ColumnSchema? Find(string name) => Columns.FirstOrDefault(c => c.Name == name);

    /// <summary>What is wrong with the schema, or null; names the field.</summary>
    public string? Fault()
    {
        if (Columns.IsDefaultOrEmpty || Columns.Length > 4096 || Columns.Any(c => c is null))
        {
            return "columns: 1 to 4096";
        }

        if (Columns.Select(c => c.Fault()).FirstOrDefault(f => f is not null) is { } fault)
        {
            return fault;
        }

        return Columns.Select(c => c.Name).Distinct(StringComparer.Ordinal).Count() != Columns.Length ? "columns: each name once"
            : string.IsNullOrWhiteSpace(Table) ? "table: a name"
            : !RelationNames.TryParse(Neighbours, out _) ? $"neighbours: add-remove or replace-one, not '{Neighbours}'"
            : !IsUnit(Unit) ? "unit: 1 to 48 characters of a-z, 0-9 and hyphen, beginning with a letter"
            : UnitColumn is null || (UnitColumn.Length == 0) != (Unit == PrivacyUnit.Record.Name) ? "unit, unitColumn: a unit other than record has the column that names it, a record has none"
            : MaximumRowsPerUnit is < 1 or > 1_000_000 || (UnitColumn.Length == 0 && MaximumRowsPerUnit != 1) ? "maximumRowsPerUnit: 1 to 1,000,000, and 1 where each row is a unit"
            : MaximumGroupsPerUnit < 1 || MaximumGroupsPerUnit > MaximumRowsPerUnit ? "maximumGroupsPerUnit: 1 to maximumRowsPerUnit"
            : MaximumPartiesPerUnit is < 1 or > 10_000 ? "maximumPartiesPerUnit: 1 to 10,000"
            : DataVersion is not { Length: <= 64 } ? "dataVersion: at most 64 characters"
            : TimeColumn is not null && Find(TimeColumn)?.Type != ColumnSchema.Date ? $"timeColumn: names a column of type date, which '{TimeColumn}' is not" : null;
    }

    /// <summary>The canonical JSON.</summary>
    public string Encode() => JsonSerializer.Serialize(this, TableSchemaJson.Default.TableSchema);

    /// <summary>SHA-256 of the canonical JSON, 64 lower-case hex digits.</summary>
    public string Digest() => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this, TableSchemaJson.Default.TableSchema)));

    /// <summary>Reads a schema that may be hostile.</summary>
    /// <param name="utf8Json">At most <see cref="MaximumLength"/>.</param>
    /// <param name="schema">The schema, or null.</param>
    /// <param name="fault"><c>query.bad-schema</c> naming the field, or null.</param>
    /// <returns>Whether it is a schema.</returns>
    public static bool TryParse(ReadOnlySpan<byte> utf8Json, [NotNullWhen(true)] out TableSchema? schema, [NotNullWhen(false)] out QueryFault? fault)
    {
        (schema, fault) = (null, null);
        string? wrong;
        try
        {
            schema = utf8Json.Length <= MaximumLength ? JsonSerializer.Deserialize(utf8Json, TableSchemaJson.Default.TableSchema) : null;
            wrong = schema is null ? "it is empty or larger than 1 MiB" : schema.Fault();
        }
        catch (JsonException e)
        {
            wrong = $"it is not JSON of the expected form: {e.Message}";
        }

        if (wrong is not null)
        {
            (schema, fault) = (null, new QueryFault(QueryFault.BadSchema, $"The schema: {wrong}."));
        }

        return fault is null;
    }

    private static bool IsUnit(string? name)
    {
        try
        {
            return PrivacyUnit.Create(name!).Name.Length > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}

/// <summary>The generated serializer of schemas.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    ReadCommentHandling = JsonCommentHandling.Skip)]
[JsonSerializable(typeof(TableSchema))]
internal sealed partial class TableSchemaJson : JsonSerializerContext;
