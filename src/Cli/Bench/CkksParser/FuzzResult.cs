namespace PrivacyGrains.Cli.Bench.CkksParser;

/// <summary>What came of many spoilt objects.</summary>
/// <param name="Inputs">How many were read.</param>
/// <param name="Accepted">How many were still right, and were shown to be.</param>
/// <param name="Refused">The others, by code.</param>
/// <param name="LargestAllocation">The most bytes that reading one allocated.</param>
/// <param name="Wrong">The first that were read wrongly, with what to make them again from.</param>
internal sealed record FuzzResult(long Inputs, long Accepted, SortedDictionary<string, long> Refused, long LargestAllocation, IReadOnlyList<string> Wrong)
{
    /// <summary>Both together.</summary>
    public FuzzResult With(FuzzResult other)
    {
        var refused = new SortedDictionary<string, long>(Refused, StringComparer.Ordinal);
        foreach (var (code, count) in other.Refused)
        {
            refused[code] = refused.GetValueOrDefault(code) + count;
        }

        return new FuzzResult(Inputs + other.Inputs, Accepted + other.Accepted, refused, Math.Max(LargestAllocation, other.LargestAllocation), [.. Wrong, .. other.Wrong]);
    }
}

/// <summary>What <c>bench ckks-parser --json</c> prints.</summary>
/// <param name="Result">The counts.</param>
/// <param name="Corpus">How many objects were spoilt.</param>
/// <param name="Seconds">Of all cores together, from start to end.</param>
internal sealed record CkksParserDocument(FuzzResult Result, int Corpus, double Seconds);
