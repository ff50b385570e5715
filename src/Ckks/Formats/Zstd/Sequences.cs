namespace PrivacyGrains.Ckks.Formats.Zstd;

/// <summary>The sequences of a block, and what they make of its literals; keeps tables and the last three offsets from block to block.</summary>
/// <remarks>RFC 8878, sections 3.1.1.3.2 (the section), 3.1.1.4 (execution) and 3.1.1.5 (repeat offsets).</remarks>
internal sealed class Sequences
{
    private const int LengthLog = 9;
    private const int OffsetLog = 8;
    private const int MostOffsetBits = 31;

    private static readonly FseTable DefaultLiteralLengths = FseTable.Of([4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1], 6);
    private static readonly FseTable DefaultMatchLengths = FseTable.Of(
        [1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1], 6);
    private static readonly FseTable DefaultOffsets = FseTable.Of([1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1], 5);

    private FseTable? _literalLengths;
    private FseTable? _matchLengths;
    private FseTable? _offsets;
    private uint _first = 1;
    private uint _second = 4;
    private uint _third = 8;

    private static ReadOnlySpan<byte> LiteralLengthBits => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

    private static ReadOnlySpan<int> LiteralLengths =>
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24, 28, 32, 40, 48, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536];

    private static ReadOnlySpan<byte> MatchLengthBits =>
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

    private static ReadOnlySpan<int> MatchLengths =>
    [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34,
        35, 37, 39, 41, 43, 47, 51, 59, 67, 83, 99, 131, 259, 515, 1027, 2051, 4099, 8195, 16387, 32771, 65539,
    ];

    /// <summary>Reads the sequences section, and writes the block.</summary>
    /// <param name="section">Untrusted: to the block's end.</param>
    /// <param name="literals">Of the block.</param>
    /// <param name="window">The farthest back that a match may lie.</param>
    /// <param name="output">What was written before, up to <paramref name="end"/>, and room after it.</param>
    /// <param name="end">Where the block begins.</param>
    /// <param name="most">The room that the block may take.</param>
    /// <returns>Where the block ends.</returns>
    /// <exception cref="InvalidDataException">It is no such section, or says more than there is.</exception>
    public int Execute(ReadOnlySpan<byte> section, ReadOnlySpan<byte> literals, long window, Span<byte> output, int end, int most)
    {
        output = output[..(end + most)];
        var count = Count(ref section);
        if (count == 0)
        {
            return section.IsEmpty ? Append(literals, output, end) : throw new InvalidDataException("bytes follow a block without sequences");
        }

        if (section.IsEmpty || (section[0] & 3) != 0)
        {
            throw new InvalidDataException("a sequences header ends early, or a reserved bit is set");
        }

        var modes = section[0];
        section = section[1..];

        _literalLengths = Table(ref section, modes >> 6, DefaultLiteralLengths, _literalLengths, LengthLog, LiteralLengths.Length);
        _offsets = Table(ref section, (modes >> 4) & 3, DefaultOffsets, _offsets, OffsetLog, MostOffsetBits + 1);
        _matchLengths = Table(ref section, (modes >> 2) & 3, DefaultMatchLengths, _matchLengths, LengthLog, MatchLengths.Length);
        return Run(section, count, literals, window, output, end);
    }

    private int Run(ReadOnlySpan<byte> section, int count, ReadOnlySpan<byte> literals, long window, Span<byte> output, int end)
    {
        var (lengths, offsets, matches) = (_literalLengths!, _offsets!, _matchLengths!);
        var bits = new BackwardBits(section);
        var (lengthState, offsetState, matchState) = (bits.Read(lengths.Log), bits.Read(offsets.Log), bits.Read(matches.Log));
        for (var i = 0; i < count; i++)
        {
            var (length, offset, match) = (lengths[lengthState], offsets[offsetState], matches[matchState]);
            var value = (1UL << offset.Symbol) + bits.Read(offset.Symbol);
            var matched = MatchLengths[match.Symbol] + (int)bits.Read(MatchLengthBits[match.Symbol]);
            var taken = LiteralLengths[length.Symbol] + (int)bits.Read(LiteralLengthBits[length.Symbol]);
            if (i < count - 1)
            {
                lengthState = length.Baseline + bits.Read(length.Bits);
                matchState = match.Baseline + bits.Read(match.Bits);
                offsetState = offset.Baseline + bits.Read(offset.Bits);
            }

            if (taken > literals.Length)
            {
                throw new InvalidDataException("a sequence takes more literals than there are");
            }

            end = Append(literals[..taken], output, end);
            literals = literals[taken..];
            end = Copy(Offset(value, taken == 0), matched, window, output, end);
        }

        return bits.Left == 0 ? Append(literals, output, end) : throw new InvalidDataException("sequences do not end where they should");
    }

    private static int Count(ref ReadOnlySpan<byte> section)
    {
        var length = section.IsEmpty ? 1 : section[0] switch { < 128 => 1, < 255 => 2, _ => 3 };
        if (section.Length < length)
        {
            throw new InvalidDataException("a sequences header ends early");
        }

        var count = length switch
        {
            1 => section[0],
            2 => ((section[0] - 128) << 8) + section[1],
            _ => section[1] + (section[2] << 8) + 0x7F00,
        };
        section = section[length..];
        return count;
    }

    private static FseTable Table(ref ReadOnlySpan<byte> section, int mode, FseTable defaults, FseTable? last, int mostLog, int symbols)
    {
        switch (mode)
        {
            case 0:
                return defaults;
            case 1:
                var symbol = section.IsEmpty ? byte.MaxValue : section[0];
                if (symbol >= symbols)
                {
                    throw new InvalidDataException("a repeated symbol is unknown");
                }

                section = section[1..];
                return FseTable.OfSymbol(symbol);
            case 2:
                var table = FseTable.Read(section, mostLog, symbols, out var length);
                section = section[length..];
                return table;
            default:
                return last ?? throw new InvalidDataException("sequences take up a table that was never given");
        }
    }

    private uint Offset(ulong value, bool noLiterals)
    {
        if (value > 3)
        {
            // An offset beyond 32 bits is beyond every window: the check of the copy refuses it.
            (_first, _second, _third) = ((uint)Math.Min(value - 3, uint.MaxValue), _first, _second);
            return _first;
        }

        switch ((int)value + (noLiterals ? 1 : 0))
        {
            case 1:
                break;
            case 2:
                (_first, _second) = (_second, _first);
                break;
            case 3:
                (_first, _second, _third) = (_third, _first, _second);
                break;
            default:
                (_first, _second, _third) = (_first - 1, _first, _second);
                break;
        }

        return _first;
    }

    private static int Append(ReadOnlySpan<byte> bytes, Span<byte> output, int end)
    {
        if (bytes.Length > output.Length - end)
        {
            throw new InvalidDataException("a block holds more than it may");
        }

        bytes.CopyTo(output[end..]);
        return end + bytes.Length;
    }

    private static int Copy(uint offset, int length, long window, Span<byte> output, int end)
    {
        if (offset == 0 || offset > window || offset > (uint)end || length > output.Length - end)
        {
            throw new InvalidDataException("a match lies outside of what was written");
        }

        // A match that overlaps itself repeats: each copy doubles what there is to copy.
        for (var from = end - (int)offset; length > 0;)
        {
            var now = Math.Min(length, end - from);
            output.Slice(from, now).CopyTo(output[end..]);
            (end, length) = (end + now, length - now);
        }

        return end;
    }
}
