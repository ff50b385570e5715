using PrivacyGrains.Privacy.Queries;
using PrivacyGrains.Privacy.Queries.Language;
using static PrivacyGrains.Privacy.Tests.Queries.Selects.SelectSamples;

namespace PrivacyGrains.Privacy.Tests.Queries.Selects;

public class SelectParserTests
{
    /// <summary>Two spellings of one query.</summary>
    public static TheoryData<string, string> Same => new()
    {
        { "select count(*) from data;", "SELECT COUNT(*) FROM data" },
        { "SELECT\n  MEDIAN(x) -- the middle\nFROM data", "SELECT QUANTILE(x, 0.5) FROM data" },
        { "SELECT COUNT(*) FROM data WHERE x > 1e1 AND job != 'a'", "SELECT COUNT(*) FROM data WHERE job <> 'a' AND x > 10.0" },
        { "SELECT COUNT(*) FROM data WHERE x BETWEEN 1 AND 2", "SELECT COUNT(*) FROM data WHERE (x <= 2) AND (x >= 1)" },
        { "SELECT COUNT(*) FROM data WHERE job IN ('b', 'a', 'b')", "SELECT COUNT(*) FROM data WHERE job IN ('a','b')" },
        { "SELECT COUNT(*) FROM data WHERE NOT NOT x = 1", "SELECT COUNT(*) FROM data WHERE \"x\" = 1" },
        { "SELECT COUNT(*) FROM data WHERE x = 1 OR (x = 2 OR x = 1)", "SELECT COUNT(*) FROM data WHERE x = 2 OR x = 1" },
        { "SELECT TOP 1 region, COUNT(*) AS n FROM data GROUP BY region", "SELECT region, COUNT(*) AS n FROM data GROUP BY region ORDER BY n DESC LIMIT 1" },
        { "SELECT COUNT(*) FROM data WHERE x = -0", "SELECT COUNT(*) FROM data WHERE x = 0" },
    };

    [Theory]
    [MemberData(nameof(Same))]
    public void Digest_OtherSpellingOfTheSame_IsTheSame_AndTheCanonicalTextReadsAsItself(string left, string right)
    {
        var (one, other) = (Query(left), Query(right));
        Assert.Equal(one.ToString(), other.ToString());
        Assert.Equal(one.Digest(), other.Digest());
        Assert.Equal(one.ToString(), Query(one.ToString()).ToString());
    }

    [Theory]
    [InlineData("SELECT COUNT(*) FROM data WHERE x > 1", "SELECT COUNT(*) FROM data WHERE x >= 1")]
    [InlineData("SELECT COUNT(*) FROM data WHERE x = 1 AND (x = 2 OR x = 3)", "SELECT COUNT(*) FROM data WHERE x = 1 AND x = 2 OR x = 3")]
    [InlineData("SELECT AVG(x) FROM data", "SELECT SUM(x) FROM data")]
    [InlineData("SELECT COUNT(*) FROM data WHERE NOT x = 1", "SELECT COUNT(*) FROM data WHERE x = 1")]
    public void Digest_OfAnotherQuery_IsAnother(string left, string right) => Assert.NotEqual(Query(left).Digest(), Query(right).Digest());

    [Theory]
    [InlineData("", "line 1, column 1: expected SELECT, found the end.")]
    [InlineData("SELEC x FROM data", "line 1, column 1: expected SELECT, found 'SELEC'.")]
    [InlineData("SELECT COUNT(*)\nFRM data", "line 2, column 1: expected FROM, found 'FRM'.")]
    [InlineData("SELECT COUNT(x) FROM data", "line 1, column 14: expected * or DISTINCT, found 'x'.")]
    [InlineData("SELECT FROM data", "line 1, column 8: expected a column, BUCKET or an aggregate, found 'FROM'.")]
    [InlineData("SELECT MAX(x) FROM data", "line 1, column 8: expected COUNT, SUM, AVG, VARIANCE, QUANTILE, MEDIAN or BUCKET, found 'MAX'.")]
    [InlineData("SELECT QUANTILE(x, 2) FROM data", "line 1, column 20: expected a fraction above 0 and below 1, found 2.")]
    [InlineData("SELECT COUNT(*) FROM data WHERE x >", "line 1, column 36: expected a number or a 'text', found the end.")]
    [InlineData("SELECT COUNT(*) FROM data WHERE (x = 1", "line 1, column 39: expected ')', found the end.")]
    [InlineData("SELECT COUNT(*) FROM data WHERE x LIKE 1", "line 1, column 35: expected =, <>, <, <=, >, >=, IN or BETWEEN, found 'LIKE'.")]
    [InlineData("SELECT COUNT(*) FROM data WHERE job = 'a", "line 1, column 39: expected a closing ' in the same line, found none.")]
    [InlineData("SELECT COUNT(*) FROM data JOIN other", "line 1, column 27: expected WHERE, GROUP BY, ORDER BY, LIMIT or the end, found 'JOIN'.")]
    [InlineData("SELECT COUNT(*) FROM data; DROP TABLE data", "line 1, column 28: expected WHERE, GROUP BY, ORDER BY, LIMIT or the end, found 'DROP'.")]
    [InlineData("SELECT COUNT(*) FROM data WHERE x = 1..2", "line 1, column 37: expected a number, found '1..2'.")]
    [InlineData("SELECT COUNT(*) FROM data GROUP BY BUCKET(x, 0)", "line 1, column 46: expected a bucket's width above 0, found 0.")]
    [InlineData("SELECT COUNT(*) FROM data WHERE x # 1", "line 1, column 35: expected a name, number, text or operator, found '#'.")]
    [InlineData("SELECT COUNT(*) FROM data GROUP BY region LIMIT 0", "line 1, column 49: expected a whole number from 1 to 1000000, found '0'.")]
    public void Parse_WhatIsNoQuery_NamesLineColumnAndWhatWasExpected(string text, string message)
    {
        Assert.False(SelectParser.TryParse(text, out _, out var fault));
        Assert.Equal(new QueryFault(QueryFault.Syntax, message), fault);
    }

    [Fact]
    public void Parse_HostileDepthOrLength_IsRefusedAndNeverOverflows()
    {
        Assert.Contains("nested", Refusal($"SELECT COUNT(*) FROM data WHERE {new string('(', 5000)}x = 1{new string(')', 5000)}").Message, StringComparison.Ordinal);
        Assert.Contains("at most", Refusal(new string('x', 20_000)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_RandomTokens_IsAQueryThatReadsAsItself_OrASyntaxFault()
    {
        string[] pieces = ["SELECT", "COUNT(*)", "AVG(x)", "FROM", "data", "WHERE", "x", "job", "=", "<", "1", "'a'", "AND", "OR", "NOT", "(", ")", "IN", "BETWEEN", "GROUP BY", "region", ",", "BUCKET(x, 5)", "LIMIT", "AS", "ORDER BY"];
        using var random = new TestRandom(7);
        for (var i = 0; i < 20_000; i++)
        {
            var tail = string.Join(' ', Enumerable.Range(0, random.Next(9)).Select(_ => pieces[random.Next(pieces.Length)]));
            if (SelectParser.TryParse($"SELECT COUNT(*) FROM data WHERE x = 1 {tail}", out var statement, out var fault))
            {
                Assert.True(SelectParser.TryParse(statement.ToString(), out var again, out fault), fault?.Message);
                Assert.Equal(statement.ToString(), again.ToString());
            }
            else
            {
                Assert.Equal(QueryFault.Syntax, fault.Code);
            }
        }
    }

    /// <summary>What a schema refuses.</summary>
    public static TheoryData<string, string, string> Refused => new()
    {
        { "SELECT COUNT(*) FROM data WHERE regoin = 'a'", QueryFault.UnknownColumn, "Did you mean region?" },
        { "SELECT AVG(zzz) FROM data", QueryFault.UnknownColumn, "The schema has region, job, x, free." },
        { "SELECT AVG(free) FROM data", QueryFault.Unbounded, "low and a high" },
        { "SELECT COUNT(*) FROM data GROUP BY BUCKET(free, 1)", QueryFault.Unbounded, "free" },
        { "SELECT SUM(job) FROM data", QueryFault.WrongType, "needs numbers" },
        { "SELECT COUNT(*) FROM data WHERE job < 'a'", QueryFault.WrongType, "compare it by =" },
        { "SELECT COUNT(*) FROM data WHERE x = 'a'", QueryFault.WrongType, "with numbers" },
        { "SELECT x, COUNT(*) FROM data", QueryFault.BadQuery, "not in GROUP BY" },
        { "SELECT region FROM data GROUP BY region", QueryFault.BadQuery, "no aggregate" },
        { "SELECT COUNT(*), COUNT(*) FROM data", QueryFault.BadQuery, "twice" },
        { "SELECT COUNT(DISTINCT job) FROM data", QueryFault.BadQuery, "COUNT(DISTINCT record)" },
        { "SELECT COUNT(*) FROM data LIMIT 2", QueryFault.BadQuery, "ORDER BY" },
        { "SELECT COUNT(*) FROM persons", "query.unknown-table", "data" },
        { "SELECT COUNT(*) FROM data GROUP BY BUCKET(x, 1e-6)", QueryFault.TooLarge, "wider" },
        { "SELECT COUNT(*) FROM data GROUP BY BUCKET(x, 0.01), region, BUCKET(x, 0.1)", QueryFault.TooLarge, "fewer keys" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Create_WhatTheSchemaDoesNotAllow_IsRefusedByCodeAndSaysWhatToChange(string text, string code, string words)
    {
        var fault = Refusal(text);
        Assert.Equal(code, fault.Code);
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "columns")]
    [InlineData("{\"columns\":[{\"name\":\"x\",\"type\":\"moment\"}]}", "moment")]
    [InlineData("{\"columns\":[{\"name\":\"x\",\"type\":\"number\",\"low\":1}]}", "low and high")]
    [InlineData("{\"columns\":[{\"name\":\"x\",\"type\":\"number\",\"low\":1,\"high\":1}]}", "low below high")]
    [InlineData("{\"columns\":[{\"name\":\"x\",\"type\":\"number\"},{\"name\":\"x\",\"type\":\"text\"}]}", "once")]
    [InlineData("{\"columns\":[{\"name\":\"x\",\"type\":\"number\"}],\"unit\":\"person\"}", "unitColumn")]
    [InlineData("{\"columns\":[{\"name\":\"x\",\"type\":\"number\"}],\"maximumRowsPerUnit\":2}", "maximumRowsPerUnit")]
    [InlineData("{\"columns\":[{\"name\":\"x\",\"type\":\"number\"}],\"unit\":\"p\",\"unitColumn\":\"x\",\"maximumGroupsPerUnit\":2}", "maximumGroupsPerUnit")]
    [InlineData("{\"columns\":[{\"name\":\"x\",\"type\":\"number\"}],\"neighbours\":\"both\"}", "neighbours")]
    [InlineData("{\"columns\":[{\"name\":\"x\",\"type\":\"number\"}],\"surprise\":1}", "surprise")]
    public void Schema_ThatIsNone_IsRefused_AndTheFieldIsNamed(string json, string named)
    {
        Assert.False(Privacy.Queries.Schemas.TableSchema.TryParse(System.Text.Encoding.UTF8.GetBytes(json), out _, out var fault));
        Assert.Equal(QueryFault.BadSchema, fault.Code);
        Assert.Contains(named, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT MEDIAN(x) FROM data", "quantile")]
    [InlineData("SELECT job, COUNT(*) FROM data GROUP BY job", "not public")]
    [InlineData("SELECT TOP 1 region, COUNT(*) FROM data GROUP BY region", "TOP")]
    public void NotJoint_WhatNoPublishedProtocolGives_IsNamed(string text, string words)
    {
        var fault = Query(text).NotJoint();
        Assert.Equal(QueryFault.NotJoint, fault?.Code);
        Assert.Contains(words, fault!.Message, StringComparison.Ordinal);
        Assert.Null(Query("SELECT region, COUNT(*), SUM(x), AVG(x), VARIANCE(x) FROM data GROUP BY region").NotJoint());
    }
}
