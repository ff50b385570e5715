namespace PrivacyGrains.Engine.Tests;

/// <summary>A scrape, read line by line.</summary>
internal sealed class PrometheusText
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly List<string> _comments = [];

    internal PrometheusText(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] == '#')
                _comments.Add(line);
            else
            {
                var end = line.LastIndexOf('}') is var brace and >= 0 ? brace + 1 : line.IndexOf(' ', StringComparison.Ordinal);
                Assert.True(_values.TryAdd(line[..end].Replace("{}", "", StringComparison.Ordinal), line[(end + 1)..].Split(' ')[0]), "twice: " + line);
            }
        }
    }

    internal IReadOnlyList<string> Comments => _comments;

    internal IEnumerable<string> Names => _values.Keys.Select(k => k.Split('{')[0]);

    internal string this[string series] => _values.TryGetValue(series, out var value) ? value
        : throw new KeyNotFoundException($"{series} is not among\n{string.Join('\n', _values.Keys.Order(StringComparer.Ordinal))}");
}
