using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PrivacyGrains.Ckks.Formats.Zstd;

/// <summary>A Huffman code of literals: any next bits, as many as the longest word has, give a symbol and its length.</summary>
/// <remarks>RFC 8878, section 4.2.</remarks>
internal sealed class HuffmanTable
{
    private const int MostBits = 11;
    private const int MostWeights = 255;
    private const int WeightLog = 6;

    // Four loads of 56 bits hold five words of at most 11.
    private const int WordsPerLoad = 5;
    private const int BitsPerLoad = 56;

    private readonly ushort[] _cells = new ushort[1 << MostBits];
    private int _log;

    /// <summary>Whether a tree was read.</summary>
    public bool IsSet => _log > 0;

    /// <summary>Reads a tree.</summary>
    /// <param name="bytes">Untrusted.</param>
    /// <returns>How many bytes describe it.</returns>
    /// <exception cref="InvalidDataException">They describe none.</exception>
    public int Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            throw new InvalidDataException("a Huffman tree is missing");
        }

        Span<byte> weights = stackalloc byte[MostWeights + 1];
        weights.Clear();
        int header = bytes[0], count, length;
        if (header < 128)
        {
            length = header;
            count = Entropy(Part(bytes, 1, length), weights);
        }
        else
        {
            count = header - 127;
            length = (count + 1) / 2;
            var packed = Part(bytes, 1, length);
            for (var i = 0; i < count; i++)
            {
                weights[i] = (byte)(i % 2 == 0 ? packed[i / 2] >> 4 : packed[i / 2] & 15);
            }
        }

        Build(weights, count);
        return 1 + length;
    }

    /// <summary>Decodes one stream.</summary>
    /// <param name="bytes">Untrusted: the stream and nothing else.</param>
    /// <param name="destination">Filled.</param>
    /// <exception cref="InvalidDataException">The stream holds more or less.</exception>
    public void Decode(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        var bits = new BackwardBits(bytes);
        Finish(ref bits, destination);
    }

    /// <summary>Decodes four streams, side by side: each waits for its own loads alone.</summary>
    /// <param name="bytes">Untrusted: a table of three lengths, and the streams.</param>
    /// <param name="destination">Filled; the first three streams give as many bytes each.</param>
    /// <exception cref="InvalidDataException">The streams hold more or less.</exception>
    public void DecodeFour(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        if (bytes.Length < 6)
        {
            throw new InvalidDataException("four streams have no lengths");
        }

        int a = BinaryPrimitives.ReadUInt16LittleEndian(bytes), b = BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]), c = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
        var streams = bytes[6..];
        var quarter = (destination.Length + 3) / 4;
        if (a + b + c >= streams.Length || 3 * quarter > destination.Length)
        {
            throw new InvalidDataException("four streams have wrong lengths");
        }

        var s0 = new BackwardBits(streams[..a]);
        var s1 = new BackwardBits(streams.Slice(a, b));
        var s2 = new BackwardBits(streams.Slice(a + b, c));
        var s3 = new BackwardBits(streams[(a + b + c)..]);
        var done = Together(streams, a, b, c, ref s0, ref s1, ref s2, ref s3, destination, quarter);
        Finish(ref s0, destination[done..quarter]);
        Finish(ref s1, destination[(quarter + done)..(2 * quarter)]);
        Finish(ref s2, destination[((2 * quarter) + done)..(3 * quarter)]);
        Finish(ref s3, destination[((3 * quarter) + done)..]);
    }

    private static ReadOnlySpan<byte> Part(ReadOnlySpan<byte> bytes, int start, int length) =>
        start + length <= bytes.Length ? bytes.Slice(start, length) : throw new InvalidDataException("a Huffman tree ends early");

    private static int Entropy(ReadOnlySpan<byte> bytes, Span<byte> weights)
    {
        var table = FseTable.Read(bytes, WeightLog, MostBits + 2, out var length);
        var bits = new BackwardBits(bytes[length..]);
        Span<uint> states = [bits.Read(table.Log), bits.Read(table.Log)];
        for (var count = 0; count < MostWeights && bits.Left >= 0; count++)
        {
            ref var state = ref states[count % 2];
            var cell = table[state];
            weights[count] = cell.Symbol;
            state = cell.Baseline + bits.Read(cell.Bits);
            if (bits.Left < 0)
            {
                // The other state still holds a symbol.
                return count + 1 < MostWeights ? Last(table, states[(count + 1) % 2], weights, count + 1) : throw new InvalidDataException("a Huffman tree has too many weights");
            }
        }

        throw new InvalidDataException("a Huffman tree has too many weights, or ends early");
    }

    private static int Last(FseTable table, uint state, Span<byte> weights, int at)
    {
        weights[at] = table[state].Symbol;
        return at + 1;
    }

    /// <summary>The last weight is what is missing to a power of two; words are dealt out from the lowest weight up.</summary>
    private void Build(Span<byte> weights, int count)
    {
        var (sum, ones) = (0, 0);
        foreach (var weight in weights[..count])
        {
            sum += weight == 0 ? 0 : 1 << (weight - 1);
            ones += weight == 1 ? 1 : 0;
        }

        var log = sum == 0 ? 0 : BitOperations.Log2((uint)sum) + 1;
        var missing = (1 << log) - sum;
        if (sum == 0 || log > MostBits || !BitOperations.IsPow2(missing))
        {
            throw new InvalidDataException("a Huffman tree is not whole");
        }

        weights[count] = (byte)(BitOperations.Log2((uint)missing) + 1);
        ones += missing == 1 ? 1 : 0;
        if (ones < 2)
        {
            throw new InvalidDataException("a Huffman tree has no longest words");
        }

        var at = 0;
        for (var weight = 1; weight <= log; weight++)
        {
            for (var symbol = 0; symbol <= count; symbol++)
            {
                if (weights[symbol] == weight)
                {
                    var share = 1 << (weight - 1);
                    _cells.AsSpan(at, share).Fill((ushort)(symbol | ((log + 1 - weight) << 8)));
                    at += share;
                }
            }
        }

        _log = log;
    }

    /// <summary>Five words of each stream at a time, while each has a load of bits left.</summary>
    private int Together(ReadOnlySpan<byte> streams, int a, int b, int c, ref BackwardBits s0, ref BackwardBits s1, ref BackwardBits s2, ref BackwardBits s3, Span<byte> destination, int quarter)
    {
        unchecked
        {
            ref var source = ref MemoryMarshal.GetReference(streams);
            ref var cells = ref MemoryMarshal.GetArrayDataReference(_cells);
            ref var target = ref MemoryMarshal.GetReference(destination);
            // Places of the next bits, counted from the first stream's start.
            int start1 = 8 * a, start2 = 8 * (a + b), start3 = 8 * (a + b + c);
            int p0 = s0.Left, p1 = start1 + s1.Left, p2 = start2 + s2.Left, p3 = start3 + s3.Left;
            int done = 0, last = destination.Length - (3 * quarter) - WordsPerLoad, shift = 64 - _log;
            while (done <= last && p0 >= BitsPerLoad && p1 - start1 >= BitsPerLoad && p2 - start2 >= BitsPerLoad && p3 - start3 >= BitsPerLoad)
            {
                ulong v0 = Load(ref source, p0), v1 = Load(ref source, p1), v2 = Load(ref source, p2), v3 = Load(ref source, p3);
                for (var i = 0; i < WordsPerLoad; i++)
                {
                    uint c0 = Unsafe.Add(ref cells, (nint)(v0 >> shift)), c1 = Unsafe.Add(ref cells, (nint)(v1 >> shift));
                    uint c2 = Unsafe.Add(ref cells, (nint)(v2 >> shift)), c3 = Unsafe.Add(ref cells, (nint)(v3 >> shift));
                    Unsafe.Add(ref target, done) = (byte)c0;
                    Unsafe.Add(ref target, quarter + done) = (byte)c1;
                    Unsafe.Add(ref target, (2 * quarter) + done) = (byte)c2;
                    Unsafe.Add(ref target, (3 * quarter) + done) = (byte)c3;
                    done++;
                    int n0 = (int)(c0 >> 8), n1 = (int)(c1 >> 8), n2 = (int)(c2 >> 8), n3 = (int)(c3 >> 8);
                    (v0, v1, v2, v3) = (v0 << n0, v1 << n1, v2 << n2, v3 << n3);
                    (p0, p1, p2, p3) = (p0 - n0, p1 - n1, p2 - n2, p3 - n3);
                }
            }

            s0.Skip(s0.Left - p0);
            s1.Skip(s1.Left - (p1 - start1));
            s2.Skip(s2.Left - (p2 - start2));
            s3.Skip(s3.Left - (p3 - start3));
            return done;
        }
    }

    /// <summary>The 56 bits or more below a place, the first one on top. There are seven bytes below it, and its own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Load(ref byte source, int place)
    {
        var word = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, unchecked((place >> 3) - 7)));
        return (BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word)) << (8 - (place & 7));
    }

    private void Finish(ref BackwardBits bits, Span<byte> destination)
    {
        foreach (ref var symbol in destination)
        {
            var cell = _cells[bits.Peek(_log)];
            symbol = unchecked((byte)cell);
            bits.Skip(cell >> 8);
            if (bits.Left < 0)
            {
                break;
            }
        }

        if (bits.Left != 0)
        {
            throw new InvalidDataException("a Huffman stream does not end where it should");
        }
    }
}
