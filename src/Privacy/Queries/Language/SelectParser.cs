using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace PrivacyGrains.Privacy.Queries.Language;

/// <summary>Reads the SQL subset of docs/privacy/query-language.md: a method for each rule of its grammar. Nothing of it ever reaches a database.</summary>
public sealed partial class SelectParser
{
    private const int MaximumDepth = 64;

    private static readonly FrozenSet<string> Reserved = new[]
    {
        "SELECT", "TOP", "FROM", "WHERE", "GROUP", "ORDER", "BY", "LIMIT", "AS", "AND", "OR", "NOT", "IN", "BETWEEN", "ASC", "DESC", "DISTINCT",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private readonly List<Token> _tokens;
    private int _at;
    private int _depth;

    private SelectParser(List<Token> tokens) => _tokens = tokens;

    private Token Now => _tokens[_at];

    /// <summary>Reads a query.</summary>
    /// <param name="text">May be hostile; at most 16 KiB are read.</param>
    /// <param name="statement">The query, or null.</param>
    /// <param name="fault"><c>query.syntax</c> with line and column, or null.</param>
    /// <returns>Whether the text is a query.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out SelectStatement? statement, [NotNullWhen(false)] out QueryFault? fault)
    {
        ArgumentNullException.ThrowIfNull(text);
        (statement, fault) = (null, null);
        try
        {
            statement = new SelectParser(Lexer.Cut(text)).Query();
            return true;
        }
        catch (QuerySyntaxException e)
        {
            fault = new QueryFault(QueryFault.Syntax, e.Message);
            return false;
        }
    }

    internal static bool IsReserved(string word) => Reserved.Contains(word);

    // query = SELECT [TOP k] item {, item} FROM name [WHERE condition] [GROUP BY key {, key}] [ORDER BY order] [LIMIT k] [;]
    private SelectStatement Query()
    {
        Keyword("SELECT");
        var limit = TakeKeyword("TOP") ? PositiveInteger() : 0;
        var items = List(Item);
        Keyword("FROM");
        var tableAt = Now.At;
        var table = Name("the table's name");
        var where = TakeKeyword("WHERE") ? Condition() : null;
        var keys = TakeKeyword("GROUP") ? GroupBy() : [];
        var (order, descending) = limit > 0 ? (items.FindIndex(i => i.Aggregate is not null), true) : (-1, false);
        if (TakeKeyword("ORDER"))
        {
            Keyword("BY");
            order = OrderItem(items);
            descending = TakeKeyword("DESC") || (!TakeKeyword("ASC") && limit > 0);
        }

        if (limit == 0 && TakeKeyword("LIMIT"))
        {
            limit = PositiveInteger();
        }

        TakeSymbol(";");
        return Now.Kind == TokenKind.End
            ? new SelectStatement([.. items], table, tableAt, where, keys, order, descending, limit)
            : throw Expected(keys.IsEmpty && order < 0 ? "WHERE, GROUP BY, ORDER BY, LIMIT or the end" : "the end");
    }

    private ImmutableArray<GroupKey> GroupBy()
    {
        Keyword("BY");
        return [.. List(() => Key())];
    }

    // item = (key | aggregate) [AS name]
    private SelectItem Item()
    {
        var aggregate = AggregateOrNull();
        var key = aggregate is null ? Key("a column, BUCKET or an aggregate") : null;
        return new SelectItem(key, aggregate, TakeKeyword("AS") ? Name("a name after AS") : "");
    }

    // key = name | BUCKET(name, width)
    private GroupKey Key(string expected = "a column or BUCKET")
    {
        var at = Now.At;
        if (!IsCall("BUCKET"))
        {
            return new GroupKey(Name(expected), 0, at);
        }

        _at += 2;
        var column = Name("a column");
        Symbol(",");
        var widthAt = Now.At;
        var width = Number();
        Symbol(")");
        return width > 0 ? new GroupKey(column, width, at) : throw new QuerySyntaxException(widthAt, "a bucket's width above 0", $"{width.ToString(CultureInfo.InvariantCulture)}");
    }

    private Aggregate? AggregateOrNull()
    {
        var at = Now.At;
        var name = Now.Kind == TokenKind.Word && _tokens[_at + 1].Text == "(" ? Now.Text.ToUpperInvariant() : "";
        if (name is not ("COUNT" or "SUM" or "AVG" or "VARIANCE" or "MEDIAN" or "QUANTILE"))
        {
            return name is "" or "BUCKET" ? null : throw Expected("COUNT, SUM, AVG, VARIANCE, QUANTILE, MEDIAN or BUCKET");
        }

        _at += 2;
        if (name == "COUNT" && TakeSymbol("*"))
        {
            Symbol(")");
            return new Aggregate(AggregateKind.Count, "", 0, at);
        }

        if (name == "COUNT")
        {
            Keyword("DISTINCT", "* or DISTINCT");
        }

        var column = Name("a column");
        var fraction = name == "MEDIAN" ? 0.5 : name == "QUANTILE" ? Fraction() : 0;
        Symbol(")");
        var kind = name switch
        {
            "COUNT" => AggregateKind.CountUnits,
            "SUM" => AggregateKind.Sum,
            "AVG" => AggregateKind.Average,
            "VARIANCE" => AggregateKind.Variance,
            _ => AggregateKind.Quantile,
        };
        return new Aggregate(kind, column, fraction, at);
    }

    private double Fraction()
    {
        Symbol(",");
        var at = Now.At;
        var fraction = Number();
        return fraction is >= 1e-6 and <= 1 - 1e-6 ? fraction : throw new QuerySyntaxException(at, "a fraction above 0 and below 1", fraction.ToString(CultureInfo.InvariantCulture));
    }

    // order = an item's alias or expression
    private int OrderItem(List<SelectItem> items)
    {
        var at = Now.At;
        var named = Now.Kind is TokenKind.Word or TokenKind.QuotedName ? items.FindIndex(i => i.Alias == Now.Text) : -1;
        if (named >= 0)
        {
            _at++;
            return named;
        }

        var expression = AggregateOrNull()?.ToString() ?? Key("what SELECT names").ToString();
        var place = items.FindIndex(i => i.Expression == expression);
        return place >= 0 ? place : throw new QuerySyntaxException(at, "something that SELECT names", $"'{expression}'");
    }
}
