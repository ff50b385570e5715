using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PrivacyGrains.Ckks.Formats;
using PrivacyGrains.Ckks.Keys;
using PrivacyGrains.Ckks.Parameters;
using Native = Microsoft.Research.SEAL;

namespace PrivacyGrains.Ckks.Seal;

/// <summary>SEAL's own objects for ours, by its serialized formats in the 4.1 dialect, not packed. Not thread-safe.</summary>
internal sealed class NativeContext : IDisposable
{
    /// <summary>The dialect that SEALNet 4.1.1 reads and writes.</summary>
    public static readonly SealFraming Framing = new(new SealVersion(4, 1), SealCompression.None);

    // Once for all threads: SEAL only reads them, and they are large.
    private static readonly ConditionalWeakTable<RelinearizationKeys, Native.RelinKeys> Relinearization = [];
    private static readonly ConditionalWeakTable<GaloisKeys, Native.GaloisKeys> Galois = [];

    private readonly CkksContext _context;
    private readonly Native.ParmsId[] _levels;
    private readonly ArrayBufferWriter<byte> _written = new();
    private readonly MemoryStream _read = new();
    private readonly FormatLimits _limits;

    /// <summary>Makes SEAL's context of the same parameters.</summary>
    /// <param name="context">The parameters.</param>
    public NativeContext(CkksContext context)
    {
        _context = context;
        _limits = FormatLimits.Of(context) with { MostPolynomials = Ciphertext.MostPolynomials };
        using var parameters = new Native.EncryptionParameters();
        SealWriter.WriteParameters(context.Parameters, Framing, Begin());
        parameters.Load(Written());
        Context = new Native.SEALContext(parameters, expandModChain: true, Native.SecLevelType.TC128);
        _levels = new Native.ParmsId[context.DataPrimeCount];
        var level = Context.FirstContextData;
        for (var primes = context.DataPrimeCount; primes >= 1; primes--, level = level?.NextContextData)
        {
            _levels[primes - 1] = level?.ParmsId ?? throw new ArgumentException($"SEAL has no level of {primes} primes for these parameters: {Context.ParameterErrorMessage()}", nameof(context));
        }
    }

    /// <summary>SEAL's context.</summary>
    public Native.SEALContext Context { get; }

    /// <summary>SEAL's id of a level.</summary>
    /// <param name="primeCount">The primes left.</param>
    /// <returns>The id.</returns>
    public Native.ParmsId Level(int primeCount) => _levels[primeCount - 1];

    /// <summary>Passes a ciphertext over.</summary>
    /// <param name="ciphertext">Ours.</param>
    /// <param name="destination">SEAL's, overwritten.</param>
    public void ToNative(Ciphertext ciphertext, Native.Ciphertext destination)
    {
        SealWriter.WriteCiphertext(_context, ciphertext, Framing, Begin());
        destination.Load(Context, Written());
    }

    /// <summary>Takes a ciphertext back.</summary>
    /// <param name="ciphertext">SEAL's.</param>
    /// <param name="destination">Ours, overwritten.</param>
    /// <exception cref="InvalidOperationException">What SEAL wrote is not a ciphertext of these parameters.</exception>
    public void FromNative(Native.Ciphertext ciphertext, Ciphertext destination)
    {
        _read.SetLength(0);
        ciphertext.Save(_read, Native.ComprModeType.None);
        if (SealReader.ReadCiphertext(_context, _read.GetBuffer().AsSpan(0, (int)_read.Length), destination, out _, _limits) is { } fault)
        {
            throw new InvalidOperationException($"SEAL's answer is refused: {fault}");
        }
    }

    /// <summary>Passes a plaintext over: parms_id 32 | words 8 | scale 8 | array, as a secret key's file has it.</summary>
    /// <param name="plaintext">Ours.</param>
    /// <param name="destination">SEAL's, overwritten.</param>
    public void ToNative(Plaintext plaintext, Native.Plaintext destination)
    {
        var words = plaintext.Words;
        var arrayLength = SealHeader.Length + 8 + (8L * words.Length);
        var head = SealHeader.Length + ParametersId.Length + 16;
        var length = head + (int)arrayLength;
        var bytes = Begin().GetSpan(length)[..length];
        new SealHeader(Framing, length).Write(bytes);
        _context.IdOf(plaintext.PrimeCount).Write(bytes[SealHeader.Length..]);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[(SealHeader.Length + ParametersId.Length)..], words.Length);
        BinaryPrimitives.WriteDoubleLittleEndian(bytes[(SealHeader.Length + ParametersId.Length + 8)..], plaintext.Scale);
        SealHeader.WriteNested(bytes[head..], Framing.Version, arrayLength);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[(head + SealHeader.Length)..], words.Length);
        for (var i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[(head + SealHeader.Length + 8 + (8 * i))..], words[i]);
        }

        _written.Advance(length);
        destination.Load(Context, Written());
    }

    /// <summary>SEAL's own of these keys, made once for each.</summary>
    /// <param name="keys">Ours.</param>
    /// <returns>SEAL's, as long as ours live.</returns>
    public Native.RelinKeys Of(RelinearizationKeys keys) => Relinearization.GetValue(keys, k => Load(new Native.RelinKeys(), writer => SealWriter.WriteRelinearizationKeys(_context, k, Framing, writer)));

    /// <summary>SEAL's own of these keys, made once for each.</summary>
    /// <param name="keys">Ours.</param>
    /// <returns>SEAL's, as long as ours live.</returns>
    public Native.GaloisKeys Of(GaloisKeys keys) => Galois.GetValue(keys, k => Load(new Native.GaloisKeys(), writer => SealWriter.WriteGaloisKeys(_context, k, Framing, writer)));

    /// <summary>Frees SEAL's context.</summary>
    public void Dispose()
    {
        _read.Dispose();
        Context.Dispose();
    }

    private TKeys Load<TKeys>(TKeys keys, Action<IBufferWriter<byte>> write)
        where TKeys : Native.KSwitchKeys
    {
        // Far larger than ciphertexts: not kept.
        var writer = new ArrayBufferWriter<byte>();
        write(writer);
        keys.Load(Context, Stream(writer));
        return keys;
    }

    private ArrayBufferWriter<byte> Begin()
    {
        _written.ResetWrittenCount();
        return _written;
    }

    private MemoryStream Written() => Stream(_written);

    private static MemoryStream Stream(ArrayBufferWriter<byte> writer) =>
        MemoryMarshal.TryGetArray(writer.WrittenMemory, out var bytes) ? new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false) : new MemoryStream(writer.WrittenMemory.ToArray(), writable: false);
}
