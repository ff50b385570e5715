namespace PrivacyGrains.Ckks.Circuits;

/// <summary>Functions that networks have between layers and circuits have polynomials for.</summary>
public enum Activation
{
    /// <summary>1 / (1 + exp(-x)).</summary>
    Sigmoid,

    /// <summary>The hyperbolic tangent.</summary>
    Tanh,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>x times the normal distribution function of x (the exact form, not the one by tanh).</summary>
    Gelu,
}

/// <summary>Values of activations, and what certifying a fit needs.</summary>
internal static class Activations
{
    /// <summary>f(x).</summary>
    public static double Evaluate(Activation activation, double x) => activation switch
    {
        Activation.Sigmoid => 1 / (1 + Math.Exp(-x)),
        Activation.Tanh => Math.Tanh(x),
        Activation.Relu => Math.Max(x, 0),
        Activation.Gelu => x * Normal(x),
        _ => throw new ArgumentOutOfRangeException(nameof(activation)),
    };

    /// <summary>A bound of |f''|; of the rectifier away from 0.</summary>
    public static double Curvature(Activation activation) => activation switch
    {
        Activation.Sigmoid => 0.0963, // 1 / (6 sqrt(3))
        Activation.Tanh => 0.77, // 4 / (3 sqrt(3))
        Activation.Relu => 0,
        _ => 0.798, // 2 / sqrt(2 pi), at 0
    };

    /// <summary>The normal distribution function: 1/2 plus a series of odd powers near 0 (Abramowitz, Stegun 1964, 26.2.11), else a continued fraction of the tail (26.2.14).</summary>
    private static double Normal(double x)
    {
        var density = Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
        if (Math.Abs(x) < 4)
        {
            var (term, sum) = (x, x);
            for (var k = 3; Math.Abs(term) > 1e-18 && k < 400; k += 2)
            {
                term *= x * x / k;
                sum += term;
            }

            return 0.5 + (density * sum);
        }

        var fraction = 0.0;
        for (var k = 60; k >= 1; k--)
        {
            fraction = k / (Math.Abs(x) + fraction);
        }

        var tail = density / (Math.Abs(x) + fraction);
        return x > 0 ? 1 - tail : tail;
    }
}
