using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace PrivacyGrains.Ckks;

/// <summary>Memory from the pool for what is secret: cleared before it goes back, also where its use failed.</summary>
/// <typeparam name="T">Of what.</typeparam>
/// <param name="length">How many.</param>
internal readonly ref struct SecretScratch<T>(int length) : IDisposable
    where T : unmanaged
{
    private readonly T[] _rented = ArrayPool<T>.Shared.Rent(length);
    private readonly int _length = length;

    /// <summary>What happened to be there.</summary>
    public Span<T> Span => _rented.AsSpan(0, _length);

    /// <summary>Clears it and gives it back.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(Span));
        ArrayPool<T>.Shared.Return(_rented);
    }
}
