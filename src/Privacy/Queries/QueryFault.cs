namespace PrivacyGrains.Privacy.Queries;

/// <summary>Why a query cannot be asked. Public: it speaks of the text and the schema, never of rows.</summary>
/// <param name="Code">Stable, as <c>query.syntax</c>; docs/privacy/query-language.md lists them.</param>
/// <param name="Message">One line for people that says what to change, with line and column where the text is at fault.</param>
public sealed record QueryFault(string Code, string Message)
{
    /// <summary>The text cannot be read.</summary>
    public const string Syntax = "query.syntax";

    /// <summary>A column is not in the schema.</summary>
    public const string UnknownColumn = "query.unknown-column";

    /// <summary>A value would be summed whose column has no public bounds.</summary>
    public const string Unbounded = "query.unbounded";

    /// <summary>A column's type does not fit what is asked of it.</summary>
    public const string WrongType = "query.wrong-type";

    /// <summary>The query hangs together wrongly: a key that is not grouped by, no aggregate, a fraction out of range.</summary>
    public const string BadQuery = "query.bad-select";

    /// <summary>More coordinates than one answer may have.</summary>
    public const string TooLarge = "query.too-large";

    /// <summary>What one party may answer by itself, and many may not answer together.</summary>
    public const string NotJoint = "query.not-joint";

    /// <summary>The schema is malformed.</summary>
    public const string BadSchema = "query.bad-schema";
}
