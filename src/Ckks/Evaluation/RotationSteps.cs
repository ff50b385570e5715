namespace PrivacyGrains.Ckks.Evaluation;

/// <summary>Rotations that have no key of their own, by those that have.</summary>
public static class RotationSteps
{
    /// <summary>The non-adjacent form: signed powers of two, no two next to each other, lowest first.</summary>
    /// <param name="steps">Any number.</param>
    /// <returns>They add up to it.</returns>
    public static IEnumerable<int> NonAdjacentForm(int steps)
    {
        for (var rest = steps; rest != 0; rest -= Lowest(rest))
        {
            yield return Lowest(rest);
        }
    }

    /// <summary>The lowest part of the form: what is left has the other parts.</summary>
    /// <param name="rest">Not zero.</param>
    /// <returns>A power of two or its negative.</returns>
    internal static int Lowest(int rest)
    {
        var power = Math.Abs(rest) & -Math.Abs(rest);
        return Math.Abs(rest) / power % 4 == 1 ? power * Math.Sign(rest) : -power * Math.Sign(rest);
    }
}
