namespace PrivacyGrains.Protocols.Functions;

/// <summary>e^x, ln x and the error function from the four operations alone, so that every platform gets the same bits.</summary>
/// <remarks>
/// Every party derives the same public coefficients from these, and a coefficient that differs in its last bit would spoil a result wholly; the
/// platform's own functions do not promise the last bit. Accurate to about 1e-14 of the result.
/// </remarks>
internal static class Elementary
{
    private const double Ln2High = 0.693147180369123816490; // 33 bits: n * Ln2High is exact
    private const double Ln2Low = 1.90821492927058770002e-10;

    internal static double Exp(double x)
    {
        var n = Math.Round(x / (Ln2High + Ln2Low));
        var r = (x - (n * Ln2High)) - (n * Ln2Low);
        var sum = 1.0;
        for (var i = 16; i > 0; i--)
        {
            sum = 1 + (r * sum / i);
        }

        return Math.ScaleB(sum, (int)n);
    }

    internal static double Log(double x)
    {
        var n = Math.ILogB(x);
        var m = Math.ScaleB(x, -n);
        if (m > 1.4142135623730951)
        {
            (m, n) = (m / 2, n + 1);
        }

        // ln m = 2 artanh s
        var s = (m - 1) / (m + 1);
        var sum = 0.0;
        for (var i = 41; i > 0; i -= 2)
        {
            sum = (sum * s * s) + (1.0 / i);
        }

        return (n * Ln2High) + ((2 * s * sum) + (n * Ln2Low));
    }

    internal static double Logistic(double x) => x < 0 ? Exp(x) / (1 + Exp(x)) : 1 / (1 + Exp(-x));

    internal static double Tanh(double x) => (2 * Logistic(2 * x)) - 1;

    /// <summary>2 / sqrt(pi) * e^(-x^2) * (x + 2x^3/3 + 4x^5/15 + ...): no term cancels another.</summary>
    internal static double Erf(double x)
    {
        if (Math.Abs(x) > 6)
        {
            return Math.Sign(x);
        }

        var (term, sum) = (x, x);
        for (var i = 1; i < 200; i++)
        {
            term *= 2 * x * x / ((2 * i) + 1);
            sum += term;
        }

        return 1.1283791670955126 * Exp(-x * x) * sum;
    }
}
