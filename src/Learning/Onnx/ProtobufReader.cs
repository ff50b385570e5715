using System.Buffers.Binary;
using System.Text;

namespace PrivacyGrains.Learning.Onnx;

/// <summary>Reads the fields of one protobuf message, from bytes that may be hostile. The first trouble sets <see cref="Failed"/>, and all after it reads as nothing.</summary>
/// <remarks>Source: protobuf.dev, "Encoding": varints, fixed32, fixed64 and length-delimited fields. Groups, which ONNX does not use, are trouble. Lengths are checked against the bytes that are there; nothing is copied.</remarks>
internal struct ProtobufReader(ReadOnlyMemory<byte> bytes)
{
    private const int VarintWire = 0;
    private const int Fixed64Wire = 1;
    private const int ChunkWire = 2;
    private const int Fixed32Wire = 5;
    private int _at;
    private int _wire;

    /// <summary>The field that <see cref="Next"/> found.</summary>
    public int Field { get; private set; }

    /// <summary>Whether the bytes are no message, or a field is not of the form that was asked for.</summary>
    public bool Failed { get; private set; }

    /// <summary>Whether the field is one number, and not a packed run of them.</summary>
    public readonly bool IsSingle => _wire != ChunkWire;

    /// <summary>Goes to the next field; false at the end and after trouble.</summary>
    public bool Next()
    {
        if (Failed || _at == bytes.Length)
        {
            return false;
        }

        var tag = Varint();
        Field = tag >> 3 <= 0x1FFFFFFF ? (int)(tag >> 3) : 0;
        _wire = (int)(tag & 7);
        Failed |= Field == 0 || _wire is not (VarintWire or Fixed64Wire or ChunkWire or Fixed32Wire);
        return !Failed;
    }

    /// <summary>A signed integer.</summary>
    public long Integer() => Expect(VarintWire) ? unchecked((long)Varint()) : 0;

    /// <summary>A 32-bit float.</summary>
    public float Single() => Expect(Fixed32Wire) && Take(sizeof(float)) is { IsEmpty: false } four ? BinaryPrimitives.ReadSingleLittleEndian(four.Span) : 0;

    /// <summary>The bytes of a text, a message or a packed run.</summary>
    public ReadOnlyMemory<byte> Chunk()
    {
        if (!Expect(ChunkWire))
        {
            return default;
        }

        var length = Varint();
        return length <= (ulong)(bytes.Length - _at) ? Take((int)length) : Fail();
    }

    /// <summary>A text, at most so long as names are.</summary>
    public string Text()
    {
        var chunk = Chunk();
        if (chunk.Length > 4096)
        {
            _ = Fail();
            return string.Empty;
        }

        return Encoding.UTF8.GetString(chunk.Span);
    }

    /// <summary>Integers, packed or one by one; more than <paramref name="most"/> together are trouble.</summary>
    public void Integers(List<long> into, int most)
    {
        if (IsSingle)
        {
            into.Add(Integer());
        }
        else
        {
            var packed = new ProtobufReader(Chunk());
            while (packed._at < packed.Length && !packed.Failed && into.Count <= most)
            {
                into.Add(unchecked((long)packed.Varint()));
            }

            Failed |= packed.Failed;
        }

        Failed |= into.Count > most;
    }

    /// <summary>32-bit floats, packed or one by one; more than <paramref name="most"/> together are trouble.</summary>
    public void Singles(List<double> into, int most)
    {
        if (IsSingle)
        {
            into.Add(Single());
        }
        else
        {
            var packed = Chunk().Span;
            Failed |= packed.Length % sizeof(float) != 0 || packed.Length / sizeof(float) > most;
            for (var at = 0; !Failed && at < packed.Length; at += sizeof(float))
            {
                into.Add(BinaryPrimitives.ReadSingleLittleEndian(packed[at..]));
            }
        }

        Failed |= into.Count > most;
    }

    /// <summary>Passes over a field that nobody asked for.</summary>
    public void Skip()
    {
        if (_wire == VarintWire)
        {
            _ = Varint();
        }
        else
        {
            _ = _wire switch { Fixed64Wire => Take(sizeof(ulong)), Fixed32Wire => Take(sizeof(uint)), _ => Chunk() };
        }
    }

    private readonly int Length => bytes.Length;

    private bool Expect(int wire)
    {
        Failed |= _wire != wire;
        return !Failed;
    }

    private ulong Varint()
    {
        var span = bytes.Span;
        var value = 0UL;
        for (var shift = 0; shift < 70 && _at < span.Length; shift += 7)
        {
            var next = span[_at++];
            if (shift == 63 && next > 1)
            {
                break;
            }

            value |= unchecked((ulong)(next & 0x7F) << shift);
            if (next < 0x80)
            {
                return value;
            }
        }

        _ = Fail();
        return 0;
    }

    private ReadOnlyMemory<byte> Take(int length)
    {
        if (length > bytes.Length - _at)
        {
            return Fail();
        }

        _at += length;
        return bytes.Slice(_at - length, length);
    }

    private ReadOnlyMemory<byte> Fail()
    {
        Failed = true;
        return default;
    }
}
