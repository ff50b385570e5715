using System.Globalization;

namespace PrivacyGrains.Privacy.Queries.Language;

/// <content>Conditions, and the small steps.</content>
public sealed partial class SelectParser
{
    // condition = conjunction {OR conjunction}
    private Condition Condition()
    {
        if (++_depth > MaximumDepth)
        {
            throw Expected($"conditions nested at most {MaximumDepth} deep");
        }

        var parts = new List<Condition> { Conjunction() };
        while (TakeKeyword("OR"))
        {
            parts.Add(Conjunction());
        }

        _depth--;
        return Junction.Of(all: false, parts);
    }

    // conjunction = negation {AND negation}
    private Condition Conjunction()
    {
        var parts = new List<Condition> { NegationOrLess() };
        while (TakeKeyword("AND"))
        {
            parts.Add(NegationOrLess());
        }

        return Junction.Of(all: true, parts);
    }

    // negation = {NOT} ( "(" condition ")" | comparison )
    private Condition NegationOrLess()
    {
        var negated = false;
        while (TakeKeyword("NOT"))
        {
            negated = !negated;
        }

        Condition inner;
        if (TakeSymbol("("))
        {
            inner = Condition();
            Symbol(")");
        }
        else
        {
            inner = ComparisonOrList();
        }

        return negated ? Not(inner) : inner;
    }

    // comparison = name (op literal | [NOT] IN (literal {, literal}) | [NOT] BETWEEN literal AND literal)
    private Condition ComparisonOrList()
    {
        var at = Now.At;
        var column = Name("a column, NOT or (");
        var negated = TakeKeyword("NOT");
        if (TakeKeyword("IN"))
        {
            Symbol("(");
            var values = List(LiteralHere).Distinct().OrderBy(v => v.ToString(), StringComparer.Ordinal);
            Symbol(")");
            return NotIf(negated, new Membership(column, [.. values], at));
        }

        if (TakeKeyword("BETWEEN"))
        {
            var low = LiteralHere();
            Keyword("AND");
            var high = LiteralHere();
            return NotIf(negated, Junction.Of(true, [new Comparison(column, ComparisonKind.AtLeast, low, at), new Comparison(column, ComparisonKind.AtMost, high, at)]));
        }

        ComparisonKind? kind = negated || Now.Kind != TokenKind.Symbol ? null : Now.Text switch
        {
            "=" => ComparisonKind.Equal,
            "<>" or "!=" => ComparisonKind.NotEqual,
            "<" => ComparisonKind.Less,
            "<=" => ComparisonKind.AtMost,
            ">" => ComparisonKind.Greater,
            ">=" => ComparisonKind.AtLeast,
            _ => null,
        };
        if (kind is null)
        {
            throw Expected(negated ? "IN or BETWEEN" : "=, <>, <, <=, >, >=, IN or BETWEEN");
        }

        _at++;
        return new Comparison(column, kind.Value, LiteralHere(), at);
    }

    private static Condition NotIf(bool negated, Condition inner) => negated ? Not(inner) : inner;

    private static Condition Not(Condition inner) => inner is Negation n ? n.Inner : new Negation(inner);

    private Literal LiteralHere()
    {
        var token = Now;
        if (token.Kind is not (TokenKind.Number or TokenKind.Text))
        {
            throw Expected("a number or a 'text'");
        }

        _at++;
        return token.Kind == TokenKind.Number ? Literal.OfNumber(token.Text) : new Literal(token.Text, null);
    }

    private double Number()
    {
        if (Now.Kind != TokenKind.Number)
        {
            throw Expected("a number");
        }

        return double.Parse(_tokens[_at++].Text, NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    private int PositiveInteger()
    {
        var token = Now;
        return Number() is >= 1 and <= 1_000_000 and var k && k == Math.Floor(k) ? (int)k : throw new QuerySyntaxException(token.At, "a whole number from 1 to 1000000", token.Shown);
    }

    private string Name(string expected)
    {
        if (Now.Kind is not (TokenKind.Word or TokenKind.QuotedName) || (Now.Kind == TokenKind.Word && IsReserved(Now.Text)) || Now.Text.Length == 0)
        {
            throw Expected(expected);
        }

        return _tokens[_at++].Text;
    }

    private List<T> List<T>(Func<T> one)
    {
        var all = new List<T> { one() };
        while (TakeSymbol(","))
        {
            all.Add(one());
        }

        return all;
    }

    private bool IsCall(string name) => Now.Kind == TokenKind.Word && string.Equals(Now.Text, name, StringComparison.OrdinalIgnoreCase) && _tokens[_at + 1].Text == "(";

    private bool TakeKeyword(string word) => Take(Now.Kind == TokenKind.Word && string.Equals(Now.Text, word, StringComparison.OrdinalIgnoreCase));

    private bool TakeSymbol(string symbol) => Take(Now.Kind == TokenKind.Symbol && Now.Text == symbol);

    private bool Take(bool isHere)
    {
        _at += isHere ? 1 : 0;
        return isHere;
    }

    private void Keyword(string word, string? expected = null)
    {
        if (!TakeKeyword(word))
        {
            throw Expected(expected ?? word);
        }
    }

    private void Symbol(string symbol)
    {
        if (!TakeSymbol(symbol))
        {
            throw Expected($"'{symbol}'");
        }
    }

    private QuerySyntaxException Expected(string what) => new(Now.At, what, Now.Shown);
}
