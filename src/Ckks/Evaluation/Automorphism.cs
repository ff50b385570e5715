using PrivacyGrains.Ckks.Transforms;

namespace PrivacyGrains.Ckks.Evaluation;

/// <summary>X -> X^e on transformed polynomials: a permutation of the values, the same for every prime.</summary>
internal static class Automorphism
{
    /// <summary>Where each value comes from.</summary>
    /// <param name="degree">N.</param>
    /// <param name="element">Odd, less than 2N.</param>
    /// <returns>For each place the place of its source.</returns>
    public static int[] Permutation(int degree, int element)
    {
        var bits = System.Numerics.BitOperations.Log2((uint)degree);
        var places = new int[degree];
        for (var i = 0; i < places.Length; i++)
        {
            // Value i is at psi^(2 bitrev(i) + 1); the automorphism takes the value at that exponent times e.
            var exponent = (((2L * BitReversal.Of(i, bits)) + 1) * element) & ((2L * degree) - 1);
            places[i] = BitReversal.Of((int)(exponent >> 1), bits);
        }

        return places;
    }
}
