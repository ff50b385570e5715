namespace PrivacyGrains.Cli.Bench.Ckks;

/// <summary>Figures of one operation that were taken earlier, one thread, medians, microseconds; 0 where there is none.</summary>
/// <param name="Operation">Its name.</param>
/// <param name="Seal">SEAL 4.4.3 as its build makes it by default (gcc 12, -O3), on an EPYC with AVX-512.</param>
/// <param name="Hexl">The same with Intel HEXL 1.2.6.</param>
/// <param name="NodeSeal">node-seal 7.0.0 on the same machine.</param>
/// <param name="Wanted">At most this part of node-seal's time in the same run; 0 where nothing is stated. Where node-seal has no earlier figure: of SEAL's, scaled.</param>
internal sealed record CkksFigures(string Operation, double Seal, double Hexl, double NodeSeal, double Wanted);

/// <summary>Parameters that are measured, and what is known of them.</summary>
/// <param name="Name">As <c>--only</c> names it.</param>
/// <param name="Degree">N.</param>
/// <param name="Bits">Lengths of the primes.</param>
/// <param name="ScaleBits">log2 of the scale.</param>
/// <param name="Features">Of the linear score; 0 for none.</param>
/// <param name="Figures">One for each operation, in the order of the result.</param>
internal sealed record CkksSet(string Name, int Degree, int[] Bits, int ScaleBits, int Features, CkksFigures[] Figures)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<CkksSet> All { get; } =
    [
        new("8192", 8192, [60, 40, 40, 60], 40, 30,
        [
            new("multiply", 323, 73, 953, 0.11),
            new("relinearize", 2152, 879, 4744, 0.20),
            new("rescale", 555, 162, 1139, 0.24),
            new("rotate", 2182, 897, 4765, 0.20),
            new("encode", 395, 216, 748, 0.40),
            new("encrypt", 3124, 1221, 5219, 0.30),
            new("decrypt", 107, 28, 267, 0.20),
            new("linear", 6935, 2251, 0, 0.2),
            new("load-seeded", 602, 0, 0, 1),
            new("ntt", 103, 25, 0, 0),
            new("add", 51, 17, 39, 0),
            new("multiply-plain", 152, 29, 489, 0),
            new("encrypt-symmetric", 1246, 876, 1643, 0),
            new("decode", 807, 670, 1241, 0),
        ]),
        new("4096", 4096, [40, 20, 40], 20, 0,
        [
            new("multiply", 107, 12, 323, 0),
            new("relinearize", 606, 228, 1385, 0),
            new("rescale", 164, 40, 336, 0),
            new("rotate", 617, 234, 1396, 0),
            new("encode", 140, 123, 263, 0),
            new("encrypt", 1171, 478, 2273, 0),
            new("decrypt", 36, 8.4, 94, 0),
        ]),
        new("16384", 16384, [60, 40, 40, 40, 40, 40, 40, 60], 40, 30,
        [
            new("multiply", 1543, 261, 4508, 0),
            new("relinearize", 16456, 7042, 35439, 0),
            new("rescale", 2936, 770, 6077, 0),
            new("rotate", 16307, 7512, 35750, 0),
            new("encode", 2018, 691, 3322, 0),
            new("encrypt", 11523, 3865, 20580, 0),
            new("decrypt", 498, 124, 1253, 0),
            new("linear", 33043, 8134, 0, 0),
        ]),
    ];

    /// <summary>As people write it: <c>N = 8192 {60, 40, 40, 60}</c>.</summary>
    public string Text => $"N = {Degree} {{{string.Join(", ", Bits)}}}";
}
