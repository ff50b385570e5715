using PrivacyGrains.Client.Errors;
using PrivacyGrains.Privacy.Queries.Schemas;
using PrivacyGrains.Privacy.Queries.Selects;

namespace PrivacyGrains.Cli.Commands;

/// <summary>Queries and schemas as the command line names them.</summary>
internal static class QueryFiles
{
    /// <summary>Reads a schema.</summary>
    /// <exception cref="InputException"><c>query.missing-schema</c> or <c>query.bad-schema</c>.</exception>
    public static TableSchema Schema(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException("query.missing-schema", $"{path} is not there or cannot be read. Give a schema such as samples/city-earnings/schema.json; docs/privacy/query-language.md tells its fields.", e);
        }

        return TableSchema.TryParse(bytes, out var schema, out var fault) ? schema : throw new InputException(fault.Code, $"{path}: {fault.Message}");
    }

    /// <summary>Reads a query and checks it against a schema.</summary>
    /// <exception cref="InputException">As of <see cref="SelectQuery.TryCreate"/>.</exception>
    public static SelectQuery Query(string sql, TableSchema schema) =>
        SelectQuery.TryCreate(sql, schema, out var query, out var fault) ? query : throw new InputException(fault.Code, fault.Message);
}
