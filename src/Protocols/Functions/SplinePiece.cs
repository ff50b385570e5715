namespace PrivacyGrains.Protocols.Functions;

/// <summary>One piece of a public spline: c0 + c1 X + c2 X^2 + c3 X^3 over the integer X that x is after losing <see cref="Shift"/> bits.</summary>
/// <param name="Shift">How many low bits x loses first; -1 where only c0 is not zero; 0 with no c2 and c3 needs no opening.</param>
/// <param name="Coefficients">One to four elements of the algebra.</param>
/// <param name="Truncation">How many bits the sum loses in the end; 0 for none.</param>
internal sealed record SplinePiece(int Shift, ulong[] Coefficients, int Truncation)
{
    /// <summary>The same as a real function, before rounding.</summary>
    internal Func<double, double> Real { get; init; } = _ => 0;

    /// <summary>What the lost bits of x and of the coefficients make at most.</summary>
    internal double Rounding { get; init; }

    /// <summary>Whether the piece needs the powers of x.</summary>
    internal bool NeedsPowers => Shift > 0 || Coefficients.Length > 2;

    /// <summary>Whether the piece is zero, and so needs nothing.</summary>
    internal bool IsZero => Coefficients.All(c => c == 0);
}
