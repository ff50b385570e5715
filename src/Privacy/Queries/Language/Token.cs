namespace PrivacyGrains.Privacy.Queries.Language;

/// <summary>What a token is.</summary>
internal enum TokenKind
{
    /// <summary>A name or keyword.</summary>
    Word,

    /// <summary>A name in double quotes: never a keyword.</summary>
    QuotedName,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A text in single quotes.</summary>
    Text,

    /// <summary>An operator or punctuation.</summary>
    Symbol,

    /// <summary>The end.</summary>
    End,
}

/// <summary>Where something stands in a query's text, both from 1.</summary>
/// <param name="Line">The line.</param>
/// <param name="Column">The character in the line.</param>
public readonly record struct TextPosition(int Line, int Column)
{
    /// <inheritdoc/>
    public override string ToString() => $"line {Line}, column {Column}";
}

/// <summary>A piece of a query's text.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, TextPosition At)
{
    /// <summary>As an error message names it.</summary>
    public string Shown => Kind switch
    {
        TokenKind.End => "the end",
        TokenKind.Text => $"the text '{Text}'",
        _ => $"'{Text}'",
    };
}

/// <summary>A query that cannot be read: thrown and caught within this room.</summary>
internal sealed class QuerySyntaxException(TextPosition at, string expected, string found)
    : Exception($"{at}: expected {expected}, found {found}.");
