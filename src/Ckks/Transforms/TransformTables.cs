using System.Numerics;
using PrivacyGrains.Ckks.Modular;

namespace PrivacyGrains.Ckks.Transforms;

/// <summary>The powers of a root in bit-reversed order, with Shoup's quotients: 4 N words.</summary>
internal sealed class TransformTables
{
    /// <summary>Computes them.</summary>
    /// <param name="modulus">A prime that is 1 modulo 2N.</param>
    /// <param name="degree">N.</param>
    /// <param name="root">A primitive 2N-th root.</param>
    public TransformTables(Modulus modulus, int degree, ulong root)
    {
        (Modulus, Degree) = (modulus, degree);
        (Roots, RootQuotients) = Powers(modulus, degree, root);
        (Inverses, InverseQuotients) = Powers(modulus, degree, modulus.Invert(root));
        Scale = modulus.Invert((ulong)degree);
        LastInverse = modulus.Multiply(Inverses[1], Scale);
    }

    public Modulus Modulus { get; }

    public int Degree { get; }

    public ulong[] Roots { get; }

    public ulong[] RootQuotients { get; }

    public ulong[] Inverses { get; }

    public ulong[] InverseQuotients { get; }

    /// <summary>1 / N.</summary>
    public ulong Scale { get; }

    /// <summary>The root of the inverse's last layer, divided by N.</summary>
    public ulong LastInverse { get; }

    private static (ulong[] Powers, ulong[] Quotients) Powers(Modulus modulus, int degree, ulong root)
    {
        var (powers, quotients) = (new ulong[degree], new ulong[degree]);
        var logDegree = BitOperations.Log2((uint)degree);
        var power = 1UL;
        for (var i = 0; i < degree; i++, power = modulus.Multiply(power, root))
        {
            var at = BitReversal.Of(i, logDegree);
            (powers[at], quotients[at]) = (power, modulus.ShoupQuotient(power));
        }

        return (powers, quotients);
    }
}
