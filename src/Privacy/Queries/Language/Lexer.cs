using System.Globalization;
using System.Text;

namespace PrivacyGrains.Privacy.Queries.Language;

/// <summary>Cuts a query's text into tokens. White space and <c>-- comments</c> separate.</summary>
internal static class Lexer
{
    /// <summary>Longest text that is read.</summary>
    public const int MaximumLength = 16 << 10;

    private static readonly string[] Pairs = ["<>", "<=", ">=", "!="];

    /// <summary>All tokens, the last being the end.</summary>
    /// <exception cref="QuerySyntaxException">A character has no place, or a quote does not end.</exception>
    public static List<Token> Cut(string text)
    {
        var tokens = new List<Token>();
        var (at, line, start) = (0, 1, 0);
        if (text.Length > MaximumLength)
        {
            throw new QuerySyntaxException(new(1, 1), $"at most {MaximumLength} characters", $"{text.Length}");
        }

        while (true)
        {
            at = SkipBlanks(text, at, ref line, ref start);
            var position = new TextPosition(line, at - start + 1);
            if (at == text.Length)
            {
                tokens.Add(new Token(TokenKind.End, "", position));
                return tokens;
            }

            tokens.Add(Next(text, ref at, position));
        }
    }

    private static int SkipBlanks(string text, int at, ref int line, ref int start)
    {
        while (at < text.Length)
        {
            if (text[at] == '\n')
            {
                (line, start) = (line + 1, at + 1);
            }
            else if (text.AsSpan(at).StartsWith("--"))
            {
                while (at < text.Length && text[at] != '\n')
                {
                    at++;
                }

                continue;
            }
            else if (!char.IsWhiteSpace(text[at]))
            {
                break;
            }

            at++;
        }

        return at;
    }

    private static Token Next(string text, ref int at, TextPosition position)
    {
        var c = text[at];
        var from = at;
        if (char.IsLetter(c) || c == '_')
        {
            at = End(text, at, static x => char.IsLetterOrDigit(x) || x == '_');
            return new Token(TokenKind.Word, text[from..at], position);
        }

        if (char.IsAsciiDigit(c) || (c is '-' or '+' or '.' && at + 1 < text.Length && (char.IsAsciiDigit(text[at + 1]) || text[at + 1] == '.')))
        {
            at = EndOfNumber(text, at);
            var number = text[from..at];
            return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
                ? new Token(TokenKind.Number, number, position)
                : throw new QuerySyntaxException(position, "a number", $"'{number}'");
        }

        if (c is '\'' or '"')
        {
            return new Token(c == '"' ? TokenKind.QuotedName : TokenKind.Text, Quoted(text, ref at, position), position);
        }

        at += at + 1 < text.Length && Pairs.Contains(text.Substring(at, 2)) ? 2 : 1;
        return "(),*=<>;".Contains(c, StringComparison.Ordinal) || at - from == 2
            ? new Token(TokenKind.Symbol, text[from..at], position)
            : throw new QuerySyntaxException(position, "a name, number, text or operator", $"'{c}'");
    }

    private static int End(string text, int at, Func<char, bool> belongs)
    {
        while (at < text.Length && belongs(text[at]))
        {
            at++;
        }

        return at;
    }

    private static int EndOfNumber(string text, int at)
    {
        at = End(text, at + 1, static x => char.IsAsciiDigit(x) || x == '.');
        if (at < text.Length && text[at] is 'e' or 'E')
        {
            at += at + 1 < text.Length && text[at + 1] is '-' or '+' ? 2 : 1;
        }

        return End(text, at, static x => char.IsLetterOrDigit(x) || x is '.' or '_');
    }

    // A doubled quote stands for one.
    private static string Quoted(string text, ref int at, TextPosition position)
    {
        var quote = text[at];
        var content = new StringBuilder();
        for (at++; at < text.Length && text[at] != '\n'; at++)
        {
            if (text[at] != quote)
            {
                content.Append(text[at]);
            }
            else if (at + 1 < text.Length && text[at + 1] == quote)
            {
                content.Append(quote);
                at++;
            }
            else
            {
                at++;
                return content.ToString();
            }
        }

        throw new QuerySyntaxException(position, $"a closing {quote} in the same line", "none");
    }
}
