using System.Diagnostics.CodeAnalysis;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Privacy.Mechanisms;

namespace PrivacyGrains.Privacy.Queries.Selects;

/// <summary>One contributor's part of a joint answer.</summary>
public static class SelectNoise
{
    /// <summary>The party's bounded sums with its share of the noise on top: the only form in which they may leave, and then only masked or shared.</summary>
    /// <param name="table">The party's rows.</param>
    /// <param name="query">What is asked; over public keys.</param>
    /// <param name="noise">As agreed.</param>
    /// <param name="source">Cryptographic; for the choice among a unit's rows and the noise.</param>
    /// <param name="words">One word a coordinate, modulo 2^64; or null.</param>
    /// <param name="fault">Why the table cannot answer, or null. It stays with the owner.</param>
    /// <param name="blocks">The time blocks by the schema's time column whose rows alone are used; null for all rows.</param>
    /// <returns>Whether there are words.</returns>
    /// <exception cref="ArgumentException">There are blocks, and the schema names no time column.</exception>
    public static bool TryWords(
        Table table, SelectQuery query, JointVector noise, IRandomSource source, [NotNullWhen(true)] out ulong[]? words, [NotNullWhen(false)] out TableFault? fault, BlockSet? blocks = null)
    {
        ArgumentNullException.ThrowIfNull(noise);
        words = null;
        if (!BoundedRows.TryTake(table, query, source, out var rows, out fault, blocks) || !rows.TrySum(table, query, out var sums, out fault))
        {
            return false;
        }

        var draws = new long[sums.Length];
        new DiscreteGaussian(noise.LocalVariance).Fill(draws, source);
        words = JointNoise.ToWords(sums, draws);
        return true;
    }
}
