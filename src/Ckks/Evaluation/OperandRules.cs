using System.Runtime.CompilerServices;

namespace PrivacyGrains.Ckks.Evaluation;

/// <summary>What operands must have in common, and how scales may grow: SEAL's rules.</summary>
internal static class OperandRules
{
    public static void SameLevel(int a, int b, [CallerArgumentExpression(nameof(b))] string name = "b")
    {
        if (a != b)
        {
            throw new ArgumentException($"The operands are at levels of {a} and {b} primes: bring the higher one down first.", name);
        }
    }

    public static void SameScale(double a, double b, [CallerArgumentExpression(nameof(b))] string name = "b")
    {
        if (Math.Abs(a - b) > Math.ScaleB(Math.Max(Math.Max(Math.Abs(a), Math.Abs(b)), 1), -52))
        {
            throw new ArgumentException($"The operands' scales differ: {a:R} and {b:R}.", name);
        }
    }

    public static void Alike(Ciphertext a, Ciphertext b)
    {
        SameLevel(a.PrimeCount, b.PrimeCount);
        SameScale(a.Scale, b.Scale);
        Size(b, a.Size);
    }

    public static double Product(CkksContext context, int level, double a, double b)
    {
        var scale = a * b;
        return scale > 0 && double.IsFinite(scale) && Math.ILogB(scale) < context.ModulusBits(level)
            ? scale
            : throw new ArgumentException($"The product's scale of 2^{Math.ILogB(scale)} does not fit the level's modulus of {context.ModulusBits(level)} bits: rescale first, or take parameters with more primes.", nameof(b));
    }

    public static void ScaleFits(CkksContext context, int level, double scale) => _ = Product(context, level, scale, 1);

    /// <summary>A number in every slot, scaled and rounded as an encoder rounds it.</summary>
    public static double Scaled(CkksContext context, int level, double value, double scale)
    {
        var scaled = Math.Round(value * scale, MidpointRounding.AwayFromZero);
        return double.IsFinite(scaled) && (scaled == 0 || Math.ILogB(scaled) + 2 <= context.ModulusBits(level))
            ? scaled
            : throw new ArgumentException($"{value:R} times the scale does not fit the level's modulus of {context.ModulusBits(level)} bits.", nameof(value));
    }

    public static void NotZero(bool zero, string name)
    {
        if (zero)
        {
            throw new ArgumentException("A product with zero would be no encryption: everyone could read it. Leave the term out.", name);
        }
    }

    public static void Size(Ciphertext a, int size, [CallerArgumentExpression(nameof(a))] string name = "a")
    {
        if (a.Size != size)
        {
            throw new ArgumentException($"The ciphertext has {a.Size} polynomials where {size} are wanted{(a.Size == 3 ? ": relinearise first" : "")}.", name);
        }
    }
}
