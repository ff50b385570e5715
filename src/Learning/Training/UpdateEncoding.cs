using System.Buffers.Binary;
using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Learning.Training;

/// <summary>Turns updates into words of Z_2^b for secure aggregation, and their sum back: no sum that the parties can make wraps.</summary>
/// <remarks>
/// <para>An update is clipped, scaled by 2^f and rounded by conditional stochastic rounding: each coordinate goes up or down at random with the right mean, and the whole is drawn again until its norm
/// keeps the bound. Source: Kairouz, Liu, Steinke 2021, algorithm 1 and its norm bound with beta = e^(-1/2). A party's words are its integer weight times that.</para>
/// <para>Headroom, proven when the encoding is made: no coordinate exceeds the norm bound, so |sum| is at most clients * greatest weight * bound, and that is below 2^(b-1).</para>
/// <para>Privacy does not rest on this rounding: the update is already differentially private, or is a disclosure.</para>
/// </remarks>
public sealed class UpdateEncoding
{
    private readonly double _squareBound;
    private readonly ulong _mask;

    private UpdateEncoding(int wordBits, int fractionalBits, ClipNorm clip, int clients, int greatestWeight, int dimension, double squareBound)
    {
        WordBits = wordBits;
        FractionalBits = fractionalBits;
        Clip = clip;
        Clients = clients;
        GreatestWeight = greatestWeight;
        Dimension = dimension;
        _squareBound = squareBound;
        _mask = ulong.MaxValue >> (64 - wordBits);
    }

    /// <summary>b: a word is a number modulo 2^b.</summary>
    public int WordBits { get; }

    /// <summary>f: one unit is 2^-f.</summary>
    public int FractionalBits { get; }

    /// <summary>The norm that updates are clipped to.</summary>
    public ClipNorm Clip { get; }

    /// <summary>The most parties in a sum.</summary>
    public int Clients { get; }

    /// <summary>The greatest weight of a party.</summary>
    public int GreatestWeight { get; }

    /// <summary>Coordinates of an update.</summary>
    public int Dimension { get; }

    /// <summary>The norm that a rounded update keeps, in units.</summary>
    public double NormBound => Math.Sqrt(_squareBound);

    /// <summary>Fixes an encoding and proves that no sum wraps.</summary>
    /// <param name="wordBits">8 to 64.</param>
    /// <param name="fractionalBits">0 to 40.</param>
    /// <param name="clip">In the update's own unit.</param>
    /// <param name="clients">The most parties in a sum; 1 or more.</param>
    /// <param name="greatestWeight">Of any party; 1 or more.</param>
    /// <param name="dimension">1 or more.</param>
    /// <returns>The encoding.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A figure is out of its range.</exception>
    /// <exception cref="ArgumentException">A sum of all parties could wrap; the message says how many bits it needs.</exception>
    public static UpdateEncoding Create(int wordBits, int fractionalBits, ClipNorm clip, int clients, int greatestWeight, int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(wordBits, 8);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(wordBits, 64);
        ArgumentOutOfRangeException.ThrowIfNegative(fractionalBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fractionalBits, 40);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(clip.Value, nameof(clip));
        ArgumentOutOfRangeException.ThrowIfLessThan(clients, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(greatestWeight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        var norm = Math.ScaleB(clip.Value, fractionalBits);
        var root = Math.Sqrt(dimension);
        var square = Math.Min(Math.Pow(norm + root, 2), (norm * norm) + (dimension / 4.0) + norm + (root / 2));
        var most = Math.Ceiling(Math.Sqrt(square) * (1 + 1e-12)) * clients * greatestWeight;
        return most < Math.ScaleB(1, wordBits - 1)
            ? new UpdateEncoding(wordBits, fractionalBits, clip, clients, greatestWeight, dimension, square)
            : throw new ArgumentException($"A sum could reach {most:E2} units and needs {Math.Ceiling(Math.Log2(most)) + 1} bits; a word has {wordBits}.", nameof(wordBits));
    }

    /// <summary>Clips, rounds and weighs an update.</summary>
    /// <param name="update">As long as <see cref="Dimension"/>; finite.</param>
    /// <param name="weight">1 to <see cref="GreatestWeight"/>.</param>
    /// <param name="random">For the rounding.</param>
    /// <returns>Words below 2^b; secret until summed.</returns>
    /// <exception cref="ArgumentException">The length is another, or a coordinate is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The weight is out of range.</exception>
    public ulong[] Encode(ReadOnlySpan<double> update, int weight, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(weight, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(weight, GreatestWeight);
        var square = 0.0;
        foreach (var x in update)
        {
            square += x * x;
        }

        if (update.Length != Dimension || !double.IsFinite(square))
        {
            throw new ArgumentException($"An update has {Dimension} finite coordinates.", nameof(update));
        }

        var factor = Math.ScaleB(Math.Min(1, square == 0 ? 1 : Clip.Value / Math.Sqrt(square)), FractionalBits);
        var rounded = new long[Dimension];
        do
        {
            Round(update, factor, rounded, random);
        }
        while (SquareOf(rounded) > _squareBound);

        return Array.ConvertAll(rounded, r => unchecked((ulong)(r * weight)) & _mask);
    }

    /// <summary>Reads a sum of parties' words.</summary>
    /// <param name="sum">Modulo 2^b; any length.</param>
    /// <returns>The weighted sum of the rounded updates, in the updates' own unit.</returns>
    /// <exception cref="ArgumentException">A word has more than b bits.</exception>
    public double[] Decode(ReadOnlySpan<ulong> sum)
    {
        var numbers = new double[sum.Length];
        for (var i = 0; i < sum.Length; i++)
        {
            if ((sum[i] & ~_mask) != 0)
            {
                throw new ArgumentException($"Word {i} has more than {WordBits} bits.", nameof(sum));
            }

            var signed = unchecked((long)(sum[i] << (64 - WordBits))) >> (64 - WordBits);
            numbers[i] = Math.ScaleB(signed, -FractionalBits);
        }

        return numbers;
    }

    private static void Round(ReadOnlySpan<double> update, double factor, long[] rounded, IRandomSource random)
    {
        var bytes = new byte[rounded.Length * sizeof(ulong)];
        random.Fill(bytes);
        for (var i = 0; i < rounded.Length; i++)
        {
            var scaled = update[i] * factor;
            var floor = Math.Floor(scaled);
            var unit = (BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(i * sizeof(ulong))) >> 11) * (1.0 / (1L << 53));
            rounded[i] = (long)floor + (unit < scaled - floor ? 1 : 0);
        }
    }

    private static double SquareOf(long[] rounded)
    {
        var square = 0.0;
        foreach (var r in rounded)
        {
            square += (double)r * r;
        }

        return square;
    }
}
