using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace PrivacyGrains.Protocols.Wire;

/// <summary>Reads what <see cref="WireWriter"/> wrote, from bytes that may be hostile.</summary>
/// <remarks>
/// Every length is checked against what is left before anything is allocated. After the first thing that does not fit, <see cref="Failure"/> says what,
/// and every further read gives zero or empty; a caller reads all parts, then checks <see cref="Finish"/> once.
/// </remarks>
public ref struct WireReader
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private ReadOnlySpan<byte> _rest;

    /// <summary>Starts at a message's first byte and checks its kind and version.</summary>
    /// <param name="message">The bytes as they came.</param>
    /// <param name="kind">The kind that is expected here.</param>
    /// <param name="version">The version that is expected here.</param>
    public WireReader(ReadOnlySpan<byte> message, string kind, byte version)
    {
        _rest = message;
        Failure = null;
        var gotKind = Text(maximumBytes: 64);
        var gotVersion = Byte();
        if (Failure is null && (gotKind != kind || gotVersion != version))
        {
            Failure = $"not a {kind} message of version {version}";
        }
    }

    /// <summary>What did not fit first, or null. Says lengths only.</summary>
    public string? Failure { get; private set; }

    /// <summary>Whether all parts were read, none failed, and nothing is left over.</summary>
    public bool Finish()
    {
        if (Failure is null && !_rest.IsEmpty)
        {
            Failure = $"{_rest.Length} bytes too many";
        }

        return Failure is null;
    }

    /// <summary>One byte.</summary>
    public byte Byte() => Take(1) is { IsEmpty: false } b ? b[0] : (byte)0;

    /// <summary>Four bytes.</summary>
    public int Int32() => Take(4) is { IsEmpty: false } b ? BinaryPrimitives.ReadInt32LittleEndian(b) : 0;

    /// <summary>Eight bytes.</summary>
    public ulong UInt64() => Take(8) is { IsEmpty: false } b ? BinaryPrimitives.ReadUInt64LittleEndian(b) : 0;

    /// <summary>A length and that many bytes.</summary>
    /// <param name="maximum">The greatest length that makes sense here.</param>
    public ReadOnlySpan<byte> Bytes(int maximum = int.MaxValue)
    {
        var length = Int32();
        if (length < 0 || length > maximum)
        {
            Failure ??= $"a part of {length} bytes where at most {maximum} fit";
            return [];
        }

        return Take(length);
    }

    /// <summary>A length in bytes and UTF-8 text.</summary>
    /// <param name="maximumBytes">The greatest length that makes sense here.</param>
    public string Text(int maximumBytes = 1024)
    {
        try
        {
            return Strict.GetString(Bytes(maximumBytes));
        }
        catch (DecoderFallbackException)
        {
            Failure ??= "text that is not UTF-8";
            return string.Empty;
        }
    }

    /// <summary>A count and that many 64-bit words.</summary>
    /// <param name="maximum">The greatest count that makes sense here.</param>
    public ulong[] Words(int maximum)
    {
        var count = Int32();
        if (count < 0 || count > maximum || (long)count * sizeof(ulong) > _rest.Length)
        {
            Failure ??= $"{count} words where at most {maximum} fit and {_rest.Length} bytes are left";
            return [];
        }

        var bytes = Take(count * sizeof(ulong));
        var words = new ulong[count];
        bytes.CopyTo(MemoryMarshal.AsBytes(words.AsSpan()));
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(words, words);
        }

        return words;
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (Failure is not null)
        {
            return [];
        }

        if (length > _rest.Length)
        {
            Failure = $"a part of {length} bytes where {_rest.Length} are left";
            return [];
        }

        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
