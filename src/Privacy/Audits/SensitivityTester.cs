using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Privacy.Audits;

/// <summary>A sum over rows with the sensitivity that is declared for it, and a way to make neighbouring tables.</summary>
/// <param name="Name">What is summed, and under which relation.</param>
/// <param name="DeclaredL1">The declared L1 sensitivity, in the sum's integers.</param>
/// <param name="DeclaredL2Squared">The declared squared L2 sensitivity.</param>
/// <param name="Pair">Draws two neighbouring tables and sums both.</param>
public sealed record SensitivityTrial(string Name, double DeclaredL1, double DeclaredL2Squared, Func<IRandomSource, (long[] Left, long[] Right)> Pair);

/// <summary>What was measured of a sensitivity.</summary>
/// <param name="Name">The trial's.</param>
/// <param name="DeclaredL1">What is declared.</param>
/// <param name="MeasuredL1">The greatest that was seen.</param>
/// <param name="DeclaredL2">The declared L2 sensitivity.</param>
/// <param name="MeasuredL2">The greatest that was seen.</param>
/// <param name="Pairs">How many neighbours were compared.</param>
/// <param name="Holds">Whether nothing exceeds what is declared.</param>
public sealed record SensitivityFinding(string Name, double DeclaredL1, double MeasuredL1, double DeclaredL2, double MeasuredL2, int Pairs, bool Holds);

/// <summary>Compares declared sensitivities with what neighbouring tables really do. It shows violations; it proves nothing.</summary>
public static class SensitivityTester
{
    /// <summary>Measures trials.</summary>
    /// <param name="trials">Any number.</param>
    /// <param name="pairs">How many pairs of neighbours each; 1 or more.</param>
    /// <param name="source">Any.</param>
    /// <returns>One finding a trial.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are no pairs.</exception>
    public static IReadOnlyList<SensitivityFinding> Run(IEnumerable<SensitivityTrial> trials, int pairs, IRandomSource source)
    {
        ArgumentNullException.ThrowIfNull(trials);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(pairs, 1);
        return [.. trials.Select(trial =>
        {
            var (l1, squared) = (0.0, 0.0);
            for (var i = 0; i < pairs; i++)
            {
                var (left, right) = trial.Pair(source);
                double[] changes = [.. left.Zip(right, (a, b) => (double)a - b)];
                (l1, squared) = (Math.Max(l1, changes.Sum(Math.Abs)), Math.Max(squared, changes.Sum(c => c * c)));
            }

            return new SensitivityFinding(
                trial.Name, trial.DeclaredL1, l1, Math.Sqrt(trial.DeclaredL2Squared), Math.Sqrt(squared), pairs, l1 <= trial.DeclaredL1 && squared <= trial.DeclaredL2Squared);
        })];
    }
}
