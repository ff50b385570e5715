using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace PrivacyGrains.Ckks.Encoding;

/// <summary>Doubles from the pool, secret: cleared before they go back, also where their use failed.</summary>
/// <param name="length">How many.</param>
internal readonly ref struct NumberScratch(int length) : IDisposable
{
    private readonly double[] _rented = ArrayPool<double>.Shared.Rent(length);
    private readonly int _length = length;

    /// <summary>The doubles: what happened to be there.</summary>
    public Span<double> Numbers => _rented.AsSpan(0, _length);

    /// <summary>Clears them and gives them back.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(Numbers));
        ArrayPool<double>.Shared.Return(_rented);
    }
}
