using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace PrivacyGrains.Protocols.Wire;

/// <summary>Writes the one canonical byte form of a protocol message: little-endian, every part with its length.</summary>
/// <remarks>
/// A message begins with its kind and version, so that bytes of one kind never parse as another; signatures and digests are taken over this form.
/// </remarks>
public sealed class WireWriter
{
    private byte[] _buffer;
    private int _length;

    /// <summary>Starts a message.</summary>
    /// <param name="kind">The message's name, as <c>secagg.advertise</c>.</param>
    /// <param name="version">The version of its layout, from 1.</param>
    /// <param name="capacity">Its length in bytes, where that is known: then nothing is copied.</param>
    public WireWriter(string kind, byte version, int capacity = 256)
    {
        _buffer = GC.AllocateUninitializedArray<byte>(capacity);
        Text(kind);
        Byte(version);
    }

    /// <summary>The bytes so far.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    /// <summary>The bytes so far: copied, except where they fill the capacity that was asked for.</summary>
    public byte[] ToArray() => _length == _buffer.Length ? _buffer : _buffer.AsSpan(0, _length).ToArray();

    /// <summary>One byte.</summary>
    public WireWriter Byte(byte value)
    {
        Take(1)[0] = value;
        return this;
    }

    /// <summary>Four bytes.</summary>
    public WireWriter Int32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(Take(sizeof(int)), value);
        return this;
    }

    /// <summary>Eight bytes.</summary>
    public WireWriter UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(Take(sizeof(ulong)), value);
        return this;
    }

    /// <summary>A length and that many bytes.</summary>
    public WireWriter Bytes(ReadOnlySpan<byte> value)
    {
        Int32(value.Length);
        value.CopyTo(Take(value.Length));
        return this;
    }

    /// <summary>A length in bytes and UTF-8 text.</summary>
    public WireWriter Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));

    /// <summary>A count and that many 64-bit words.</summary>
    public WireWriter Words(ReadOnlySpan<ulong> values)
    {
        Int32(values.Length);
        var bytes = checked(values.Length * sizeof(ulong));
        var target = Take(bytes);
        if (BitConverter.IsLittleEndian)
        {
            MemoryMarshal.AsBytes(values).CopyTo(target);
        }
        else
        {
            for (var i = 0; i < values.Length; i++)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(target[(i * sizeof(ulong))..], values[i]);
            }
        }

        return this;
    }

    private Span<byte> Take(int length)
    {
        var end = checked(_length + length);
        if (end > _buffer.Length)
        {
            Array.Resize(ref _buffer, (int)Math.Min(Array.MaxLength, Math.Max(end, 2L * _buffer.Length)));
        }

        var taken = _buffer.AsSpan(_length, length);
        _length = end;
        return taken;
    }
}
