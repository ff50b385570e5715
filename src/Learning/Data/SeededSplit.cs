using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Learning.Data;

/// <summary>Choices that a command-line seed fixes: who gets which rows, and initial weights. Nothing else.</summary>
/// <remarks>
/// It is not an <see cref="IRandomSource"/> on purpose: noise, masks, keys and sampling cannot be given one. The same seed and purpose give the same choices on every machine
/// (AES-128 in counter mode under a key hashed from both).
/// </remarks>
public sealed class SeededSplit : IDisposable
{
    private readonly AesCtrRandomSource _stream;
    private readonly byte[] _word = new byte[sizeof(ulong)];

    /// <summary>Starts the choices of one purpose.</summary>
    /// <param name="seed">Any number; public.</param>
    /// <param name="purpose">What is chosen, as <c>hospitals</c>; two purposes never share choices.</param>
    public SeededSplit(long seed, string purpose)
    {
        ArgumentException.ThrowIfNullOrEmpty(purpose);
        var key = SHA256.HashData(Encoding.UTF8.GetBytes($"privacygrains.seeded-split.v1|{purpose}|{seed}"));
        _stream = new AesCtrRandomSource(key.AsSpan(0, AesCtrRandomSource.SeedLength));
    }

    /// <summary>A uniform choice.</summary>
    /// <param name="below">1 or more.</param>
    /// <returns>From 0 to one less than <paramref name="below"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is nothing to choose from.</exception>
    public int Next(int below)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(below, 1);
        var limit = ulong.MaxValue - (ulong.MaxValue % (ulong)below);
        ulong word;
        do
        {
            _stream.Fill(_word);
            word = BinaryPrimitives.ReadUInt64LittleEndian(_word);
        }
        while (word >= limit);
        return (int)(word % (ulong)below);
    }

    /// <summary>A uniform number.</summary>
    /// <returns>At least 0 and below 1; a multiple of 2^-53.</returns>
    public double NextUnit()
    {
        _stream.Fill(_word);
        return (BinaryPrimitives.ReadUInt64LittleEndian(_word) >> 11) * (1.0 / (1L << 53));
    }

    /// <summary>A uniform order.</summary>
    /// <param name="items">Any items.</param>
    /// <returns>The same items, shuffled (Fisher-Yates).</returns>
    public int[] Shuffle(IEnumerable<int> items)
    {
        var order = items.ToArray();
        for (var i = order.Length - 1; i > 0; i--)
        {
            var j = Next(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();
}
