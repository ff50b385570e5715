namespace PrivacyGrains.Protocols.Functions;

/// <summary>Which function a <see cref="Curve"/> is. The numbers enter digests: never reused.</summary>
public enum CurveKind
{
    /// <summary>e^x up to a stated x.</summary>
    Exp = 1,

    /// <summary>ln x on a stated range.</summary>
    Log = 2,

    /// <summary>The square root of numbers from 0 to a stated one.</summary>
    Sqrt = 3,

    /// <summary>1 / sqrt(x) on a stated range.</summary>
    InverseSqrt = 4,

    /// <summary>1 / x on a stated range.</summary>
    Reciprocal = 5,

    /// <summary>1 / (1 + e^-x).</summary>
    Sigmoid = 6,

    /// <summary>The hyperbolic tangent.</summary>
    Tanh = 7,

    /// <summary>x times the normal distribution's cumulative function.</summary>
    Gelu = 8,

    /// <summary>ln(1 + e^x).</summary>
    Softplus = 9,

    /// <summary>x where positive, else alpha (e^x - 1).</summary>
    Elu = 10,

    /// <summary>x sigmoid(x).</summary>
    Silu = 11,

    /// <summary>The error function.</summary>
    Erf = 12,

    /// <summary>alpha x + beta between 0 and 1.</summary>
    HardSigmoid = 13,

    /// <summary>x times a hard sigmoid of slope 1/6.</summary>
    HardSwish = 14,

    /// <summary>x where positive, else alpha x.</summary>
    LeakyRelu = 15,

    /// <summary>x between two stated numbers.</summary>
    Clip = 16,

    /// <summary>|x|.</summary>
    Abs = 17,
}
