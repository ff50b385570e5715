namespace PrivacyGrains.Ckks.Evaluation;

/// <summary>Rotations that have no key of their own, by those that have.</summary>
public static class RotationSteps
{
    /// <summary>The non-adjacent form: signed powers of two, no two next to each other, lowest first.</summary>
    /// <param name="steps">Any number.</param>
    /// <returns>They add up to it.</returns>
    public static IEnumerable<int> NonAdjacentForm(int steps)
    {
        var (rest, sign) = (Math.Abs(steps), Math.Sign(steps));
        for (var power = 1; rest != 0; power *= 2, rest /= 2)
        {
            if (rest % 2 != 0)
            {
                var digit = 2 - (rest % 4);
                rest -= digit;
                yield return sign * digit * power;
            }
        }
    }
}
