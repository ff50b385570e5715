using System.Numerics;

namespace PrivacyGrains.Ckks.Formats.Zstd;

/// <summary>A decoding table of finite state entropy: each state gives a symbol, and the bits to the next state.</summary>
/// <remarks>RFC 8878, section 4.1.1.</remarks>
internal sealed class FseTable
{
    private readonly Cell[] _cells;

    private FseTable(Cell[] cells, int log) => (_cells, Log) = (cells, log);

    /// <summary>Bits of a state.</summary>
    public int Log { get; }

    /// <summary>The cell of a state.</summary>
    public Cell this[uint state] => _cells[state];

    /// <summary>One symbol, again and again.</summary>
    public static FseTable OfSymbol(byte symbol) => new([new Cell(0, symbol, 0)], 0);

    /// <summary>The table of a distribution.</summary>
    /// <param name="probabilities">Of each symbol, in shares of 2^log; -1 for less than one; together 2^log.</param>
    /// <param name="log">5 to 9.</param>
    /// <returns>The table.</returns>
    public static FseTable Of(ReadOnlySpan<short> probabilities, int log)
    {
        var size = 1 << log;
        var cells = new Cell[size];
        Span<ushort> next = stackalloc ushort[probabilities.Length];
        var high = size;
        for (var s = 0; s < probabilities.Length; s++)
        {
            next[s] = (ushort)Math.Abs(probabilities[s]);
            if (probabilities[s] == -1)
            {
                cells[--high] = new Cell(0, (byte)s, 0);
            }
        }

        var (position, step, mask) = (0, (size >> 1) + (size >> 3) + 3, size - 1);
        for (var s = 0; s < probabilities.Length; s++)
        {
            for (var i = 0; i < probabilities[s]; i++)
            {
                cells[position] = new Cell(0, (byte)s, 0);
                do
                {
                    position = (position + step) & mask;
                }
                while (position >= high);
            }
        }

        for (var state = 0; state < size; state++)
        {
            var symbol = cells[state].Symbol;
            var share = next[symbol]++;
            var bits = log - BitOperations.Log2(share);
            cells[state] = new Cell((ushort)((share << bits) - size), symbol, (byte)bits);
        }

        return new FseTable(cells, log);
    }

    /// <summary>Reads a table's description.</summary>
    /// <param name="bytes">Untrusted; what follows the description is let be.</param>
    /// <param name="mostLog">The largest state.</param>
    /// <param name="symbols">How many symbols there may be.</param>
    /// <param name="length">The description's bytes.</param>
    /// <returns>The table.</returns>
    /// <exception cref="InvalidDataException">It is no such description.</exception>
    public static FseTable Read(ReadOnlySpan<byte> bytes, int mostLog, int symbols, out int length)
    {
        var bits = new ForwardBits(bytes);
        var log = (int)bits.Read(4) + 5;
        if (log > mostLog)
        {
            throw new InvalidDataException("a table is too fine");
        }

        Span<short> probabilities = stackalloc short[symbols];
        probabilities.Clear();
        var (rest, symbol) = (1 << log, 0);
        while (rest > 0 && symbol < symbols)
        {
            var probability = Probability(ref bits, rest);
            rest -= Math.Abs(probability);
            probabilities[symbol++] = (short)probability;
            for (var more = probability == 0 ? 3 : 0; more == 3;)
            {
                more = (int)bits.Read(2);
                symbol += more;
            }
        }

        if (rest != 0 || symbol > symbols)
        {
            throw new InvalidDataException("a table's shares do not add up");
        }

        length = bits.BytesRead;
        return Of(probabilities[..symbol], log);
    }

    /// <summary>0 to rest + 1, less one: the smaller values take a bit less.</summary>
    private static int Probability(ref ForwardBits bits, int rest)
    {
        var most = rest + 1;
        var width = BitOperations.Log2((uint)most) + 1;
        var (mask, few) = ((1 << (width - 1)) - 1, (1 << width) - 1 - most);
        var value = (int)bits.Read(width);
        if ((value & mask) < few)
        {
            bits.Return(1);
            value &= mask;
        }
        else if (value > mask)
        {
            value -= few;
        }

        return value - 1;
    }

    /// <summary>What a state stands for.</summary>
    /// <param name="Baseline">The next state, less its bits.</param>
    /// <param name="Symbol">The symbol.</param>
    /// <param name="Bits">To read and add.</param>
    internal readonly record struct Cell(ushort Baseline, byte Symbol, byte Bits);

    /// <summary>Bits from the first to the last; those past the end are zeros until <see cref="BytesRead"/> is asked.</summary>
    private ref struct ForwardBits(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private int _at;

        public readonly int BytesRead => (_at + 7) / 8 <= _bytes.Length ? (_at + 7) / 8 : throw new InvalidDataException("a table ends early");

        public uint Read(int count)
        {
            uint word = 0;
            for (var i = 0; i < 3 && (_at >> 3) + i < _bytes.Length; i++)
            {
                word |= (uint)_bytes[(_at >> 3) + i] << (8 * i);
            }

            word = (word >> (_at & 7)) & ((1U << count) - 1);
            _at += count;
            return word;
        }

        public void Return(int count) => _at -= count;
    }
}
