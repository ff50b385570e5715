using System.Collections.Immutable;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>Adds up words per round for protocols that run one after the other or side by side.</summary>
internal static class Traffic
{
    internal static ImmutableArray<int> InTurn(params ReadOnlySpan<ImmutableArray<int>> parts)
    {
        var all = ImmutableArray.CreateBuilder<int>();
        foreach (var part in parts)
        {
            all.AddRange(part);
        }

        return all.ToImmutable();
    }

    internal static ImmutableArray<int> SideBySide(ImmutableArray<int> one, ImmutableArray<int> other) =>
        [.. Enumerable.Range(0, Math.Max(one.Length, other.Length)).Select(i => checked(one.ElementAtOrDefault(i) + other.ElementAtOrDefault(i)))];
}
