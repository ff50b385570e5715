using System.Buffers;
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
    private readonly ArrayBufferWriter<byte> _buffer = new();

    /// <summary>Starts a message.</summary>
    /// <param name="kind">The message's name, as <c>secagg.advertise</c>.</param>
    /// <param name="version">The version of its layout, from 1.</param>
    public WireWriter(string kind, byte version)
    {
        Text(kind);
        Byte(version);
    }

    /// <summary>The bytes so far.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.WrittenMemory;

    /// <summary>The bytes so far, copied.</summary>
    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();

    /// <summary>One byte.</summary>
    public WireWriter Byte(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
        return this;
    }

    /// <summary>Four bytes.</summary>
    public WireWriter Int32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.GetSpan(4), value);
        _buffer.Advance(4);
        return this;
    }

    /// <summary>Eight bytes.</summary>
    public WireWriter UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.GetSpan(8), value);
        _buffer.Advance(8);
        return this;
    }

    /// <summary>A length and that many bytes.</summary>
    public WireWriter Bytes(ReadOnlySpan<byte> value)
    {
        Int32(value.Length);
        value.CopyTo(_buffer.GetSpan(value.Length));
        _buffer.Advance(value.Length);
        return this;
    }

    /// <summary>A length in bytes and UTF-8 text.</summary>
    public WireWriter Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));

    /// <summary>A count and that many 64-bit words.</summary>
    public WireWriter Words(ReadOnlySpan<ulong> values)
    {
        Int32(values.Length);
        var bytes = checked(values.Length * sizeof(ulong));
        var target = _buffer.GetSpan(bytes)[..bytes];
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

        _buffer.Advance(bytes);
        return this;
    }
}
